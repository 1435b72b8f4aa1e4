"""One call of a scheduled function, as its commit program sees it: take an outcome, or not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import WorkerLost
from pydron_ng.purity.appliers import is_applier
from pydron_ng.runtime.account import Account, why_unissued
from pydron_ng.runtime.calls import NOT_BEGUN, IssuedCall, Key
from pydron_ng.runtime.descent import forget_arriving
from pydron_ng.runtime.grain import Functional, as_method, mark_of
from pydron_ng.runtime.lifetime import tell, tell_failure
from pydron_ng.runtime.outcome import Returned
from pydron_ng.runtime.pace import Pace
from pydron_ng.runtime.process import audience, watch
from pydron_ng.runtime.replay import is_ascribed_to_worker, replay
from pydron_ng.runtime.rest import let_be
from pydron_ng.runtime.rows.taking import Taking
from pydron_ng.runtime.running import Running
from pydron_ng.runtime.sameness import is_same, outcome_for
from pydron_ng.runtime.scheduled import is_entered
from pydron_ng.runtime.stubs import COROUTINE, INLINE, Stub, tidy
from pydron_ng.runtime.tame import Quiet
from pydron_ng.runtime.task import TaskState
from pydron_ng.translation.counters import AWAITED, EPOCH, RETIRED, STRANGE
from pydron_ng.translation.runahead.promises import (
    Promise,
    is_foreign,
)
from pydron_ng.values.iterables import is_safe_to_iterate

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry, InnerEntry
    from pydron_ng.runtime.outcome import Outcome, Raised
    from pydron_ng.runtime.session import Session


#: A call was sent in vain if the program waits for such a part of what it takes.
_IN_VAIN = 0.8


class Activation:
    """What the commit program calls; its run-ahead program runs in ``Running``.

    running, driver: those that it works with. account: what it says to those who listen.

    Where anything goes wrong in here, the call is made inline: exact by construction.
    """

    def __init__(self, entry: Entry | InnerEntry, session: Session, begun: Running | None) -> None:
        """begun: the call's run-ahead program, if that of its caller has started it already."""
        self._entry = entry
        self._program = entry.program
        self._session = session
        self.driver = session.driver
        self._lock = session.driver.lock
        self._is_outermost = begun is None
        self._is_watched = begun is None and not entry.program.yields
        self.running = Running(entry, Pace(session)) if begun is None else begun
        self._dispatch = self.running.dispatch
        self.account = Account(self.running, self.driver)
        self._counters = self.running.counters
        self._places = entry.program.places
        self._makers: dict[int, Callable[..., Stub]] = {}
        self._timed: tuple[Functional, float] | None = None
        self._quiet = Quiet(None if self._program.suspends else self._program.closed, entry.lookup)
        self._rows = Taking(self, self._quiet)

    def start(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Run ahead as far as it goes; what the commit program is handed."""
        self.account.entered()
        for value in values:
            self._quiet.met(value)
        with self._lock:
            if self._is_outermost:
                self.running.start(values)
            else:
                self.running.adopt(values)
        if self._is_watched:
            watch.begin(self.running)
        self._quiet.begin(is_worth_it=self.running.pace.may_pay)
        return (
            self.route,
            self._counters,
            self.learn,
            self.tell,
            tidy,
            self.step,
            self.begin,
            self.each,
            self.leave,
            NameError,
        )

    # --- calls ---

    def route(self, site: int, callee: Any) -> Any:
        """The callee itself where it is to run inline, else a stub that takes an outcome."""
        row = self._rows.within.get(site)
        if (
            row is not None
            and row.function is callee
            and self._quiet.may_hold
            and row.epoch[1] == self._counters[EPOCH]
            and row.is_whole
        ):
            return row.stub
        mark = mark_of(callee)
        if mark is None or (mark.is_coroutine and not self._program.awaits):
            self._is_strange()
            return self._plain(site, callee)
        if type(callee) is not FunctionType:
            callee = as_method(callee)
        if self._timed is not None:
            self._stop_clock()
        running = self.running
        if not running.alive:
            self._counters[RETIRED] = 1
            return callee
        key = self.key(site)
        running.routed[site] = key
        if site in running.filling.at:
            stub = self._rows.stub(running.filling.at[site][0], key, callee)
            if stub is not None:
                return stub
        call = running.taken(key)
        if call is None:
            if key in running.descent.begun:
                running.descent.hand_over(key)
                self._quiet.end()
                return callee
            if not running.pace.dispatches_all or mark.reads:
                if not self._is_timed(mark):
                    return self._rows.unissued(key, callee, mark)
                if self._reads_clock and not self._quiet.may_hold:
                    self._timed = (mark, perf_counter())
                    return callee
            call = self.unforeseen(key, callee, mark)
        return self._stub(site, call, callee)

    def _is_strange(self) -> None:
        """A routed callee is not functional: nobody knows what it changes."""
        self._quiet.end()
        self._counters[EPOCH] += 1
        self._counters[STRANGE] = 1

    def key(self, site: int) -> Key:
        """Where the program stands at the site."""
        return (site, *[self._counters[place] for place in self._places[site]])

    def maker(self, site: int) -> Callable[..., Stub]:
        """Makes the stubs of the site."""
        maker = self._makers.get(site)
        if maker is None:
            maker = self._makers[site] = self._entry.stub(site)
        return maker

    def _stub(self, site: int, call: IssuedCall, callee: Any) -> Any:
        if not call.mark.is_coroutine:
            return self.maker(site)(call, callee, self.take, self.gave)
        self.running.pledged.add(call)
        from pydron_ng.runtime.awaited import Awaited

        maker = self._entry.stub_of(self._program, site, COROUTINE)
        return maker(call, callee, Awaited(self), self.gave)

    def _plain(self, site: int, callee: Any) -> Any:
        """The callee, which is not functional; what was begun of a scheduled one goes with it."""
        running = self.running
        place = self._program.handing_places.get(site)
        if place is not None:
            self._counters[place + 1] = running.alive and is_applier(callee)
            if self._counters[place + 1]:
                self._counters[place] = -1
                return callee
        if running.descent.begun:
            key = (site, *[self._counters[place] for place in self._program.places[site]])
            running.routed[site] = key
            running.descent.hand_over(key)
        return callee if callee is not self._entry.ahead else self._entry.share

    def each(self, site: int, function: Any) -> Any:
        """What map() or its like is handed instead of `function`: each call of it is routed."""
        if mark_of(function) is None and not is_entered(function):
            return function
        return self._entry.each(site)(site, function, self._next, None)

    def _next(self, site: int, function: Any) -> Any:
        self._counters[self._program.handing_places[site]] += 1
        return self.route(site, function)

    def unforeseen(self, key: Key, callee: Any, mark: Functional) -> IssuedCall:
        """A call that run-ahead has not issued."""
        function = getattr(callee, "__func__", callee)
        call = IssuedCall(key, function, mark, Promise(self.running.ready), self.running)
        call.why = why_unissued(mark)
        return call

    def take(
        self, call: IssuedCall, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """The value of the call that is being made, if a task has it; INLINE if not.

        Raises: what the call raised, or WorkerLost.
        """
        function = callee
        if type(callee) is MethodType:
            function, args = callee.__func__, (callee.__self__, *args)
        outcome: Outcome | None = None
        try:
            with self._lock:
                outcome = self._outcome(call, function, args, kwargs)
                self._dispatch.committed(call)
                self.running.moved()
                if outcome is None:
                    self._dispatch.begins(call.mark)
        except BaseException as error:
            self.trouble(error)
        if outcome is None:
            let_be(function)
            return INLINE
        return self.delivered(call, outcome)

    def _outcome(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Outcome | None:
        if call.links and not self._is_followed(call):
            return None
        if not self.is_there(call, function, args, kwargs):
            return None
        waited = 0.0 if call.is_settled else self.account.wait(lambda: call.is_settled)
        if call.went_alone:
            self._program.came_to_lone(call.key[0], in_vain=waited > _IN_VAIN * call.seconds)
        return self.believed(call, args, kwargs)

    def _is_followed(self, call: IssuedCall) -> bool:
        """Wait for a call that takes results of others: before these are there it has no bytes."""
        if not self.running.pace.dispatches_all and self._dispatch.reclaim(call):
            return False
        if call.task is not None:
            self.driver.want(call.task)
        self.account.wait(lambda: call.is_settled)
        return True

    def is_there(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Is there a task of this very call, which somebody has begun? It comes first now."""
        dispatches_all = self.running.pace.dispatches_all
        if dispatches_all and call.task is None:
            self._send_now(call, args, kwargs)
        library, shared = self._session.library, self._dispatch.shared
        if call.task is None or not is_same(call, function, args, kwargs, library, shared):
            self.give_up(call)
            return False
        if call.task.state is TaskState.READY:
            if not dispatches_all and self._dispatch.reclaim(call):
                return False
            self.driver.want(call.task)
        return True

    def believed(
        self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Outcome | None:
        """The outcome of a call that is settled; None if it may not be taken."""
        if self.running.ready:
            self.running.pace.run()
        call.why = "not-taken"
        if not self._dispatch.is_believable(call, quiet=self._quiet.holds()):
            return None
        return outcome_for(call, args, kwargs)

    def _send_now(self, call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        call.args, call.kwargs = args, kwargs
        dispatch = self._dispatch
        dispatch.look_around(self.running.epoch)
        dispatch.send(call)
        dispatch.flush()

    def give_up(self, call: IssuedCall) -> None:
        if call.packed is not None:
            self._program.mismatched(call.key[0], "its arguments changed")
            call.why = "mismatch"
        elif call.task is None and call.why == NOT_BEGUN:
            call.why = why_unissued(call.mark)
        self._dispatch.drop((call,))

    def delivered(self, call: IssuedCall, outcome: Any) -> Any:
        failed = not isinstance(outcome, Returned)
        if failed or outcome.records:
            self._quiet.end()
        elif type(outcome.value) is not int:
            self._quiet.met(outcome.value)
        if failed and (sys.exception() is not None or self._is_late(call)):
            return INLINE
        if (outcome.unseen or call.mark.reads) and self._is_late(call):
            self._program.mismatched(call.key[0], f"it read what nobody can watch{_by(outcome)}")
            return INLINE
        if outcome.records and is_ascribed_to_worker(outcome.records):
            return INLINE
        self._session.has_read(outcome)
        pace = self.running.pace
        pace.took += 1
        pace.alone = 0
        pace.won += outcome.seconds
        self.account.took(call)
        if outcome.records:
            replay(outcome.records)
        if failed:
            raise outcome.exception
        return outcome.value

    def _is_late(self, call: IssuedCall) -> bool:
        """Was a sync-point passed since the call was issued, or is one in its statement?"""
        if call.epoch != self.running.epoch:
            return True
        is_strange = self._counters[STRANGE] > 0
        return self._program.is_at_sync_point(call.key[0], is_strange=is_strange)

    def gave(self, call: IssuedCall, value: Any, seconds: float, failed: bool) -> None:
        """The commit program has made the call itself: others may wait for what came of it."""
        self.account.made(call, seconds)
        call.mark.cost(seconds)
        if not failed:
            call.mark.saw(value)
        let_be(call.function, done=True)
        self._quiet.met(value)
        try:
            with self._lock:
                if failed:
                    tell_failure(call.promise, value)
                else:
                    tell(call.promise, value)
                self.driver.call_off()
                self.running.pace.learnt_cost()
                self.running.moved()
        except BaseException as error:
            self.trouble(error)

    def _is_timed(self, mark: Functional) -> bool:
        """Is it the first call of a function, which tells what it costs?

        That is the time until the next call of ours; others would run meanwhile in a function
        that suspends, so there a stub takes it.
        """
        first = mark.seconds is None or id(mark) not in self.running.pace.met
        self.running.pace.met[id(mark)] = mark
        return first

    @property
    def _reads_clock(self) -> bool:
        """May the first call of a function be timed without a stub? Who listens hears of stubs."""
        return not self._program.suspends and audience.tell is None

    def _stop_clock(self) -> None:
        assert self._timed is not None
        (mark, began), self._timed = self._timed, None
        mark.cost(perf_counter() - began)
        try:
            with self._lock:
                self.running.pace.learnt_cost()
                self.running.moved()
        except BaseException as error:
            self.trouble(error)

    # --- what run-ahead is told ---

    def learn(self, point: int, rank: int, value: Any) -> None:
        """The commit program has passed `point`: tell who waits for the name of that rank."""
        counters = self._counters
        key = (point, rank, *[counters[place] for place in self._program.learn_places(point)])
        promise = self.running.awaited.pop(key, None)
        if promise is None:
            return
        if promise.kept:
            self._counters[AWAITED] = len(self.running.awaited)
        else:
            self._keep(point, promise, value)

    def tell(self, statement: int, value: Any) -> Any:
        """`value`, the test or iterable of a statement; told to a strand that waits for it."""
        counters = self._counters
        unsafe = self._program.unsafe_places.get(statement)
        if unsafe is not None:
            counters[unsafe] = 0 if is_safe_to_iterate(value) else 1
        if self.running.awaited:
            places = self._program.tell_places(statement)
            key = (statement, -1, *[counters[place] for place in places])
            promise = self.running.awaited.pop(key, None)
            if promise is not None:
                self._keep(statement, promise, value)
        return value

    def _keep(self, point: int, promise: Promise, value: Any) -> None:
        try:
            with self._lock:
                if promise.lost and promise.waiters:
                    self._program.unknown_at(point)
                self._counters[AWAITED] = len(self.running.awaited)
                tell(promise, value)
                self.running.moved()
        except BaseException as error:
            self.trouble(error)

    # --- counting, and the end ---

    def step(self, place: int) -> bool:
        """One more item of a comprehension; always true."""
        self._counters[place] += 1
        return True

    def begin(self, place: int, items: Any) -> Any:
        """`items`, which a comprehension is going to go over; told to a strand that waits."""
        self._counters[place] = -1
        if self.running.awaited:
            self.learn(self._program.begin_points[place], -1, items)
        return items

    def leave(self) -> None:
        """The commit program is done: what was issued and not committed is dropped."""
        tidy()
        if self._timed is not None:
            self._stop_clock()
        self.account.left()
        self._rows.within.clear()
        running = self.running
        running.alive = False
        try:
            with self._lock:
                if self._is_outermost:
                    running.pace.retire()
                    running.dispatch.close()
                else:
                    running.end()
                forget_arriving(running)
        except BaseException as error:
            self.trouble(error)
        if self._is_outermost:
            running.left(useful=running.pace.was_useful())
            watch.end(running)

    def trouble(self, error: BaseException) -> None:
        """Trouble of ours costs the run-ahead; what is the program's goes on its way.

        An exception from outside may have come at any moment: nothing here is relied on again.
        """
        if isinstance(error, WorkerLost):
            with self._lock:  # which are fine; nobody wants the calls that are left
                self.running.pace.retire()
            raise error
        self.running.pace.abandon()
        self._session.discard()
        if is_foreign(error):
            raise error
        self._program.blame("runtime-trouble", 0, (repr(error),))


def _by(outcome: Returned | Raised) -> str:
    """The event that gave a call away, if it was one."""
    return f", by {outcome.unseen}" if outcome.unseen else ""
