"""A page is lived through: files are written, the script and the commands run, in its folder."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.backends.nodes.running import Node
from tests.backends.sshd import Server
from tests.docs.pages import ROOT, Block, blocks

TIMEOUT_SECONDS = 50
#: What the page calls its folder.
HOME = "/home/me"
HOSTS = ("node1", "node2", "node3")
NODE_PORT = 7734
CONFIGURATION = '{"workers": [{"type": "multicore", "cores": 2}], "inline": false}'
_MARK = "\x1e"
_KEY = re.compile(r"SHA256:[\w+/]+")


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out. command: the one that was typed; empty for a part of the script."""

    block: Block
    command: str
    wanted: str | None
    got: str


class Failed(AssertionError):
    """The script of a page did not come to its end."""


class Visit:
    """One page in a folder of its own, which is home and working directory."""

    def __init__(self, page: str, folder: Path) -> None:
        self._blocks = blocks(page)
        self._folder = folder
        if not any(block.file == "pydron.conf" for block in self._blocks):
            (folder / "pydron.conf").write_text(CONFIGURATION)
        self._environment = _environment(folder)

    def __iter__(self) -> Iterator[Printed]:
        script = [block for block in self._blocks if _is_part(block)]
        for block in self._blocks:
            if block.file:
                _write(block, self._folder)
            elif script and block is script[0]:
                yield from self._run(script)
            elif block.language == "console" and block.is_run:
                yield from self._type(block)

    def _run(self, parts: list[Block]) -> Iterator[Printed]:
        """Each part on the lines that it has in the page, so that tracebacks name these."""
        lines = [""] * (parts[-1].end + 1)
        for part in parts:
            lines[part.line + 1 : part.end] = part.text.splitlines()
            lines[part.end] = f"print({_MARK!r})"
        (self._folder / "page.py").write_text("\n".join(lines), encoding="utf-8")
        *printed, rest = self._done(f'"{sys.executable}" page.py').split(f"{_MARK}\n")
        if len(printed) != len(parts):
            raise Failed(rest)
        for part, got in zip(parts, printed, strict=True):
            yield Printed(part, "", part.wanted, got)

    def _type(self, block: Block) -> Iterator[Printed]:
        for command, wanted in conversation(block.text):
            yield Printed(block, command, wanted, self._done(command))

    def _done(self, command: str) -> str:
        """Output and errors, without what only this run has: the folder's name, a host's key."""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        return _KEY.sub("SHA256:4sQkWzP0", done.stdout.replace(str(self._folder), HOME))


def _is_part(block: Block) -> bool:
    return block.language == "python" and block.is_run and not block.file


def conversation(text: str) -> list[tuple[str, str]]:
    """Each command after a prompt, and what is said to come out."""
    _, *parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    cut = (part.partition("\n") for part in parts)
    return [(command, wanted) for command, _, wanted in cut]


def _write(block: Block, folder: Path) -> None:
    path = folder / block.file
    path.parent.mkdir(parents=True, exist_ok=True)
    place = block.title.partition(", ")[2]
    before = path.read_text(encoding="utf-8") if place else ""
    path.write_text(_put(block.text, before, place), encoding="utf-8")


def _put(text: str, before: str, place: str) -> str:
    """The text at its place in what is there before."""
    if place in {"", "on top"}:
        return text + before
    lines = before.splitlines(keepends=True)
    (node,) = (
        node
        for node in ast.parse(before).body
        if isinstance(node, ast.FunctionDef) and f"{node.name}()" == place
    )
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return "".join([*lines[: first - 1], text, *lines[node.end_lineno :]])


def _environment(folder: Path) -> dict[str, str]:
    """That of a user who has nothing but Python with pydron_ng in it."""
    commands = folder / ".bin"
    commands.mkdir()
    for name, words in (("python", ""), ("python3", ""), ("pydron", "-m pydron_ng")):
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (commands / name).chmod(0o755)
    kept = {name: os.environ[name] for name in ("PYDRON_CACHE_DIR",) if name in os.environ}
    return kept | {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "LANG": "C.UTF-8",
        "COLUMNS": "100",
    }


def serve(folder: Path) -> Server:
    """An SSH server whose ``python3`` is the one that runs here."""
    path = f"PATH={Path(sys.executable).parent}:$PATH"
    return Server(folder, more=f'ForceCommand {path} exec sh -c "$SSH_ORIGINAL_COMMAND"\n')


def reach(server: Server, folder: Path) -> None:
    """Let node1, node2 and node3 stand in the user's SSH files, all of them this server."""
    ssh = folder / ".ssh"
    ssh.mkdir(mode=0o700)
    (ssh / "config").write_text(
        f"Host {' '.join(HOSTS)}\n  HostName {server.address}\n  Port {server.port}\n"
        f"  IdentityFile {server.user_key}\n"
    )
    (ssh / "known_hosts").write_text(server.known_hosts.read_text())


def needs_hosts(page: str) -> bool:
    return any('"ssh"' in block.text for block in blocks(page) if block.file)


@contextmanager
def lent(page: str, folder: Path) -> Iterator[None]:
    """Where it needs one, a node listens meanwhile; its token is in the user's folder."""
    if not any('"node"' in block.text for block in blocks(page) if block.file):
        yield
        return
    node = Node(folder, port=NODE_PORT)
    try:
        yield
    finally:
        node.stop()
