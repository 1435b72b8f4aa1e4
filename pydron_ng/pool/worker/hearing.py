"""What tasks print, each its own, also those that take turns."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pydron_ng.pool.said import CUT, Said

if TYPE_CHECKING:
    from pydron_ng.pool.worker.beneath import Beneath


class Hearing:
    """Stands between the tasks of a worker and its streams."""

    def __init__(self) -> None:
        self._said: ContextVar[Said | None] = ContextVar("said", default=None)
        self._plain: Said | None = None  # of the call that runs by itself, whatever its threads do
        self._beneath: Beneath | None = None
        self._is_forked = False
        self._listening = 0
        self._streams: tuple[Any, Any] = sys.stdout, sys.stderr
        self._ears: tuple[_Ear, _Ear] | None = None  # for these streams
        os.register_at_fork(after_in_child=self._fork)

    def _fork(self) -> None:
        """Here is a process that a task has forked: it has the streams of the worker."""
        self._is_forked, self._beneath = True, None

    def of_call(self) -> OfCall:
        """What is printed meanwhile, in order."""
        return OfCall(self)

    @contextmanager
    def beneath(self, said: Said) -> Iterator[None]:
        """Hear what is written to descriptors meanwhile, too."""
        from pydron_ng.pool.worker.beneath import Beneath  # not everywhere there are descriptors

        with Beneath(said) as beneath:
            self._beneath = beneath
            try:
                yield
            finally:
                self._beneath = None

    @property
    def hears_programs(self) -> bool:
        return self._beneath is not None

    def cut(self, said: Said) -> None:
        """What follows is said by the next call."""
        if self._beneath is not None:
            self._beneath.take()
        said.append(CUT)

    @contextmanager
    def of_coroutine(self) -> Iterator[Said]:
        """What is printed meanwhile in this context."""
        said: Said = []
        token = self._said.set(said)
        self.listen()
        try:
            yield said
        finally:
            self.rest()
            self._said.reset(token)

    def listen(self, said: Said | None = None) -> None:
        """Be in place of the streams. said: what is printed by whoever does not say who he is."""
        if not self._listening:
            self._put_ears()
        self._listening += 1
        self._plain = said

    def rest(self) -> None:
        """As many calls are over as had begun: the streams are what they were."""
        self._plain = None
        self._listening -= 1
        if not self._listening:
            sys.stdout, sys.stderr = self._streams

    def _put_ears(self) -> None:
        streams = sys.stdout, sys.stderr
        ears = self._ears
        if ears is None or streams != self._streams or ears[0].closed or ears[1].closed:
            self._streams = streams
            ears = self._ears = _Ear("out", self, sys.stdout), _Ear("err", self, sys.stderr)
        sys.stdout, sys.stderr = ears

    def hear(self, kind: str, text: str) -> bool:
        """False: nobody listens to whoever prints it."""
        said = self._said.get()
        if said is None:
            said = self._plain
        if said is None or self._is_forked:
            return False
        if self._beneath is not None:
            self._beneath.take()
        said.append((kind, str.__str__(text)))  # a subclass need not be known elsewhere
        return True


class OfCall:
    """While a call is made; a class, as this is done with each one."""

    __slots__ = ("_hearing",)

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing

    def __enter__(self) -> Said:
        said: Said = []
        self._hearing.listen(said)
        return said

    def __exit__(self, *_: object) -> None:
        self._hearing.rest()


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

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not self._hearing.hear(self._kind, text) and self._stream is not None:
            self._stream.write(text)
            self._stream.flush()
        return len(text)

    def fileno(self) -> int:
        """For programs that are to print there.

        Raises: UnsupportedOperation, if nobody hears what these print.
        """
        if not self._hearing.hears_programs:
            return super().fileno()
        return 1 if self._kind == "out" else 2


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
