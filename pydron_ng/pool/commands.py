"""Programs as tasks."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pickle import PickleBuffer
from typing import Any, Final, NamedTuple

from pydron_ng.pool.future import Info
from pydron_ng.runtime.past_python import nameless_file

#: What a shell does that leads the group of a program: when its input ends, it ends them all.
_WATCH: Final = "read -r _; kill -s KILL 0"


class Completed(NamedTuple):
    """What became of a program. files: as in ``future.info.files``."""

    argv: Sequence[str | bytes]
    returncode: int
    stdout: Any
    stderr: Any
    files: Mapping[str, Any] | None


class Command:
    """A program, and what it is given. Raises: TypeError, ValueError."""

    def __init__(
        self,
        argv: Any,
        stdin: Any,
        env: Any,
        *,
        text: bool,
        check: bool,
    ) -> None:
        self._argv = _words(argv)
        self._stdin = stdin.encode() if isinstance(stdin, str) else stdin
        if stdin is not None and not isinstance(self._stdin, bytes | bytearray | memoryview):
            raise TypeError(f"stdin is what the program reads, as text or bytes, not {stdin!r}")
        self._env = {} if env is None else _variables(env)
        self._text = text
        self._check = check

    @property
    def arguments(self) -> tuple[Any, ...]:
        """Of `run_command`."""
        stdin = None if self._stdin is None else PickleBuffer(self._stdin)
        return self._argv, stdin, self._env

    def completed(self, told: tuple[int, Any, Any], info: Info) -> Completed:
        """What `run_command` has told, for the user. Raises: CalledProcessError, if asked for."""
        returncode, *said = told
        out, err = [_text(data) if self._text else bytes(data) for data in said]
        if self._check and returncode:
            raise subprocess.CalledProcessError(returncode, self._argv, out, err)
        return Completed(self._argv, returncode, out, err, info.files)


def run_command(argv: list[Any], stdin: Any, env: dict[str, str]) -> tuple[int, Any, Any]:
    """Exit status, output and error of a program, on the worker.

    What it has started ends with it, and all of that with the worker. Raises: OSError.
    """
    with ExitStack() as open_files:
        given, out, err = [open_files.enter_context(_nameless()) for _ in range(3)]
        if stdin is not None:
            given.write(stdin)
            given.seek(0)
        with _group() as group:
            try:
                program = subprocess.Popen(
                    argv,
                    stdin=given,
                    stdout=out,
                    stderr=err,
                    env={**os.environ, **env},
                    process_group=group,
                )
            except FileNotFoundError as missing:
                why = "there is no such program on the worker, or not what it is a script for"
                raise FileNotFoundError(errno.ENOENT, why, missing.filename) from None
            returncode = program.wait()
        return returncode, _content(out), _content(err)


@contextmanager
def _group() -> Iterator[int]:
    """A group of processes, which is ended: at the end, or when this process is no more."""
    theirs, ours = os.pipe()
    try:
        leader = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        try:
            yield leader.pid
        finally:
            os.killpg(leader.pid, signal.SIGKILL)
            leader.wait()
    finally:
        os.close(theirs)
        os.close(ours)


def _nameless() -> Any:
    return open(nameless_file("pydron-program"), "w+b", buffering=0)


def _content(file: Any) -> PickleBuffer:
    file.seek(0)
    return PickleBuffer(file.read())


def _words(argv: Any) -> list[str | bytes]:
    if isinstance(argv, str | bytes) or not isinstance(argv, Sequence):
        raise TypeError(
            f"a program is given as a list of words, not as {argv!r};"
            " take shlex.split(), or ['sh', '-c', ...] for what a shell is to do"
        )
    for word in argv:
        if not isinstance(word, str | bytes | os.PathLike):
            raise TypeError(f"a word of a command is text, bytes or a path, not {word!r}")
    if not argv:
        raise ValueError("a program is given as a list of words, of which there are none")
    return [os.fspath(word) for word in argv]


def _variables(env: Any) -> dict[str, str]:
    if not isinstance(env, Mapping):
        raise TypeError(f"env is a mapping of names to texts, not {env!r}")
    for name, value in env.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"a variable of env is a text, not {name!r}: {value!r}")
    return dict(env)


def _text(data: Any) -> str:
    return bytes(data).decode(errors="replace")
