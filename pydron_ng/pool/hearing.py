"""What tasks print, each its own, also those that take turns."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

#: What was printed, each text with "out" or "err".
Said = list[tuple[str, str]]


def say_again(said: Iterable[tuple[str, str]]) -> None:
    """Print here what was printed on a worker."""
    for kind, text in said:
        with suppress(Exception):  # the program's stream is the program's
            print(text, end="", file=sys.stdout if kind == "out" else sys.stderr)


class Hearing:
    """Stands between the tasks of a worker and its streams."""

    def __init__(self) -> None:
        self._said: ContextVar[Said | None] = ContextVar("said", default=None)
        self._plain: Said | None = None  # of the call that runs by itself, whatever its threads do
        self._listening = 0
        self._streams: tuple[Any, Any] = sys.stdout, sys.stderr

    @contextmanager
    def of_call(self) -> Iterator[Said]:
        """What is printed meanwhile, in order."""
        with self._ears():
            said: Said = []
            self._plain = said
            try:
                yield said
            finally:
                self._plain = None

    @contextmanager
    def of_coroutine(self) -> Iterator[Said]:
        """What is printed meanwhile in this context."""
        with self._ears():
            said: Said = []
            token = self._said.set(said)
            try:
                yield said
            finally:
                self._said.reset(token)

    @contextmanager
    def _ears(self) -> Iterator[None]:
        if not self._listening:
            self._streams = sys.stdout, sys.stderr
            ears = _Ear("out", self, sys.stdout), _Ear("err", self, sys.stderr)
            sys.stdout, sys.stderr = ears
        self._listening += 1
        try:
            yield
        finally:
            self._listening -= 1
            if not self._listening:
                sys.stdout, sys.stderr = self._streams

    def hear(self, kind: str, text: str) -> bool:
        """False: nobody listens to whoever prints it."""
        said = self._said.get()
        if said is None:
            said = self._plain
        if said is None:
            return False
        said.append((kind, str.__str__(text)))  # a subclass need not be known elsewhere
        return True


class _Ear(io.TextIOBase):
    """Stands in for a stream of the worker's."""

    def __init__(self, kind: str, hearing: Hearing, stream: Any) -> None:
        super().__init__()
        self._kind = kind
        self._hearing = hearing
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def buffer(self) -> _Bytes:
        return _Bytes(self)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """Of the worker; what is written there is not heard."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        number: int = self._stream.fileno()
        return number

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not self._hearing.hear(self._kind, text) and self._stream is not None:
            self._stream.write(text)
        return len(text)


class _Bytes(io.BufferedIOBase):
    """What is written here is heard as text; what is none is told byte by byte."""

    def __init__(self, ear: _Ear) -> None:
        super().__init__()
        self._ear = ear

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._ear.fileno()

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        self._ear.write(str(view, "utf-8", "backslashreplace"))
        return view.nbytes
