"""One run of a script as a process: what it printed, wrote, and how it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import Self

from pydron_ng.config.document import read
from pydron_ng.config.search import VARIABLE, find
from pydron_ng.testing.scripts.feeding import Input
from pydron_ng.testing.scripts.folders import Content, Stamps, TooManyFiles, copy, stamps, written

#: Those that change what pydron_ng does to a program.
_OURS = ("PYDRON", "PYDRON_CHECK", "PYDRON_CHECK_REPORT", "PYDRON_CHECK_CALLS")


class Mode(Enum):
    """How the script is run."""

    SEQUENTIAL = "sequential"
    SCHEDULED = "scheduled"
    CHECKED = "contract"


@dataclass(frozen=True, slots=True)
class Ran:
    """What there is to see of one run.

    status: as a shell shows it, negative for a signal; None if it was ended after its time.
    out, err: lines. files: those that it created, changed or (None) removed; None in place of
    all if there are too many to look at. seconds: wall time.
    """

    status: int | None
    out: tuple[str, ...]
    err: tuple[str, ...]
    files: Mapping[str, Content | None] | None
    seconds: float


class Program:
    """A script with its arguments, which can be run again and again on the same input.

    A context manager; it leaves nothing behind but what the script has written.
    """

    def __init__(
        self,
        command: list[str],
        folder: Path,
        *,
        in_scratch: bool = False,
        seconds: float | None = None,
    ) -> None:
        """Command: what follows the interpreter; seconds: so long each run may take."""
        self._command, self._folder, self._seconds = command, folder, seconds
        self._in_scratch = in_scratch
        self._stack = ExitStack()
        self._own = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pydron-")))
        self._where = self._own / (folder.name or "root") if in_scratch else folder
        self.report = self._own / "report.json"
        self._input = Input(0, self._own / "input")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, mode: Mode, variables: Mapping[str, str] | None = None) -> Ran:
        """Run it to its end; variables: of the environment, besides."""
        folder = self._prepared()
        before = _stamps(folder)
        environment = self._environment(mode) | dict(variables or {})
        status, seconds = self._process(folder, environment)
        return Ran(
            status, self._lines("out"), self._lines("err"), _written(folder, before), seconds
        )

    def original(self, file: str) -> str:
        """The path of a file that a run named, not of its copy."""
        path = Path(self._where, file)
        if not path.is_relative_to(self._where):
            return file
        return str(self._folder / path.relative_to(self._where))

    def everything_sent(self) -> dict[str, str]:
        """Variables with which all calls go to workers that can, however short they are."""
        found = find()
        values = {} if found is None else read(found)
        path = self._own / "pydron.conf"
        path.touch(mode=0o600)
        path.write_text(json.dumps({**values, "inline": False}), encoding="utf-8")
        return {VARIABLE: str(path)}

    def _prepared(self) -> Path:
        if self._in_scratch:
            copy(self._folder, self._where)
        return self._where

    def _environment(self, mode: Mode) -> dict[str, str]:
        """The hash seed is one and the same, unless what is checked is whether it matters."""
        chosen = {name: value for name, value in os.environ.items() if name not in _OURS}
        match mode:
            case Mode.SEQUENTIAL:
                return {"PYTHONHASHSEED": "0"} | chosen | {"PYDRON": "off"}
            case Mode.SCHEDULED:
                return {"PYTHONHASHSEED": "0"} | chosen
            case Mode.CHECKED:
                return chosen | {"PYDRON_CHECK": "1", "PYDRON_CHECK_REPORT": str(self.report)}

    def _process(self, folder: Path, environment: Mapping[str, str]) -> tuple[int | None, float]:
        began = perf_counter()
        with (self._own / "out").open("wb") as out, (self._own / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, *self._moved(folder)],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        assert process.stdin is not None
        with self._input.feeding(process.stdin):
            try:
                status = process.wait(self._seconds)
            except BaseException as error:  # too long, or the user has had enough
                _end(process)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                status = None
        return status, perf_counter() - began

    def _moved(self, folder: Path) -> list[str]:
        """The command, with a script that is in the folder taken from its copy."""
        script, *rest = self._command
        path = Path(os.path.normpath(self._folder / script))
        if not path.is_relative_to(self._folder):
            return [str(path), *rest]
        relative = path.relative_to(self._folder)
        return [str(folder / relative) if os.path.isabs(script) else str(relative), *rest]

    def _lines(self, name: str) -> tuple[str, ...]:
        text = (self._own / name).read_bytes().decode(errors="backslashreplace")
        return tuple(text.splitlines(keepends=True))


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _stamps(folder: Path) -> Stamps | None:
    try:
        return stamps(folder)
    except TooManyFiles:
        return None


def _written(folder: Path, before: Stamps | None) -> dict[str, Content | None] | None:
    try:
        return None if before is None else written(folder, before)
    except TooManyFiles:
        return None
