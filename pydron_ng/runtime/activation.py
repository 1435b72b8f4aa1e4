"""One call of a scheduled function: what run-ahead issues, the commit program takes, or not."""

from __future__ import annotations

import sys
from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import WorkerLost
from pydron_ng.runtime.calls import IssuedCall, Key
from pydron_ng.runtime.dispatch import Dispatch
from pydron_ng.runtime.grain import Functional, mark_of
from pydron_ng.runtime.stubs import INLINE, tidy
from pydron_ng.runtime.task import TaskState
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
    from pydron_ng.runtime.outcome import Outcome
    from pydron_ng.runtime.session import Session

#: How many issued and not yet committed calls there may be.
WINDOW = 256
#: How many steps run-ahead may take before the commit program has moved again.
FUEL = 2_000
#: Seconds that running ahead may cost, apart from a share of the time since the call began and
#: from what the calls took that the workers made meanwhile.
ALLOWANCE, SHARE = 0.005, 0.05
_SAFE_TO_ITERATE = frozenset({list, tuple, dict, set, frozenset, str, bytes, range})


class Activation:
    """The two programs of one call, side by side. Fields are touched under the driver's lock.

    The methods that the commit program calls are ``route``, ``learn``, ``tell``, ``step``,
    ``begin``, ``tidy`` and ``leave``; the others serve the run-ahead program (see ``Ahead``).
    """

    def __init__(self, entry: Entry, session: Session) -> None:
        program = entry.program
        self._entry = entry
        self._program = program
        self._driver = session.driver
        self._session = session
        self._lock = session.driver.lock
        self._dispatch = Dispatch(session, self._settled, self._blame_call)
        self._dispatch_all = session.config.inline is False
        self.counters = [0, 0, 0] + [-1, 0] * len(program.analysis.plan.counter)
        self.ready: deque[Waiter] = deque()
        self._calls: dict[Key, IssuedCall] = {}
        self._routed: dict[int, Key] = {}
        self._awaited: dict[tuple[int, ...], Promise] = {}
        self._roomy: Promise | None = None
        self._fuel = FUEL
        self._alive = True
        self._running = False
        self._timed: tuple[Functional, float] | None = None
        self._met: dict[int, Functional] = {}
        self._took = 0
        self._began = perf_counter()
        self._spent = 0.0  # seconds of running ahead
        self._won = 0.0  # seconds of calls that workers made

    # --- the commit program's side ---

    def start(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Run ahead as far as it goes; what the commit program is handed."""
        with self._lock:
            self._dispatch.look_around(self.counters[EPOCH])
            coroutine = self._program.run_ahead.start(self, *values)
            self.ready.append(Strand(self, coroutine))
            self._run()
        return (
            self.route,
            self.counters,
            self.learn,
            self.tell,
            tidy,
            self.step,
            self.begin,
            self.leave,
            NameError,
        )

    def route(self, site: int, callee: Any) -> Any:
        """The callee itself where it is to run inline, else a stub that takes an outcome."""
        mark = mark_of(callee)
        if mark is None:
            return callee if callee is not self._entry.ahead else self._entry.share
        if self._timed is not None:
            self._stop_clock()
        if not self._alive:
            self.counters[RETIRED] = 1
            return callee
        counters = self.counters
        key = (site, *[counters[place] for place in self._program.places[site]])
        self._routed[site] = key
        call = self._calls.pop(key, None)
        if call is None and not self._dispatch_all:
            if mark.seconds is None or self._met.get(id(mark)) is None:
                self._met[id(mark)] = mark
                self._timed = (mark, perf_counter())
            return callee
        if call is None:
            call = self._unforeseen(key, callee, mark)
        return self._entry.stub(site)(call, callee, self.take, self.gave)

    def _unforeseen(self, key: Key, callee: Any, mark: Functional) -> IssuedCall:
        function = getattr(callee, "__func__", callee)
        return IssuedCall(key, function, mark, Promise(self.ready))

    def take(
        self, call: IssuedCall, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """The value of the call that is being made, if a task has it; INLINE if not.

        Raises: what the call raised, or WorkerLost.
        """
        function = callee
        if hasattr(type(callee), "__func__"):
            function, args = callee.__func__, (callee.__self__, *args)
        outcome: Outcome | None = None
        try:
            with self._lock:
                outcome = self._outcome(call, function, args, kwargs)
                self._moved()
        except BaseException as error:
            self._trouble(error)
        return INLINE if outcome is None else self._delivered(call, outcome)

    def _outcome(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Outcome | None:
        if self._dispatch_all and call.task is None:
            self._send_now(call, args, kwargs)
        if call.task is None or not self._dispatch.is_same(call, function, args, kwargs):
            self._give_up(call)
            return None
        if not self._dispatch_all and self._driver.reclaim(call.task):
            return None
        self._driver.want(call.task)
        self._driver.wait(lambda: call.is_settled)
        self._run()
        if not self._dispatch.is_believable(call, self.counters[EPOCH]):
            return None
        return call.outcome

    def _send_now(self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        call.args, call.kwargs = args, kwargs
        self._dispatch.look_around(self.counters[EPOCH])
        self._dispatch.send(call)
        self._dispatch.flush()

    def _give_up(self, call: IssuedCall) -> None:
        if call.packed is not None:
            self._program.mismatched(call.key[0])
        if call.task is not None:
            self._driver.drop((call.task,))
            call.task = None

    def _delivered(self, call: IssuedCall, outcome: Any) -> Any:
        from pydron_ng.runtime.outcome import Returned
        from pydron_ng.runtime.replay import is_ascribed_to_worker, replay

        failed = not isinstance(outcome, Returned)
        if failed and (sys.exception() is not None or call.epoch != self.counters[EPOCH]):
            return INLINE
        if outcome.records and is_ascribed_to_worker(outcome.records):
            return INLINE
        self._took += 1
        self._won += outcome.seconds
        if outcome.records:
            replay(outcome.records)
        if failed:
            raise outcome.exception
        return outcome.value

    def gave(self, call: IssuedCall, value: Any, seconds: float, failed: bool) -> None:
        """The commit program has made the call itself: others may wait for what came of it."""
        call.mark.cost(seconds)
        try:
            with self._lock:
                if failed:
                    call.promise.fail(value)
                else:
                    call.promise.keep(value)
                self._learnt_cost(call.mark)
                self._moved()
        except BaseException as error:
            self._trouble(error)

    def learn(self, point: int, rank: int, value: Any) -> None:
        """The commit program has passed `point`: tell who waits for the name of that rank."""
        key = (point, rank, *[self.counters[p] for p in self._program.learn_places(point)])
        promise = self._awaited.pop(key, None)
        if promise is not None:
            self._tell(promise, value)

    def tell(self, statement: int, value: Any) -> Any:
        """`value`, the test or iterable of a statement; told to a strand that waits for it."""
        unsafe = self._program.unsafe_places.get(statement)
        if unsafe is not None:
            self.counters[unsafe] = 0 if type(value) in _SAFE_TO_ITERATE else 1
        if self._awaited:
            places = self._program.tell_places(statement)
            key = (statement, -1, *[self.counters[place] for place in places])
            promise = self._awaited.pop(key, None)
            if promise is not None:
                self._tell(promise, value)
        return value

    def _tell(self, promise: Promise, value: Any) -> None:
        try:
            with self._lock:
                self.counters[AWAITED] = len(self._awaited)
                promise.keep(value)
                self._moved()
        except BaseException as error:
            self._trouble(error)

    def _trouble(self, error: BaseException) -> None:
        """Trouble of ours costs the run-ahead; what is the program's goes on its way.

        An exception from outside may have come at any moment: nothing here is relied on again.
        """
        self._alive = False
        self._calls.clear()
        if isinstance(error, WorkerLost):
            raise error
        self._session.discard()
        if is_foreign(error):
            raise error
        self.blame("runtime-trouble", 0, repr(error))

    def step(self, place: int) -> bool:
        """One more item of a comprehension; always true."""
        self.counters[place] += 1
        return True

    def begin(self, place: int, items: Any) -> Any:
        """`items`, which a comprehension is going to go over."""
        self.counters[place] = -1
        return items

    def leave(self) -> None:
        """The commit program is done: what was issued and not committed is dropped."""
        tidy()
        if self._timed is not None:
            self._stop_clock()
        self._alive = False
        try:
            with self._lock:
                self._retire()
                self._dispatch.close()
        except BaseException as error:
            self._trouble(error)
        self._entry.program.left(self)

    @property
    def useful(self) -> bool:
        """Has it met a function that is worth sending to a worker?"""
        return self._took > 0 or any(
            not mark.is_cheap and not mark.inline for mark in self._met.values()
        )

    # --- the run-ahead program's side ---

    @property
    def parked(self) -> bool:
        """Is there no room to go on? Loops ask before each iteration."""
        self._fuel -= 1
        return self._fuel < 0 or len(self._calls) >= WINDOW or not self._alive

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
        if mark is None or not self._alive or key in self._calls or self._is_past(key):
            return UNKNOWN
        self._fuel -= 10
        self._met[id(mark)] = mark
        call = self._calls[key] = IssuedCall(key, function, mark, Promise(self.ready))
        if mark.inline or not self._program.may_issue(site):
            return call.promise
        missing: list[Promise] = []
        arguments = [*args, *kwargs.values()]
        if holes_in(arguments, missing):
            self._prepare(call, args, kwargs, missing)
        return call.promise

    def _prepare(
        self,
        call: IssuedCall,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        missing: list[Promise],
    ) -> None:
        memo: dict[int, Any] = {}
        if missing:
            call.args = tuple(frozen(a, memo) for a in args)
            call.kwargs = {name: frozen(value, memo) for name, value in kwargs.items()}
            _Arguments(self, call, missing)
        else:
            self._complete(call, args, kwargs)

    def _complete(self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """All arguments are there: send the call, or hold it back while that does not pay."""
        memo: dict[int, Any] = {}
        call.args = tuple(plain(a, memo) for a in args)
        call.kwargs = {name: plain(value, memo) for name, value in kwargs.items()}
        if self._calls.get(call.key) is call:
            self._dispatch.offer(call)

    def arguments_known(self, call: IssuedCall) -> None:
        """The last promise among the arguments was kept."""
        missing: list[Promise] = []
        arguments = [*call.args, *call.kwargs.values()]
        if not holes_in(arguments, missing):
            return
        if missing:
            _Arguments(self, call, missing)
        else:
            self._complete(call, call.args, call.kwargs)

    def expect(self, point: int, rank: int, keys: Keys, value: Any) -> Promise:
        """`value` as a promise that the commit program keeps when it passes `point`."""
        promise: Promise = value if type(value) is Promise else Promise(self.ready)
        self._awaited[(point, rank, *keys)] = promise
        self.counters[AWAITED] = len(self._awaited)
        return promise

    def told(self, point: int, keys: Keys) -> Promise:
        """The test or iterable of a statement, when the commit program has evaluated it."""
        return self.expect(point, -1, keys, UNKNOWN)

    def lookup(self, name: str) -> Any:
        """What a name that is not local stands for now; UNKNOWN if it is unbound."""
        return self._entry.lookup(name, UNKNOWN)

    def kind(self, callee: Any) -> str:
        """What a callee is: "functional", "pure", "wrapper", "ahead", or "" for all else."""
        if mark_of(callee) is not None:
            return "functional"
        if callee is self._entry.ahead:
            return "ahead"
        return self._program.kind(callee)

    def blame(self, code: str, line: int, *chain: str) -> None:
        """Record why something is not run ahead."""
        self._program.blame(code, line, chain)

    def _blame_call(self, code: str, call: IssuedCall, why: str) -> None:
        line = self._program.analysis.outline.sites[call.key[0]].line
        self.blame(code, line, f"{call.function.__qualname__}: {why}")

    # --- between the two ---

    def _is_past(self, key: Key) -> bool:
        routed = self._routed.get(key[0])
        return routed is not None and key <= routed

    def _settled(self, call: IssuedCall) -> None:
        """A task has its outcome: what waits for the value goes on."""
        from pydron_ng.runtime.outcome import Raised, Returned

        if isinstance(call.outcome, Returned):
            call.promise.keep(call.outcome.value)
        elif isinstance(call.outcome, Raised):
            call.promise.fail(call.outcome.exception)
        self._run()

    def _learnt_cost(self, mark: Functional) -> None:
        """The first call of a function was made: let go what was held back, or stop at all."""
        self._dispatch.release(mark)
        if self._dispatch_all or self._dispatch.sent or not self._alive:
            return
        if all(met.is_cheap for met in self._met.values()):
            self._retire()

    def _stop_clock(self) -> None:
        assert self._timed is not None
        (mark, began), self._timed = self._timed, None
        mark.cost(perf_counter() - began)
        try:
            with self._lock:
                self._learnt_cost(mark)
                self._moved()
        except BaseException as error:
            self._trouble(error)

    def _moved(self) -> None:
        """The commit program has moved: fuel again, and room where the window allows it."""
        if not self._alive:
            return
        self._fuel = FUEL
        self._dispatch.look_around(self.counters[EPOCH])
        if len(self._calls) >= WINDOW:
            self._purge()
        if self._roomy is not None and not self._roomy.kept and len(self._calls) < WINDOW * 3 // 4:
            self._roomy.keep(None)
        self._run()

    def _run(self) -> None:
        """Let every strand go on that can, then send what they issued together."""
        if self._running or not self.ready:
            self._dispatch.flush()
            return
        self._running = True
        began = perf_counter()
        try:
            while self.ready and self._alive:
                self.ready.popleft().kept()
        except Exception as error:  # giving up costs time, never correctness
            if is_foreign(error):
                raise
            self.blame("run-ahead-failed", 0, repr(error))
        finally:
            self._running = False
            self._spent += perf_counter() - began
        self._dispatch.flush()
        self._heed_budget()

    def _heed_budget(self) -> None:
        """Stop running ahead where it costs more than it wins."""
        if self._spent < ALLOWANCE or self._dispatch_all or not self._alive:
            return
        allowed = ALLOWANCE + SHARE * (perf_counter() - self._began) + self._won
        if self._spent > allowed:
            self.blame("budget", 0, "running ahead took more time than it won")
            self._retire()

    def _purge(self) -> None:
        """Drop the calls of iterations that the commit program has left."""
        stale = [key for key in self._calls if self._is_left_behind(key)]
        dropped = [self._calls.pop(key) for key in stale]
        self._driver.drop([call.task for call in dropped if call.task is not None])
        places = self._program.learn_places
        for name in [n for n in self._awaited if self._is_before(n[2:], places(n[0]))]:
            del self._awaited[name]
        self.counters[AWAITED] = len(self._awaited)

    def _is_left_behind(self, key: Key) -> bool:
        return self._is_past(key) or self._is_before(key[1:], self._program.places[key[0]])

    def _is_before(self, keys: Keys, places: Keys) -> bool:
        return keys < tuple(self.counters[place] for place in places)

    def _retire(self) -> None:
        """Stop running ahead: every call of this activation is inline from now on."""
        self._alive = False
        tasks = [call.task for call in self._calls.values() if call.task is not None]
        self._driver.drop([task for task in tasks if task.state is not TaskState.SETTLED])
        self._calls.clear()
        self._awaited.clear()
        self.ready.clear()
        self.counters[AWAITED] = 0
        self.counters[RETIRED] = 1
        self._roomy = None


class _Arguments:
    """Waits until all promises among a call's arguments are kept."""

    __slots__ = ("_activation", "_call", "_missing")

    def __init__(self, activation: Activation, call: IssuedCall, missing: list[Promise]) -> None:
        self._activation, self._call = activation, call
        self._missing = len(missing)
        for promise in missing:
            promise.when_kept(self)

    def kept(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            self._activation.arguments_known(self._call)
