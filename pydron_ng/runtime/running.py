"""The run-ahead program of one call, while it runs: what it issues, waits for, and may cost."""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.calls import IssuedCall, Key
from pydron_ng.runtime.dispatch import Dispatch
from pydron_ng.runtime.grain import Functional, mark_of
from pydron_ng.translation.plan import AWAITED, EPOCH, RETIRED
from pydron_ng.translation.runahead.ahead import Keys, Strand
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Waiter,
    frozen,
    holes_in,
    is_foreign,
    plain,
)

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry
    from pydron_ng.runtime.session import Session

#: How many issued and not yet committed calls there may be.
WINDOW = 256
#: How many names run-ahead may wait for before those are forgotten that cannot come any more.
MOST_AWAITED = 1_024
#: How many steps run-ahead may take before the commit program has moved again.
FUEL = 2_000
#: Seconds that running ahead may cost, apart from a share of the time since the call began and
#: from what the calls took that the workers made meanwhile.
ALLOWANCE, SHARE = 0.005, 0.05


class Running:
    """One run of a run-ahead program; generated code knows it as ``ra``, see ``Ahead``.

    Everything in here is touched under the driver's lock.

    alive: False once every call is inline to the end.
    counters: shared with the commit program, see ``plan.py``.
    calls: issued and not yet committed.
    routed: of each site, the key of the call that the commit program made there last.
    """

    def __init__(self, entry: Entry, session: Session) -> None:
        self._entry = entry
        self._program = entry.program
        self.dispatch = Dispatch(session, self._settled, self._blame_call, self._program.is_near)
        self.dispatches_all = session.config.inline is False
        self.counters = [0, 0, 0] + [-1, 0] * len(entry.program.analysis.plan.counter)
        self.ready: deque[Waiter] = deque()
        self.calls: dict[Key, IssuedCall] = {}
        self.routed: dict[int, Key] = {}
        self.awaited: dict[tuple[int, ...], Promise] = {}
        self.alive = True
        self.met: dict[int, Functional] = {}
        self.won = 0.0  # seconds of calls that workers made
        self._most_awaited = MOST_AWAITED
        self._roomy: Promise | None = None
        self._fuel = FUEL
        self._at_work = False
        self._began = perf_counter()
        self._spent = 0.0  # seconds of running ahead

    def start(self, values: tuple[Any, ...]) -> None:
        """Run ahead as far as it goes, from the beginning; `values` of the parameters."""
        self.dispatch.look_around(self.counters[EPOCH])
        self.ready.append(Strand(self, self._program.run_ahead.start(self, *values)))
        self.run()

    # --- what the generated code asks for ---

    @property
    def parked(self) -> bool:
        """Is there no room to go on? Loops ask before each iteration."""
        self._fuel -= 1
        return self._fuel < 0 or len(self.calls) >= WINDOW or not self.alive

    def room(self) -> Promise:
        """Kept as soon as the commit program has moved on."""
        if self._roomy is None or self._roomy.kept:
            self._roomy = Promise(self.ready)
        return self._roomy

    def issue(
        self, site: int, keys: Keys, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """A promise of the call; UNKNOWN if it is no functional one, or comes too late."""
        mark = mark_of(function)
        key = (site, *keys)
        if mark is None or not self.alive or key in self.calls or self._is_past(key):
            return UNKNOWN
        self._fuel -= 10
        self.met[id(mark)] = mark
        call = self.calls[key] = IssuedCall(key, function, mark, Promise(self.ready))
        if mark.inline or mark.reads or not self._program.may_issue(site):
            return call.promise
        missing: list[Promise] = []
        if holes_in((*args, *kwargs.values()), missing):
            self._prepare(call, args, kwargs, missing)
        return call.promise

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
        return self.expect(point, -1, keys, UNKNOWN)

    def lookup(self, name: str) -> Any:
        """What a name that is not local stands for now; UNKNOWN if it is unbound."""
        return self._entry.lookup(name, UNKNOWN)

    def kind(self, callee: Any) -> str:
        """Either "functional", "pure", "wrapper", "ahead", or "" for all else."""
        if mark_of(callee) is not None:
            return "functional"
        if callee is self._entry.ahead:
            return "ahead"
        return self._program.kind(callee)

    def blame(self, code: str, line: int, *chain: str) -> None:
        """Record why something is not run ahead."""
        self._program.blame(code, line, chain)

    # --- arguments to come ---

    def _prepare(
        self,
        call: IssuedCall,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        missing: list[Promise],
    ) -> None:
        """Send the call as soon as its arguments are there; they are taken as they are now."""
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

    # --- going on ---

    def run(self) -> None:
        """Let every strand go on that can, then send what they issued together."""
        if self.ready and not self._at_work:
            self._at_work = True
            began = perf_counter()
            try:
                self._resume_all()
            finally:
                self._at_work = False
                self._spent += perf_counter() - began
        self.dispatch.flush()
        self._heed_budget()

    def _resume_all(self) -> None:
        try:
            while self.ready and self.alive:
                self.ready.popleft().kept()
        except Exception as error:  # giving up costs time, never correctness
            if is_foreign(error):
                raise
            self.blame("run-ahead-failed", 0, repr(error))

    def moved(self) -> None:
        """The commit program has moved: fuel again, and room where the window allows it."""
        if not self.alive:
            return
        self._fuel = FUEL
        self.dispatch.look_around(self.counters[EPOCH])
        if len(self.calls) >= WINDOW:
            self._purge()
        if self._roomy is not None and not self._roomy.kept and len(self.calls) < WINDOW * 3 // 4:
            self._roomy.keep(None)
        self.run()

    def learnt_cost(self) -> None:
        """The first call of a function was made: let go what was held back, or stop at all."""
        self.dispatch.release()
        if self.dispatches_all or self.dispatch.sent or not self.alive:
            return
        if all(met.is_cheap for met in self.met.values()):
            self.retire()

    def _settled(self, call: IssuedCall) -> None:
        """A task has its outcome: what waits for the value goes on."""
        from pydron_ng.runtime.outcome import Raised, Returned

        if isinstance(call.outcome, Returned):
            call.promise.keep(call.outcome.value)
        elif isinstance(call.outcome, Raised):
            call.promise.fail(call.outcome.exception)
        self.run()

    def _blame_call(self, code: str, call: IssuedCall, why: str) -> None:
        line = self._program.analysis.outline.sites[call.key[0]].line
        self.blame(code, line, f"{call.function.__qualname__}: {why}")

    # --- giving up ---

    def _heed_budget(self) -> None:
        """Stop running ahead where it costs more than it wins."""
        if self._spent < ALLOWANCE or self.dispatches_all or not self.alive:
            return
        allowed = ALLOWANCE + SHARE * (perf_counter() - self._began) + self.won
        if self._spent > allowed:
            self.blame("budget", 0, "running ahead took more time than it won")
            self.retire()

    def retire(self) -> None:
        """Stop running ahead: every call is inline from now on."""
        self.alive = False
        self.dispatch.drop(self.calls.values())
        self.calls.clear()
        self.awaited.clear()
        self.ready.clear()
        self.counters[AWAITED] = 0
        self.counters[RETIRED] = 1
        self._roomy = None

    def _purge(self) -> None:
        """Drop the calls of iterations that the commit program has left."""
        stale = [key for key in self.calls if self._is_left_behind(key)]
        self.dispatch.drop([self.calls.pop(key) for key in stale])
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

    __slots__ = ("_call", "_missing", "_running")

    def __init__(self, running: Running, call: IssuedCall, missing: list[Promise]) -> None:
        self._running, self._call = running, call
        self._missing = len(missing)
        for promise in missing:
            promise.when_kept(self)

    def kept(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            self._running.arguments_known(self._call)
