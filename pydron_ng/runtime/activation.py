"""One call of a scheduled function, as its commit program sees it: take an outcome, or not."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import WorkerLost
from pydron_ng.runtime.calls import IssuedCall, Key
from pydron_ng.runtime.grain import Functional, mark_of
from pydron_ng.runtime.running import Running
from pydron_ng.runtime.stubs import INLINE, tidy
from pydron_ng.translation.plan import AWAITED, EPOCH, RETIRED
from pydron_ng.translation.runahead.promises import Promise, is_foreign

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry
    from pydron_ng.runtime.outcome import Outcome
    from pydron_ng.runtime.session import Session

_SAFE_TO_ITERATE = frozenset({list, tuple, dict, set, frozenset, str, bytes, range})


class Activation:
    """What the commit program calls; its run-ahead program runs in ``Running``.

    Where anything goes wrong in here, the call is made inline: exact by construction.
    """

    def __init__(self, entry: Entry, session: Session) -> None:
        self._entry = entry
        self._program = entry.program
        self._session = session
        self._driver = session.driver
        self._lock = session.driver.lock
        self._running = Running(entry, session)
        self._counters = self._running.counters
        self._timed: tuple[Functional, float] | None = None
        self._took = 0

    def start(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Run ahead as far as it goes; what the commit program is handed."""
        with self._lock:
            self._running.start(values)
        return (
            self.route,
            self._counters,
            self.learn,
            self.tell,
            tidy,
            self.step,
            self.begin,
            self.leave,
            NameError,
        )

    # --- calls ---

    def route(self, site: int, callee: Any) -> Any:
        """The callee itself where it is to run inline, else a stub that takes an outcome."""
        mark = mark_of(callee)
        if mark is None:
            return callee if callee is not self._entry.ahead else self._entry.share
        if self._timed is not None:
            self._stop_clock()
        running = self._running
        if not running.alive:
            self._counters[RETIRED] = 1
            return callee
        counters = self._counters
        key = (site, *[counters[place] for place in self._program.places[site]])
        running.routed[site] = key
        call = running.calls.pop(key, None)
        if call is None:
            if not running.dispatches_all or mark.reads:
                self._start_clock(mark)
                return callee
            call = self._unforeseen(key, callee, mark)
        return self._entry.stub(site)(call, callee, self.take, self.gave)

    def _unforeseen(self, key: Key, callee: Any, mark: Functional) -> IssuedCall:
        function = getattr(callee, "__func__", callee)
        return IssuedCall(key, function, mark, Promise(self._running.ready))

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
                self._running.dispatch.committed(call)
                self._running.moved()
        except BaseException as error:
            self._trouble(error)
        return INLINE if outcome is None else self._delivered(call, outcome)

    def _outcome(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Outcome | None:
        running = self._running
        if running.dispatches_all and call.task is None:
            self._send_now(call, args, kwargs)
        if call.task is None or not running.dispatch.is_same(call, function, args, kwargs):
            self._give_up(call)
            return None
        if not running.dispatches_all and running.dispatch.reclaim(call):
            return None
        self._driver.want(call.task)
        self._driver.wait(lambda: call.is_settled)
        running.run()
        if not running.dispatch.is_believable(call):
            return None
        return call.outcome

    def _send_now(self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        call.args, call.kwargs = args, kwargs
        dispatch = self._running.dispatch
        dispatch.look_around(self._counters[EPOCH])
        dispatch.send(call)
        dispatch.flush()

    def _give_up(self, call: IssuedCall) -> None:
        if call.packed is not None:
            self._program.mismatched(call.key[0])
        self._running.dispatch.drop((call,))
        call.task = None

    def _delivered(self, call: IssuedCall, outcome: Any) -> Any:
        from pydron_ng.runtime.outcome import Returned
        from pydron_ng.runtime.replay import is_ascribed_to_worker, replay

        failed = not isinstance(outcome, Returned)
        if failed and (sys.exception() is not None or call.epoch != self._counters[EPOCH]):
            return INLINE
        if outcome.records and is_ascribed_to_worker(outcome.records):
            return INLINE
        self._took += 1
        self._running.won += outcome.seconds
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
                self._running.learnt_cost()
                self._running.moved()
        except BaseException as error:
            self._trouble(error)

    def _start_clock(self, mark: Functional) -> None:
        """The first call of a function tells what it costs, until the next call of ours at most."""
        if mark.seconds is None or id(mark) not in self._running.met:
            self._running.met[id(mark)] = mark
            self._timed = (mark, perf_counter())

    def _stop_clock(self) -> None:
        assert self._timed is not None
        (mark, began), self._timed = self._timed, None
        mark.cost(perf_counter() - began)
        try:
            with self._lock:
                self._running.learnt_cost()
                self._running.moved()
        except BaseException as error:
            self._trouble(error)

    # --- what run-ahead is told ---

    def learn(self, point: int, rank: int, value: Any) -> None:
        """The commit program has passed `point`: tell who waits for the name of that rank."""
        counters = self._counters
        key = (point, rank, *[counters[place] for place in self._program.learn_places(point)])
        promise = self._running.awaited.pop(key, None)
        if promise is not None:
            self._keep(promise, value)

    def tell(self, statement: int, value: Any) -> Any:
        """`value`, the test or iterable of a statement; told to a strand that waits for it."""
        counters = self._counters
        unsafe = self._program.unsafe_places.get(statement)
        if unsafe is not None:
            counters[unsafe] = 0 if type(value) in _SAFE_TO_ITERATE else 1
        if self._running.awaited:
            places = self._program.tell_places(statement)
            key = (statement, -1, *[counters[place] for place in places])
            promise = self._running.awaited.pop(key, None)
            if promise is not None:
                self._keep(promise, value)
        return value

    def _keep(self, promise: Promise, value: Any) -> None:
        try:
            with self._lock:
                self._counters[AWAITED] = len(self._running.awaited)
                promise.keep(value)
                self._running.moved()
        except BaseException as error:
            self._trouble(error)

    # --- counting, and the end ---

    def step(self, place: int) -> bool:
        """One more item of a comprehension; always true."""
        self._counters[place] += 1
        return True

    def begin(self, place: int, items: Any) -> Any:
        """`items`, which a comprehension is going to go over."""
        self._counters[place] = -1
        return items

    def leave(self) -> None:
        """The commit program is done: what was issued and not committed is dropped."""
        tidy()
        if self._timed is not None:
            self._stop_clock()
        self._running.alive = False
        try:
            with self._lock:
                self._running.retire()
                self._running.dispatch.close()
        except BaseException as error:
            self._trouble(error)
        self._program.left(useful=self._was_useful())

    def _was_useful(self) -> bool:
        """Has it met a function that is worth sending to a worker?"""
        met = self._running.met.values()
        return self._took > 0 or any(not mark.is_cheap and not mark.inline for mark in met)

    def _trouble(self, error: BaseException) -> None:
        """Trouble of ours costs the run-ahead; what is the program's goes on its way.

        An exception from outside may have come at any moment: nothing here is relied on again.
        """
        self._running.alive = False
        self._running.calls.clear()
        if isinstance(error, WorkerLost):
            raise error
        self._session.discard()
        if is_foreign(error):
            raise error
        self._program.blame("runtime-trouble", 0, (repr(error),))
