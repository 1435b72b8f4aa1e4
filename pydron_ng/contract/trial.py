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
from typing import TYPE_CHECKING, Any

from pydron_ng.contract.canary import Canary, CanaryDied
from pydron_ng.contract.deeds import Deed, deeds
from pydron_ng.contract.findings import REMEDIES, Finding
from pydron_ng.contract.held import Arguments, State
from pydron_ng.contract.likeness import Likeness, likeness
from pydron_ng.contract.places import place_of
from pydron_ng.contract.settings import Watched, random_states, settings, threads
from pydron_ng.contract.showing import shown, shown_call
from pydron_ng.runtime.outcome import Raised, Refused
from pydron_ng.runtime.process import entering
from pydron_ng.values.functions import identify
from pydron_ng.values.importable import module_of
from pydron_ng.values.pack import Packed, pack, unpack
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library


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
        self._packed = None
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

    def _find(self, code: str, message: str, change: str = "", subject: str = "") -> None:
        """Told with the line that can be blamed for it."""
        file, line = place_of(self._function, code, subject) if code in REMEDIES else ("", 0)
        self._told(code, message, change, file, line)

    def _told(self, code: str, message: str, change: str, file: str, line: int) -> None:
        args, kwargs = self._before() or (self._args, self._kwargs)
        call = shown_call(self._function, args, kwargs)
        self.findings.append(Finding(code, self.name, message, call, change, file, line))

    def _pack(self) -> Packed | None:
        """The call's arguments as bytes."""
        try:
            return pack((self._args, self._kwargs), self._library)
        except Unshippable as refusal:
            self._find(refusal.code, f"its arguments do not travel: {refusal.why}")
            return None

    def _examine(self, done: list[Deed], ended: Ended) -> None:
        for deed in done:
            if deed.file:
                self._told(deed.code, deed.message, "", deed.file, deed.line)
            else:  # a library did it by itself
                self._find(deed.code, deed.message)
        for name, change in self._arguments.changed(self._before()).items():
            self._find("changed-argument", f"it changed its argument {name}", change, name)
        for place, change in self._state.changed():
            self._find("changed-state", f"it changed {place}", change, place.rpartition(".")[2])
        for name in self._settings.changed():
            self._find("changed-setting", f"it left {name} changed")
        for name in self._random.changed():
            self._find("used-random", f"it drew from {name}, which all of the process share")
        for name in self._threads.new():
            self._find("left-thread", f"its thread {name} went on when it had returned")
        if self._packed is not None:
            self._repeat(self._packed, ended)
            self._try_elsewhere(self._packed, ended)

    def _before(self) -> Any:
        """Copies of the arguments as they were; None if they do not travel."""
        try:
            return None if self._packed is None else unpack(self._packed.blob, self._library)
        except Unshippable:
            return None

    def _ended(self, value: object, failure: BaseException | None, seconds: float) -> Ended:
        if failure is None:
            return Ended(shown(value), likeness(value, self._library), seconds)
        alike = likeness((type(failure), failure.args), self._library)
        name = type(failure).__qualname__
        return Ended(f"{name}({', '.join(map(shown, failure.args))})", alike, seconds)

    def _compare(self, code: str, here: Ended, there: Ended, where: str) -> None:
        if here.alike is None or there.alike is None or here.alike == there.alike:
            return
        if any(finding.code == "differs-each-time" for finding in self.findings):
            return  # that it differs elsewhere, too, says no more
        self._find(code, f"{where}, the same call gave something else", _both(here, there))

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
        self._compare("differs-each-time", first, self._ended(value, failure, 0.0), "made again")

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


def _both(here: Ended, there: Ended) -> str:
    if here.text != there.text:
        return f"{here.text}, then {there.text}"
    return f"both show as {here.text}, but their bytes differ"


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
