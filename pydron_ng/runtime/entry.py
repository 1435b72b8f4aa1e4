"""Where a scheduled function begins: decides whether to run ahead, and starts it."""

from __future__ import annotations

import importlib
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import get_ident
from time import perf_counter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import PydronError, TranslationError
from pydron_ng.log import log
from pydron_ng.runtime.debugger import is_watching
from pydron_ng.runtime.descent import adopted, is_arriving
from pydron_ng.runtime.process import apart, arriving, checks, entering, programs
from pydron_ng.runtime.program import Program
from pydron_ng.runtime.reading import Reading, known_names, read_again
from pydron_ng.runtime.rest import FOR_EVER, LONG, rest, sleep
from pydron_ng.runtime.scheduled import Scheduled, entry_of, set_code
from pydron_ng.runtime.scope import lookup
from pydron_ng.runtime.session import is_off, session
from pydron_ng.runtime.shared import ahead, share
from pydron_ng.runtime.stubs import EACH, STUB, Stub, stub_maker, tidy
from pydron_ng.translation.codes import ITERABLE_COROUTINE
from pydron_ng.translation.entries import RESTS, commit_code
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    is_foreign,
)

if TYPE_CHECKING:
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.session import Session

#: A try that was of no use is made again after so many times what it has cost.
_WORTH_OF_A_TRY = 50
#: The calls that a function rests for at most if there is nothing that could be functional.
_LONGEST = 256
#: What a call may need at any moment.
_NEEDED = ("activation", "outcome", "replay", "surroundings")


def install(target: FunctionType, original: FunctionType, *, speculate: bool = False) -> None:
    """Give `target` the code of the commit program of `original`.

    speculate: run-ahead goes past exits that are not decided.

    Functions that are defined again and again are translated once.

    Raises:
        TranslationError: it cannot be translated.
    """
    code = original.__code__
    key = (code.co_filename, code, speculate)
    known = programs.get(key) if "<locals>" in original.__qualname__ else None
    if known is None or known[0].knows_better(known_names()):
        reading = read_again(original)
        known = programs[key] = reading, Program(reading, code, speculate=speculate)
    reading, program = known
    entry = Entry(reading, program, original, target)
    routed = commit_code(reading.template, entry)
    routed = routed.replace(co_flags=routed.co_flags | code.co_flags & ITERABLE_COROUTINE)
    target.__dict__["__pydron_scheduled__"] = Scheduled(entry, code, routed)
    target.__code__ = routed
    rest(entry, program.rest_of_new() if program.may_ask else FOR_EVER)


class _Called(ABC):
    """What is called at the entry of a function, by its own code."""

    ahead = staticmethod(ahead)
    share = staticmethod(share)
    tidy = staticmethod(tidy)
    program: Program

    def stub(self, site: int) -> Callable[[Any, Any, Any, Any], Stub]:
        """The maker of stubs of a site."""
        return self.stub_of(self.program, site, STUB)

    def each(self, site: int) -> Callable[[Any, Any, Any, Any], Stub]:
        """The maker of what stands for a function that is handed to map() or its like."""
        return self.stub_of(self.program, site, EACH)

    @abstractmethod
    def stub_of(
        self, program: Program, site: int, text: str
    ) -> Callable[[Any, Any, Any, Any], Stub]:
        """The maker of stubs of a site in the function, or in one inside of it."""

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return (_undecorated, ())


class Entry(_Called):
    """One scheduled function object: called by its own code, with its arguments, when it begins."""

    def __init__(
        self, reading: Reading, program: Program, function: FunctionType, target: FunctionType
    ) -> None:
        """function: the undecorated one; target: the one whose code calls this."""
        self.program = program
        self.inner = tuple(InnerEntry(self, inner) for inner in program.inner)
        self._reading = reading
        self._original = weakref.ref(function)  # nothing behind code's constants is ever collected
        self._target = weakref.ref(target)
        self._is_first = True
        self._has_looked = False
        self._cost = 0.0  # seconds of beginning calls, since it was last learnt what that was for
        self._not_before = 0.0
        self._in_vain = 1
        self._rested = 0  # the calls that it rests for, if it were not for one that was begun
        self._was_early = False
        setattr(self, RESTS, 0)

    def __call__(self, *values: Any) -> tuple[Any, ...] | None:
        """What the commit program works with; None to run as if undecorated."""
        begun = adopted(self) if arriving else None
        if begun is not None:
            rest(self, 0 if is_arriving(self) else self._rested)
        elif self._is_early() or is_watching():
            return None
        function, program = self._original(), self.program
        if function is None or not program.is_possible(lambda n: self._value(function, n, values)):
            self._rest_longer()
            return None
        if begun is None and is_off():
            self._rest_longer()
            return None
        began = perf_counter()
        handed = _begin(self, values, begun)
        self._cost += perf_counter() - began
        return handed

    def _is_early(self) -> bool:
        """Is it too soon to try again, measured by what the last try has cost?"""
        if perf_counter() >= self._not_before:
            self._was_early = False
            return False
        if self._was_early:
            sleep(self, self._not_before)
        else:
            rest(self, LONG - 1)
        self._was_early = True
        return True

    def _rest_longer(self) -> None:
        """Nothing can run ahead now, and hardly will in the next calls: asking costs, too."""
        self._in_vain = min(2 * self._in_vain, _LONGEST)
        rest(self, self._in_vain)

    def awake(self) -> None:
        """The next call is to ask."""
        self._not_before = 0.0
        rest(self, 0 if self.program.may_ask else FOR_EVER)

    def expect(self) -> None:
        """The next call was begun: it is to ask for that, whether it rests or not."""
        self._rested = getattr(self, RESTS) or self._rested
        rest(self, 0)

    def ask(self) -> None:
        """Have the function ask when it is called."""
        self._set_code(asks=True)

    def ask_not(self) -> None:
        """Have the function be what the user wrote."""
        self._set_code(asks=False)

    def _set_code(self, *, asks: bool) -> None:
        target = self._target()
        if target is not None:
            set_code(target, self, asks=asks)

    def learn(self, *, useful: bool) -> None:
        """Rest for a while if running ahead was of no use."""
        self._rested = self.program.rest(useful=useful)
        rest(self, self._rested)
        cost, self._cost = self._cost, 0.0
        again = perf_counter() + _WORTH_OF_A_TRY * cost
        self._not_before = max(self._not_before, again) if self._rested else 0.0

    def prepare(self, current: Session) -> None:
        """Import, translate and configure before the first call; look again before the second."""
        if self._is_first or not current.is_ready or not self.program.is_ready:
            self._is_first = False
            self._do(lambda: self._prepare(current))
        elif not self._has_looked:
            self._has_looked = True
            self._do(self._look_again)

    def _do(self, work: Callable[[], None]) -> None:
        """Have that done once; a signal would break it."""
        began = perf_counter()
        apart(work)
        self._cost -= perf_counter() - began

    def _prepare(self, current: Session) -> None:
        current.foresee()
        for name in _NEEDED:
            importlib.import_module(f"pydron_ng.runtime.{name}")
        _ = self.program.run_ahead

    def _look_again(self) -> None:
        """Translate anew, for later calls, if more is known now than when it was decorated.

        Many are called once: that call is not to wait for it.
        """
        if not self._reading.knows_better(known_names()):
            return
        target, original = self._target(), self._original()
        if target is not None and original is not None:
            install(target, original, speculate=self.program.speculate)
            later = entry_of(target)
            if later is not None:
                self.program.reasons = later.program.reasons  # of the call that begins now

    def belongs_to(self, function: FunctionType) -> bool:
        """Is it the entry of `function` itself, not of what functools.wraps made a copy of?"""
        return self._target() is function

    def _value(self, function: FunctionType, name: str, values: tuple[Any, ...]) -> Any:
        """What a callee's name stands for when the call begins; UNKNOWN for what is local."""
        code = function.__code__
        if name in code.co_varnames or name in code.co_cellvars:
            parameters = self.program.parameters
            return values[parameters.index(name)] if name in parameters else UNKNOWN
        return lookup(function, name, None)

    def lookup(self, name: str, missing: Any) -> Any:
        """What a name that is not local stands for now."""
        function = self._original()
        return missing if function is None else lookup(function, name, missing)

    def stub_of(
        self, program: Program, site: int, text: str
    ) -> Callable[[Any, Any, Any, Any], Stub]:
        """The maker of stubs of a site in the function, or in one inside of it."""
        target = self._target()
        assert target is not None  # its code is running
        makers = target.__dict__["__pydron_scheduled__"].makers
        key = id(program), site, text
        if key not in makers:
            spot = program.facts.sites[site].spot
            makers[key] = stub_maker(spot, program.caller, target.__globals__, text)
        return makers[key]  # type: ignore[no-any-return]


class InnerEntry(_Called):
    """The entry of a function inside of a scheduled one: its caller has begun the call, or nobody.

    Called without that, it runs as it is written.
    """

    def __init__(self, outer: Entry | InnerEntry, program: Program) -> None:
        self.program = program
        self.inner = tuple(InnerEntry(self, inner) for inner in program.inner)
        self._outer = outer
        rest(self, 1)

    def __call__(self, *values: Any) -> tuple[Any, ...] | None:
        """What the commit program works with; None to run as it is written."""
        begun = adopted(self) if arriving else None
        rest(self, 0 if is_arriving(self) else 1)
        return None if begun is None and not checks else _begin(self, values, begun)

    def expect(self) -> None:
        """The next call was begun: it is to ask for that."""
        rest(self, 0)

    def awake(self) -> None:
        """The next call is to ask."""
        rest(self, 0)

    def ask(self) -> None:
        """Its function objects come and go: they look for themselves."""

    ask_not = ask

    def learn(self, *, useful: bool) -> None:
        """Whether it runs ahead is for its callers to learn."""

    def __pydron_written__(self) -> CodeType:
        """The code of the function as the user wrote it: what travels to workers."""
        return self.program.caller

    def prepare(self, current: Session) -> None:
        """Whoever has begun the call has prepared all."""

    def lookup(self, name: str, missing: Any) -> Any:
        """What a name that is not local to any of the functions stands for now."""
        return self._outer.lookup(name, missing)

    def stub_of(
        self, program: Program, site: int, text: str
    ) -> Callable[[Any, Any, Any, Any], Stub]:
        """As of the function around it, whose names it sees."""
        return self._outer.stub_of(program, site, text)


def _begin(
    entry: Entry | InnerEntry, values: tuple[Any, ...], begun: Running | None
) -> tuple[Any, ...] | None:
    thread = get_ident()
    if thread in entering:  # a signal handler or finalizer, while this is at work below
        return None
    entering.add(thread)
    try:
        return _activated(entry, session(), values, begun)
    finally:
        entering.discard(thread)


def _activated(
    entry: Entry | InnerEntry, current: Session, values: tuple[Any, ...], begun: Running | None
) -> tuple[Any, ...] | None:
    """What the commit program works with; None if it is to run as if undecorated."""
    try:
        if not current.usable():
            return None
        if checks:
            from pydron_ng.runtime.checked import CheckedActivation

            return CheckedActivation(entry, checks[-1]).start()
        entry.prepare(current)
        from pydron_ng.runtime.activation import Activation

        return Activation(entry, current, begun).start(values)
    except TranslationError as error:
        entry.program.fail(error)
    except PydronError:
        raise
    except Exception as error:
        current.discard()
        if is_foreign(error):
            raise
        log().info("%s runs as if undecorated: %r", entry.program.caller.co_qualname, error)
    except BaseException:
        current.discard()
        raise
    return None


def _undecorated() -> Callable[..., None]:
    """In another process the code runs as if undecorated."""
    return _never


def _never(*_: Any) -> None:
    return None
