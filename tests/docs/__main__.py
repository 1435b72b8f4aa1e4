"""Writes into pages what their code prints: ``python -m tests.docs docs/tutorial.md ...``.

What agrees already stays as it is; with ``--anew``, only where ``...`` is in it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.docs.comparing import agrees
from tests.docs.pages import ROOT
from tests.docs.running import Printed, Visit, lent, needs_hosts, reach, serve


def main(arguments: Sequence[str]) -> None:
    anew = "--anew" in arguments
    for page in arguments[anew:]:
        with tempfile.TemporaryDirectory() as folder:
            rewrite(page, Path(folder), anew=anew)


def rewrite(page: str, folder: Path, *, anew: bool) -> None:
    home = folder / "home"
    home.mkdir()
    server = serve(folder / "sshd") if needs_hosts(page) else None
    try:
        if server is not None:
            reach(server, home)
        with lent(page, home):
            printed = list(Visit(page, home))
    finally:
        if server is not None:
            server.stop()
    path = ROOT / page
    text = _with(path.read_text(encoding="utf-8"), printed, anew=anew)
    path.write_text(text, encoding="utf-8")


def _with(text: str, printed: list[Printed], *, anew: bool) -> str:
    """The page with what came out, from its end to its beginning, so that lines stay lines."""
    lines = text.splitlines()
    for block in reversed(list(dict.fromkeys(each.block for each in printed))):
        mine = [each for each in printed if each.block is block]
        if not all(_stays(each, anew=anew) for each in mine):
            target = block.output or block
            lines[target.line + 1 : target.end] = _shown(mine, anew=anew)
    return "\n".join(lines) + "\n"


def _stays(printed: Printed, *, anew: bool) -> bool:
    """Comments beside code are written by hand."""
    by_hand = not printed.command and printed.block.output is None
    return by_hand or (agrees(printed) and (not anew or "..." in (printed.wanted or "")))


def _shown(printed: list[Printed], *, anew: bool) -> list[str]:
    parts = []
    for each in printed:
        out = each.wanted or "" if _stays(each, anew=anew) else each.got
        parts += [f"$ {each.command}"] if each.command else []
        parts += [line.rstrip() for line in out.strip("\n").splitlines()]
    return parts


if __name__ == "__main__":
    main(sys.argv[1:])
