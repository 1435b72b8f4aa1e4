"""Capture for workers that are threads: what each says is kept apart from what others say.

It is set up once, in the program's own thread, and stays for as long as the process lives:
print() holds no reference to sys.stdout, so nothing that ever was it may go away meanwhile.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final, NoReturn

from pydron_ng.runtime.capture import Copy, Paused, Spoken, as_method, log_record
from pydron_ng.runtime.own_handlers import OWN_HANDLER, hear_of_handlers
from pydron_ng.runtime.reads import reads, telling_functions
from pydron_ng.values.unshippable import Unshippable


class Stopped(BaseException):
    """Ends a call that is refused already; nobody sees it outside of its thread."""


class Part(threading.local):
    """What the call of this thread has said so far; ``spoken`` is None in threads not ours.

    own: what the call itself has put in the place of sys.stdout or sys.stderr.
    has_handlers: has it made or attached a handler of log records?
    """

    spoken: Spoken | None = None
    failure: Unshippable | None = None
    own: dict[str, Any]
    copy: Copy
    has_handlers = False

    def refuse(self, code: str, why: str) -> None:
        self.failure = self.failure or Unshippable(code, why)

    def stop(self, code: str, why: str) -> NoReturn:
        self.refuse(code, why)
        raise Stopped


class Aside:
    """Is sys.stdout or sys.stderr, as C code sees it: other threads go straight through.

    stream: the program's own, which it sees, and may exchange at any moment.
    """

    def __init__(self, name: str, part: Part) -> None:
        self.stream = getattr(sys, name)
        self._name = name
        self._part = part

    def write(self, text: str) -> Any:
        spoken = self._part.spoken
        if spoken is None:
            return None if self.stream is None else self.stream.write(text)
        own = self._part.own.get(self._name, self)
        if own is not self:
            return None if own is None else own.write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        spoken.append((self._name.removeprefix("std"), str(text)))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self._part.spoken is None and self.stream is not None:
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        if self._part.spoken is not None and name in _PAST:
            self._part.stop("output-past-python", f"it used {self._name}.{name}")
        return getattr(self.stream, name)


#: What leads past a text stream, or changes it.
_PAST: Final = frozenset({"buffer", "detach", "reconfigure"})


def _stream(name: str, aside: Aside, part: Part) -> property:
    """An attribute of sys: each thread's own stream. C code takes the aside from the dictionary."""
    space = vars(sys)

    def get(_: ModuleType) -> Any:
        if name not in space:
            raise AttributeError(name)
        return aside.stream if part.spoken is None else part.own.get(name, aside)

    def put(_: ModuleType, stream: Any) -> None:
        if part.spoken is not None:
            part.own[name] = stream
        elif stream is not aside:
            aside.stream = stream
            space[name] = aside

    def remove(_: ModuleType) -> None:
        if part.spoken is not None:
            part.stop("not-performed", f"it removed sys.{name}")
        if name not in space:
            raise AttributeError(name)
        del space[name]

    return property(get, put, remove)


#: What changes or shows the state of warnings, which all threads have in common.
_WARNINGS: Final = (
    "warn",
    "warn_explicit",
    "showwarning",
    "simplefilter",
    "filterwarnings",
    "resetwarnings",
)


def _of_warnings(name: str, part: Part, instead: Any) -> property:
    """An attribute of the module warnings: for calls in threads, `instead`, and a refusal.

    C code asks for ``filters`` as well, before it takes down that it has warned.
    """
    import warnings

    space = vars(warnings)
    why = "it warned, or changed how warnings are shown, which threads have in common"

    def get(_: ModuleType) -> Any:
        if part.spoken is not None:
            part.refuse("warned-in-thread", why)
            return instead
        if name not in space:
            raise AttributeError(name)
        return space[name]

    def put(_: ModuleType, value: Any) -> None:
        if part.spoken is not None:
            part.stop("warned-in-thread", why)
        space[name] = value

    def remove(_: ModuleType) -> None:
        if name not in space:
            raise AttributeError(name)
        del space[name]

    return property(get, put, remove)


def _of_os(name: str, telling: Any) -> property:
    """An attribute of the module os: for calls in threads, one that tells what it is asked."""
    space, heard = vars(os), reads()

    def get(_: ModuleType) -> Any:
        if heard.seen is not None:
            return telling
        if name not in space:
            raise AttributeError(name)
        return space[name]

    def put(_: ModuleType, value: Any) -> None:
        space[name] = value

    def remove(_: ModuleType) -> None:
        if name not in space:
            raise AttributeError(name)
        del space[name]

    return property(get, put, remove)


def _add_attributes(module: ModuleType, found: dict[str, property]) -> None:
    """Give the module a class that has them; as a value it travels by its name, as before."""
    space: dict[str, Any] = {**found, "__reduce__": _by_name, "__pydron_stage__": True}
    module.__class__ = type("module", (type(module),), space)


def _by_name(module: ModuleType) -> tuple[Any, ...]:
    return import_module, (module.__name__,)


def _unheard(*_: Any, **__: Any) -> None:
    """Stands in for what must not happen in a thread."""


class Stage:
    """What all threads share."""

    def __init__(self) -> None:
        self.part = Part()
        self._take_streams()
        self._take_warnings()
        self._take_logging()
        told = {name: _of_os(name, telling) for name, telling in telling_functions().items()}
        _add_attributes(os, told)

    def enter(self, copy: Copy) -> None:
        part = self.part
        part.spoken, part.failure, part.own, part.copy = [], None, {}, copy
        part.has_handlers = False

    def leave(self) -> Spoken:
        """What this thread's call has said."""
        spoken, self.part.spoken, self.part.own = self.part.spoken, None, {}
        if self.part.failure is not None:
            raise self.part.failure
        return spoken or []

    def _take_streams(self) -> None:
        """The asides come first: what the program prints to meanwhile is kept by them."""
        self._asides = {name: Aside(name, self.part) for name in ("stdout", "stderr")}
        found = {name: _stream(name, aside, self.part) for name, aside in self._asides.items()}
        vars(sys).update(self._asides)
        _add_attributes(sys, found)

    def _take_warnings(self) -> None:
        import warnings

        instead = dict.fromkeys(_WARNINGS, _unheard) | {"filters": _NOTHING}
        found = {name: _of_warnings(name, self.part, instead[name]) for name in instead}
        _add_attributes(warnings, found)

    def _take_logging(self) -> None:
        import logging

        self._handle = logging.Logger.handle
        setattr(logging.Logger, "handle", as_method(self._logged))
        hear_of_handlers(self._has_handler)

    def _has_handler(self) -> None:
        self.part.has_handlers = True

    def _logged(self, logger: Any, record: Any) -> None:
        if self.part.spoken is None:
            self._handle(logger, record)
            return
        try:
            if self.part.has_handlers:
                raise Unshippable(*OWN_HANDLER)
            self.part.spoken.append(log_record(logger, record, self.part.copy))
        except Unshippable as failure:
            self.part.failure = failure


#: Filters under which nothing is shown, nor taken down as shown.
_NOTHING: Final = [("ignore", None, Warning, None, 0)]


@cache
def stage() -> Stage:
    """The only one of this process, for there is one sys.stdout."""
    return Stage()


class ThreadCapture:
    """For a thread of the program; made in the program's own."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        stage()

    def begin(self) -> None:
        stage().enter(self._copy)

    def end(self) -> Spoken:
        return stage().leave()

    between = end

    def after_several(self) -> None:
        """Who uses a descriptor was refused at once."""

    def pause(self) -> Paused:
        part = stage().part
        if part.has_handlers:
            part.refuse("redirected-at-await", "it awaits with a handler of log records")
        own = part.own
        return stage().leave(), own

    def resume(self, paused: Paused) -> None:
        stage().enter(self._copy)
        stage().part.spoken, stage().part.own = paused

    def apply(self, blob: tuple[bytes, ...]) -> None:
        from pydron_ng.runtime.surroundings import apply_to_thread

        apply_to_thread(blob)
