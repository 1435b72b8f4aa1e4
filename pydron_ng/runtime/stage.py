"""Capture for workers that are threads: what each says is kept apart from what others say."""

from __future__ import annotations

import sys
import threading
from functools import cache
from typing import Any, Final

from pydron_ng.runtime.capture import Copy, Spoken, as_method, log_record
from pydron_ng.values.unshippable import Unshippable

#: What all warnings go through that the filters let pass, whether given by Python or by C code.
_SHOW: Final = "_showwarnmsg"


class Part(threading.local):
    """What the call of this thread has said so far; None in threads that are not ours."""

    spoken: Spoken | None = None
    failure: Unshippable | None = None
    copy: Copy


class Aside:
    """Stands in for sys.stdout or sys.stderr while calls run: other threads go straight through."""

    def __init__(self, kind: str, stream: Any, part: Part) -> None:
        self._kind = kind
        self._stream = stream
        self._part = part

    def write(self, text: str) -> int:
        spoken = self._part.spoken
        if spoken is None:
            return int(self._stream.write(text) or 0)
        spoken.append((self._kind, text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Stage:
    """What all threads share: it is set up for the first running call, cleared by the last."""

    def __init__(self) -> None:
        self.part = Part()
        self._lock = threading.Lock()
        self._running = 0

    def enter(self, copy: Copy) -> None:
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._set_up()
        self.part.spoken, self.part.failure, self.part.copy = [], None, copy

    def leave(self) -> Spoken:
        """What this thread's call has said."""
        spoken, self.part.spoken = self.part.spoken, None
        with self._lock:
            self._running -= 1
            if self._running == 0:
                self._clear()
        if self.part.failure is not None:
            raise self.part.failure
        return spoken or []

    def _set_up(self) -> None:
        import logging
        import warnings

        self._streams = Aside("out", sys.stdout, self.part), Aside("err", sys.stderr, self.part)
        self._before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        self._show = getattr(warnings, _SHOW)
        setattr(warnings, _SHOW, self._warned)
        self._handle = logging.Logger.handle
        setattr(logging.Logger, "handle", as_method(self._logged))

    def _clear(self) -> None:
        """Put back what was there, unless the program has put something else in the meantime."""
        import logging
        import warnings

        for name, aside, before in zip(
            ("stdout", "stderr"), self._streams, self._before, strict=True
        ):
            if getattr(sys, name) is aside:
                setattr(sys, name, before)
        setattr(warnings, _SHOW, self._show)
        setattr(logging.Logger, "handle", self._handle)

    def _warned(self, message: Any) -> None:
        if self.part.spoken is None:
            self._show(message)
            return
        what = message.message, message.category, message.filename, message.lineno
        self.part.spoken.append(("shown", *what))

    def _logged(self, logger: Any, record: Any) -> None:
        if self.part.spoken is None:
            self._handle(logger, record)
            return
        try:
            self.part.spoken.append(log_record(logger, record, self.part.copy))
        except Unshippable as failure:
            self.part.failure = failure


@cache
def stage() -> Stage:
    """The only one of this process, for there is one sys.stdout."""
    return Stage()


class ThreadCapture:
    """For a thread of the program."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy

    def begin(self) -> None:
        stage().enter(self._copy)

    def end(self) -> Spoken:
        return stage().leave()

    def apply(self, blob: tuple[bytes, ...]) -> None:
        from pydron_ng.runtime.surroundings import apply_to_thread

        apply_to_thread(blob)
