"""What tasks have printed: told again in the program, or kept apart for each call."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

#: What was printed, each text with "out" or "err"; CUT is between what several calls have printed.
Said = list[tuple[str, str]]
CUT: Final = ("", "")


def say_again(said: Iterable[tuple[str, str]]) -> None:
    """Print here what was printed on a worker."""
    for kind, text in said:
        with suppress(Exception):  # the program's stream is the program's
            print(text, end="", file=sys.stdout if kind == "out" else sys.stderr)


def parted(said: Iterable[tuple[str, str]], calls: int) -> list[tuple[str, str]]:
    """Output and error of each call."""
    texts = [{"out": "", "err": ""} for _ in range(calls)]
    call = 0
    for kind, text in said:
        if (kind, text) == CUT:
            call += 1
        else:
            texts[min(call, calls - 1)][kind] += text
    return [(text["out"], text["err"]) for text in texts]
