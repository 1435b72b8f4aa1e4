"""The run-ahead program of one call, while it runs: what it issues, and what it waits for."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from itertools import count
from types import FunctionType, MappingProxyType, MethodType
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.calls import IssuedCall, Key
from pydron_ng.runtime.descent import ENTRY_POINT, Descent
from pydron_ng.runtime.grain import Functional, as_method, mark_of
from pydron_ng.runtime.lifetime import is_mortal, tell, tell_failure
from pydron_ng.runtime.outcome import Raised, Returned
from pydron_ng.runtime.pace import Pace
from pydron_ng.runtime.rows.filling import Filling
from pydron_ng.translation.counters import AWAITED, EPOCH, RETIRED, new_counters
from pydron_ng.translation.runahead.ahead import Keys, Strand
from pydron_ng.translation.runahead.branches import Branch
from pydron_ng.translation.runahead.own import (
    ATOMS,
    frozen,
    holes_in,
    plain,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry, InnerEntry
    from pydron_ng.runtime.program import Program

#: How many names run-ahead may wait for before those are forgotten that cannot come any more.
MOST_AWAITED = 1_024
_serial = count()
_LINKABLE = ATOMS - {float, complex} | {Promise}


class Running:
    """One run of a run-ahead program; generated code knows it as ``ra``, see ``Ahead``.

    Everything in here is touched under the driver's lock.

    serial: its number, the same in all events. alive: False once every call is inline to the end.
    counters: shared with the commit program, see ``counters.py``.
    calls: issued and not yet committed.
    trips: of loops, by their lines, how many items they go over; of one that is inside of another
        on the same line nobody hears.
    routed: of each site, the key of the call that the commit program made there last.
    filling: the rows that calls go into. open_rows: of each site the one that takes further calls.
    pledged: taken for coroutines that have not begun.
    descent: the scheduled calls inside this one that are run ahead already.
    """

    def __init__(
        self,
        entry: Entry | InnerEntry,
        pace: Pace,
        descent: Descent | None = None,
        captured: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """captured: what the names of enclosing functions stood for."""
        self._captured = captured
        self._entry = entry
        self._program = entry.program
        self.serial = next(_serial)
        self.pace = pace
        self.dispatch = pace.dispatch
        self.ready = pace.ready
        self.counters = new_counters(entry.program.facts.counted)
        self.calls: dict[Key, IssuedCall] = {}
        is_possible = entry.program.closed is not None and not entry.program.suspends
        self.filling = Filling(self, is_possible=is_possible)
        self.open_rows = self.filling.open
        self.trips: dict[int, int] = {}
        self.branch: Branch | None = None
        self.routed: dict[int, Key] = {}
        self.pledged: set[IssuedCall] = set()
        self.awaited: dict[tuple[int, ...], Promise] = {}
        self._strands: list[weakref.ref[Strand]] = []
        self._most_strands = MOST_AWAITED
        self.descent = descent or Descent(entry)
        self.alive = True
        self._most_awaited = MOST_AWAITED
        pace.join(self)

    @property
    def program(self) -> Program:
        return self._program

    def is_of(self, entry: Entry | InnerEntry) -> bool:
        return entry is self._entry

    def announce(self) -> None:
        """The next call of the function is to ask for what was begun."""
        self._entry.expect()

    def start(self, values: tuple[Any, ...]) -> None:
        """Run ahead as far as it goes, from the beginning; `values` of the parameters."""
        self.dispatch.look_around(self.epoch)
        seen = [UNKNOWN if is_mortal(value) else value for value in values]
        self.ready.append(Strand(self, self._program.run_ahead.start(self, *seen)))
        self.pace.run()

    def adopt(self, values: tuple[Any, ...]) -> None:
        """The commit program has begun the call that was run ahead: it knows the parameters."""
        for rank, value in enumerate(values):
            promise = self.awaited.pop((ENTRY_POINT, rank), None)
            if promise is not None:
                tell(promise, value)
        self.counters[AWAITED] = len(self.awaited)
        self.moved()

    @property
    def epoch(self) -> tuple[int, int]:
        """The stretch between two sync-points that the commit program is in."""
        return self.serial, self.counters[EPOCH]

    # --- what the generated code asks for ---

    @property
    def parked(self) -> bool:
        """Is there no room to go on? Loops ask before each iteration."""
        return self.pace.parked or not self.alive

    def room(self) -> Promise:
        """Kept as soon as the commit program has moved on."""
        return self.pace.room()

    def issue(
        self, site: int, keys: Keys, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A promise of the call; UNKNOWN if it is no functional one, or comes too late."""
        mark = self.mark(function)
        if type(function) is not FunctionType:
            function = as_method(function)
            if type(function) is MethodType:
                function, args = function.__func__, (function.__self__, *args)
        row = self.open_rows.get(site)
        if row is not None and row.goes_along(function, keys, args, kwargs):
            return row.promised()
        key = (site, *keys)
        if mark is None or not self.alive or key in self.calls or self._is_past(key):
            return UNKNOWN
        if self.branch is not None and self.branch.is_dropped:
            return UNKNOWN
        pace = self.pace
        pace.met[id(mark)] = mark
        if not mark.is_coroutine and self.descent.is_worth_it(self, function):
            return self.descend(site, keys, function, args, kwargs)
        pace.burn(pays=mark.pays or pace.dispatches_all)
        row = None if kwargs else self.filling.row(site, keys, function, mark, args)
        if row is not None:
            return row.promised()
        self.open_rows.pop(site, None)  # no call is left out in the middle of a row
        if mark.is_cheap and not mark.is_cheap_in_a_row:
            pace.regret()
        call = self._opened(IssuedCall(key, function, mark, Promise(self.ready), self))
        if mark.inline or not self.may_issue(site):
            return call.promise
        if not kwargs and ATOMS.issuperset(map(type, args)):
            call.args = args
            self.dispatch.offer(call)
            return call.promise
        self.go_on(call, args, kwargs)
        return call.promise

    def may_issue(self, site: int) -> bool:
        """Are calls of the site ever issued?"""
        return self._program.may_issue(site)

    def descend(
        self, site: int, keys: Keys, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """What a scheduled callee returns, its own calls issued as well; UNKNOWN if it is none."""
        key = (site, *keys)
        if not self.alive or self._is_past(key) or not self.pace.may_descend():
            return UNKNOWN
        self.pace.burn(pays=self.pace.pays)
        return self.descent.begin(self, key, function, args, kwargs)

    def inner(self, number: int) -> InnerEntry:
        """The entry of a function inside of this one."""
        return self._entry.inner[number]

    def returned(self, value: Any) -> None:
        """The scheduled function returns this."""
        if self.descent.result is not None:
            self.descent.result.keep(value)

    def expect(self, point: int, rank: int, keys: Keys, value: Any) -> Promise:
        """`value` as a promise that the commit program keeps when it passes `point`."""
        promise: Promise = value if type(value) is Promise else Promise(self.ready)
        self.awaited[point, rank, *keys] = promise
        self.counters[AWAITED] = len(self.awaited)
        if len(self.awaited) > self._most_awaited:
            self._purge()
            self._most_awaited = max(MOST_AWAITED, 2 * len(self.awaited))
        return promise

    def told(self, point: int, keys: Keys) -> Promise:
        """The test or iterable of a statement, when the commit program has evaluated it."""
        promise = self.expect(point, -1, keys, UNKNOWN)
        promise.lost = True
        return promise

    def started(self, strand: Strand) -> None:
        """There is one more strand, to be closed in the end if it still waits."""
        self._strands.append(weakref.ref(strand))
        if len(self._strands) > self._most_strands:
            self._strands = [weakref.ref(strand) for strand in self._open_strands()]
            self._most_strands = max(MOST_AWAITED, 2 * len(self._strands))

    def _open_strands(self) -> list[Strand]:
        return [strand for known in self._strands if (strand := known()) is not None]

    def lookup(self, name: str) -> Any:
        """What a name that is not local stands for now; UNKNOWN if it is unbound."""
        known = self.pace.looked_up
        at = (self._entry, name)
        if at not in known:
            found = name in self._captured
            known[at] = self._captured[name] if found else self._entry.lookup(name, UNKNOWN)
        return known[at]

    def mark(self, callee: Any) -> Functional | None:
        """The mark of a callee; a function is asked once while only running ahead goes on."""
        if type(callee) is not FunctionType:
            return mark_of(callee)
        known = self.pace.marks
        if callee not in known:
            known[callee] = mark_of(callee)
        return known[callee]

    def kind(self, callee: Any) -> str:
        """What `callee` is, see ``Ahead``."""
        mark = self.mark(callee)
        if mark is not None and mark.is_coroutine:
            return "coroutine" if self._program.awaits else ""
        if mark is not None:
            return "functional"
        if callee is self._entry.ahead:
            return "ahead"
        return self._program.kind(callee)

    def blame(self, code: str, line: int, *chain: str) -> None:
        """Record why something is not run ahead."""
        self._program.blame(code, line, chain)

    # --- arguments to come ---

    def go_on(self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Send the call if all that it takes is there, or else as soon as it is."""
        missing: list[Promise] = []
        if holes_in((*args, *kwargs.values()), missing):
            self._prepare(call, args, kwargs, missing)
        else:
            self._program.unknown_argument(call.key[0], args)

    def _prepare(
        self,
        call: IssuedCall,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        missing: list[Promise],
    ) -> None:
        """Send the call as soon as its arguments are there; they are taken as they are now."""
        if missing and not kwargs and _LINKABLE.issuperset(map(type, args)):
            call.args = args
            if self.dispatch.link(call):
                return
        if missing:
            memo: dict[int, Any] = {}
            call.args = tuple(frozen(a, memo) for a in args)
            call.kwargs = {name: frozen(value, memo) for name, value in kwargs.items()}
            _Arguments(self, call, missing)
        else:
            self._complete(call, args, kwargs)

    def arguments_known(self, call: IssuedCall) -> None:
        """The last promise among the arguments was kept; it may have held further ones."""
        missing: list[Promise] = []
        if not holes_in((*call.args, *call.kwargs.values()), missing):
            return
        if missing:
            _Arguments(self, call, missing)
        else:
            self._complete(call, call.args, call.kwargs)

    def _complete(self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """All arguments are there: send the call, or hold it back while that does not pay."""
        memo: dict[int, Any] = {}
        call.args = tuple(plain(a, memo) for a in args)
        call.kwargs = {name: plain(value, memo) for name, value in kwargs.items()}
        if self.calls.get(call.key) is call:
            self.dispatch.offer(call)
            if call.task is not None:
                self._link_followers(call)

    def _link_followers(self, call: IssuedCall) -> None:
        """The call is about to be sent: those that waited for its result go along with it."""
        sent = [call]
        while sent:
            waiting = [w for w in sent.pop().promise.waiters if type(w) is _Arguments]
            sent += [waiter.call for waiter in waiting if waiter.goes_along()]

    # --- what becomes of calls ---

    def _opened(self, call: IssuedCall) -> IssuedCall:
        self.calls[call.key] = call
        self.pace.open += 1
        if self.branch is not None:
            self.branch.calls.append(call)
        return call

    def abandon(self, calls: list[IssuedCall]) -> None:
        """Nobody will ask for these calls: an exit before them is taken."""
        self._drop([call.key for call in calls if self.calls.get(call.key) is call])
        calls.clear()

    def taken(self, key: Key) -> IssuedCall | None:
        """The issued call that the commit program has come to; it is not open any more."""
        call = self.calls.pop(key, None)
        if call is not None:
            self.pace.open -= 1
        return call

    def settled(self, call: IssuedCall) -> None:
        """A call has its outcome: what waits for the value may go on."""
        if isinstance(call.outcome, Returned):
            call.promise.keep(call.outcome.value)
        elif isinstance(call.outcome, Raised):
            tell_failure(call.promise, call.outcome.exception)

    def blame_call(self, code: str, call: IssuedCall, why: str) -> None:
        """Record why a call was not sent, or its outcome not taken."""
        self.blame(code, self.line_of(call.key[0]), f"{call.function.__qualname__}: {why}")

    def place_of(self, site: int) -> tuple[str, int]:
        """File and line of a site."""
        return self._program.caller.co_filename, self.line_of(site)

    def line_of(self, site: int) -> int:
        """Where a site is in the user's file, 1-based."""
        return self._program.facts.sites[site].line

    def is_near(self, site: int) -> bool:
        """Will the commit program be there at once, without a sync-point before?"""
        return self._program.is_near(site)

    def moved(self) -> None:
        """The commit program has moved."""
        if not self.alive:
            return
        pace = self.pace
        if pace.open >= pace.window:
            self._purge()
        pace.moved((self.serial, self.counters[EPOCH]))

    # --- giving up ---

    def left(self, *, useful: bool) -> None:
        """Learn whether anything was won by running this function ahead."""
        self._entry.learn(useful=useful)

    def end(self) -> None:
        """Every call is inline from now on."""
        self.alive = False
        self._drop(list(self.calls))
        self.filling.end()
        self.dispatch.drop(self.pledged)
        self.pledged.clear()
        self.descent.end()
        self.awaited.clear()
        for strand in self._open_strands():
            strand.close()
        self.counters[AWAITED] = 0
        self.counters[RETIRED] = 1
        self.pace.part(self)

    def _drop(self, keys: list[Key]) -> None:
        self.pace.open -= len(keys)
        self.dispatch.drop([self.calls.pop(key) for key in keys])

    def _purge(self) -> None:
        """Drop the calls of iterations that the commit program has left."""
        self.filling.purge(self._is_left_behind)
        self._drop([key for key in self.calls if self._is_left_behind(key)])
        self.descent.end([key for key in self.descent.begun if self._is_left_behind(key)])
        places = self._program.learn_places
        for name in [n for n in self.awaited if self._is_before(n[2:], places(n[0]))]:
            del self.awaited[name]
        self.counters[AWAITED] = len(self.awaited)

    def _is_past(self, key: Key) -> bool:
        routed = self.routed.get(key[0])
        return routed is not None and key <= routed

    def _is_left_behind(self, key: Key) -> bool:
        return self._is_past(key) or self._is_before(key[1:], self._program.places[key[0]])

    def _is_before(self, keys: Keys, places: Keys) -> bool:
        return keys < tuple(self.counters[place] for place in places)


class _Arguments:
    """Waits until all promises among a call's arguments are kept."""

    __slots__ = ("_missing", "_running", "call")

    def __init__(self, running: Running, call: IssuedCall, missing: list[Promise]) -> None:
        self._running, self.call = running, call
        self._missing = len(missing)
        for promise in missing:
            promise.when_kept(self)

    def kept(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            self._running.arguments_known(self.call)

    def goes_along(self) -> bool:
        """Whether the call is sent along with those that it waits for: then nobody waits here."""
        call = self.call
        if self._missing <= 0 or call.kwargs or not _LINKABLE.issuperset(map(type, call.args)):
            return False
        if self._running.calls.get(call.key) is not call or not self._running.dispatch.link(call):
            return False
        self._missing = -1
        return True
