"""One call, watched while the program makes it, then repeated here and in another process."""

from __future__ import annotations

import inspect
import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.contract.canary import Canary, CanaryDied
from pydron_ng.contract.deeds import deeds
from pydron_ng.contract.findings import Finding
from pydron_ng.contract.held import Arguments, State
from pydron_ng.contract.likeness import Likeness, likeness
from pydron_ng.contract.settings import Watched, random_states, settings, threads
from pydron_ng.runtime.outcome import Raised, Refused
from pydron_ng.runtime.session import entering
from pydron_ng.values.functions import identify
from pydron_ng.values.importable import module_of
from pydron_ng.values.pack import Packed, pack, unpack
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

_WIDEST: Final = 60  # characters of a value in a message


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: what came of it, in words and to be compared; seconds: how long it took."""

    text: str
    alike: Likeness
    seconds: float


class Trial:
    """What is seen of one call between ``begin`` and ``end``; whoever has it makes the call.

    findings: what is known after the end.
    """

    def __init__(
        self,
        function: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        library: Library,
        canary: Canary,
    ) -> None:
        if inspect.ismethod(function):
            function, args = function.__func__, (function.__self__, *args)
        self._function, self._args, self._kwargs = function, args, dict(kwargs)
        self._library, self._canary = library, canary
        self.name = f"{module_of(function)}.{function.__qualname__}"
        self.findings: list[Finding] = []

    def begin(self) -> None:
        """Look at all that the call must not change; it follows at once."""
        self._packed = self._pack()
        self._arguments = Arguments(self._function, self._args, self._kwargs, self._library)
        self._state = State(self._function, self._library)
        self._settings, self._random = Watched(settings), Watched(random_states)
        self._threads = Watched(threads)
        entering.add(get_ident())
        deeds().begin()

    def drop(self) -> None:
        """Look no longer: another call within this one is to be watched."""
        deeds().end()
        entering.discard(get_ident())

    def end(self, value: object, failure: BaseException | None, seconds: float) -> None:
        """Look again, now that the call has ended, and make it elsewhere."""
        done = deeds().end()
        try:
            if failure is None or isinstance(failure, Exception):
                self._examine(done, self._ended(value, failure, seconds))
        finally:
            entering.discard(get_ident())

    def _find(self, code: str, message: str) -> None:
        self.findings.append(Finding(code, self.name, message))

    def _pack(self) -> Packed | None:
        """The call's arguments as bytes."""
        try:
            return pack((self._args, self._kwargs), self._library)
        except Unshippable as refusal:
            self._find(refusal.code, f"its arguments do not travel: {refusal.why}")
            return None

    def _examine(self, done: list[tuple[str, str]], ended: Ended) -> None:
        for code, message in done:
            self._find(code, message)
        for name in self._arguments.changed():
            self._find("changed-argument", f"it changed its argument {name}")
        for place in self._state.changed():
            self._find("changed-state", f"it changed {place}")
        for name in self._settings.changed():
            self._find("changed-setting", f"it left {name} changed")
        for name in self._random.changed():
            self._find("used-random", f"it drew from {name}, which all of the process share")
        for name in self._threads.new():
            self._find("left-thread", f"its thread {name} went on when it had returned")
        if self._packed is not None:
            self._repeat(self._packed, ended)
            self._try_elsewhere(self._packed, ended)

    def _ended(self, value: object, failure: BaseException | None, seconds: float) -> Ended:
        if failure is None:
            return Ended(_shown(value), likeness(value, self._library), seconds)
        alike = likeness((type(failure), failure.args), self._library)
        return Ended(f"{type(failure).__qualname__}{failure.args!r:.{_WIDEST}}", alike, seconds)

    def _compare(self, code: str, here: Ended, there: Ended, where: str) -> None:
        if here.alike is None or there.alike is None or here.alike == there.alike:
            return
        self._find(code, f"the same call gave {here.text}, and {where} {there.text}")

    def _repeat(self, packed: Packed, first: Ended) -> None:
        """Make the call again, on copies, where nobody hears it."""
        try:
            args, kwargs = unpack(packed.blob, self._library)
        except Unshippable:
            return
        value, failure = None, None
        with _unheard():
            try:
                value = self._function(*args, **kwargs)
            except Exception as error:
                failure = error
            if inspect.iscoroutine(value):
                value.close()
        self._compare("differs-each-time", first, self._ended(value, failure, 0.0), "then")

    def _try_elsewhere(self, packed: Packed, first: Ended) -> None:
        try:
            identity = identify(self._function, self._library)
            arguments = self._args, self._kwargs
            outcome = self._canary.perform(identity, packed, arguments, first.seconds)
        except Unshippable as refusal:
            self._find(refusal.code, f"it does not travel: {refusal.why}")
            return
        except CanaryDied as death:
            self._find("killed-worker", f"{death}")
            return
        match outcome:
            case Refused(code, why):
                self._find(code, f"what comes of it does not travel: {why}")
                return
            case Raised(failure):
                there = self._ended(None, failure, outcome.seconds)
            case _:
                there = self._ended(outcome.value, None, outcome.seconds)
        self._compare("differs-elsewhere", first, there, "in another process")


def _shown(value: object) -> str:
    """A value in at most 60 characters."""
    try:
        text = repr(value)
    except Exception:  # the value's own code
        return f"<{type(value).__qualname__}>"
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


@contextmanager
def _unheard() -> Iterator[None]:
    """What is printed, warned or logged in the block is lost."""
    handle = logging.Logger.handle
    out, err = redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO())
    with warnings.catch_warnings(record=True), out, err:
        setattr(logging.Logger, "handle", lambda *_: None)
        try:
            yield
        finally:
            setattr(logging.Logger, "handle", handle)
