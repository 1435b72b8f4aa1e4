"""How far running ahead may go: window, fuel and budget of a call and all that it descends into."""

from __future__ import annotations

from collections import deque
from time import perf_counter
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.dispatch import Dispatch
from pydron_ng.runtime.grain import Functional
from pydron_ng.translation.runahead.promises import (
    Promise,
    Waiter,
    is_foreign,
)

if TYPE_CHECKING:
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.session import Session

#: How many steps run-ahead may take before the commit program has moved again.
FUEL = 2_000
#: The same where it has used up its fuel again and again, and issued nothing.
LEAST_FUEL = 50
#: Seconds that running ahead may cost, apart from a share of the time since the call began and
#: from what the calls took that the workers made meanwhile.
ALLOWANCE, SHARE = 0.005, 0.05
_HOPELESS = 4  # times what is allowed
_MOST_IN_VAIN = 50
#: So many lone calls that are left to the program, one after the other, and so short that to come
#: to each costs more than noise: the function is not run ahead any more.
_MOST_ALONE, _SHORT_SECONDS = 24, 0.003
_STEPS_BETWEEN_LOOKS = 32


class Pace:
    """What the run-ahead programs of one call, and of the calls inside it, have in common.

    Everything in here is touched under the driver's lock.

    alive: False once every call is inline to the end. retired: a code that says why.
    open: how many calls are issued and not yet committed.
    met: the functions that were met so far.
    took: how many outcomes were taken. alone: how many lone calls were left to the program since.
    won: seconds of calls that workers made.
    marks, looked_up: of functions, and of names of entries, while only running ahead goes on.
    """

    def __init__(self, session: Session) -> None:
        self.dispatch = Dispatch(session)
        self.dispatches_all = session.sends_all
        self.driver = session.driver
        self.capacity = session.driver.capacity
        self.ready: deque[Waiter] = deque()
        self.alive, self.retired = True, ""
        self.open = 0
        self.met: dict[int, Functional] = {}
        self.took = self.alone = 0
        self.won = 0.0
        self._members: dict[Running, None] = {}
        self.window = session.window
        self.marks: dict[FunctionType, Functional | None] = {}
        self.looked_up: dict[tuple[object, str], Any] = {}
        self._roomy: Promise | None = None
        self._fuel = self._tank = FUEL
        self._in_vain = True  # nothing was issued since there was fuel again
        self._regrets = 0  # of calls that would pay in rows
        self._descents = 0  # into callees, while no functional call was met
        self._at_work = False
        self._overspent = False
        self._began = self._resumed = perf_counter()
        self._spent = 0.0  # seconds of running ahead

    def join(self, running: Running) -> None:
        self._members[running] = None

    def members(self) -> list[Running]:
        """Those that go on; needs no lock."""
        return list(self._members)

    def part(self, running: Running) -> None:
        self._members.pop(running, None)

    # --- fuel and room ---

    def burn(self, *, pays: bool) -> None:
        """A call was issued or begun; while nobody knows that it pays, only a few are."""
        self._fuel -= 10 if pays else 100
        self._tank, self._in_vain = FUEL, False

    def regret(self) -> None:
        """A call was met that would only pay in a row, and cannot go there."""
        self._regrets += 1
        if self._regrets > _MOST_IN_VAIN and not self.dispatch.sent and not self.dispatches_all:
            for running in self._members:
                running.filling.is_possible = False

    def may_descend(self) -> bool:
        """Is it worth going into another callee? Not where many held no functional call."""
        self._descents += not self.met
        return self._descents < _MOST_IN_VAIN

    @property
    def pays(self) -> bool:
        """Is one of the functions that were met known to be worth sending to a worker?"""
        return self.dispatches_all or any(mark.pays for mark in self.met.values())

    @property
    def may_pay(self) -> bool:
        """Is one of them not known to cost less than sending it along with others?"""
        return self.dispatches_all or not all(m.is_cheap_in_a_row for m in self.met.values())

    @property
    def parked(self) -> bool:
        """Is there no room to go on?"""
        self._fuel -= 1
        if self._at_work and self._fuel % _STEPS_BETWEEN_LOOKS == 0:
            self._look_at_clock()
        return self._fuel < 0 or self.open >= self.window or self._overspent or not self.alive

    def _look_at_clock(self) -> None:
        self._spent += perf_counter() - self._resumed
        self._overspent = self._is_too_much(1)
        self.dispatch.outbox.start()  # which may start workers
        self._resumed = perf_counter()

    def room(self) -> Promise:
        """Kept as soon as the commit program has moved on."""
        if self._roomy is None or self._roomy.kept:
            self._roomy = Promise(self.ready)
        return self._roomy

    def moved(self, epoch: tuple[int, int]) -> None:
        """The commit program has moved: fuel again, and room where the window allows it."""
        if self._fuel < 0 and self._in_vain:
            self._tank = max(LEAST_FUEL, self._tank // 2)
        self._fuel, self._in_vain = self._tank, True
        if self._spent >= ALLOWANCE:
            self._heed_budget()
        if self._roomy is not None and self._is_roomy:
            self._roomy.keep(None)
        self.dispatch.moved(epoch, goes_on=bool(self.ready))
        if self.ready or self.dispatch.outbox:
            self.run()

    @property
    def _is_roomy(self) -> bool:
        return self.open < max(1, self.window * 3 // 4) and not self._overspent

    # --- going on ---

    def run(self) -> None:
        """Let every strand go on that can, then send what they issued together."""
        if self.ready and not self._at_work:
            self._at_work = True
            self._resumed = perf_counter()
            try:
                self._resume_all()
            finally:
                self._at_work = False
                self.marks.clear()
                self.looked_up.clear()
                self._spent += perf_counter() - self._resumed
            self._heed_budget()
        self.dispatch.flush()

    def _resume_all(self) -> None:
        try:
            while self.ready and self.alive:
                self.ready.popleft().kept()
        except Exception as error:  # giving up costs time, never correctness
            if is_foreign(error):
                raise
            for running in self._members:
                running.blame("run-ahead-failed", 0, repr(error))

    def learnt_cost(self) -> None:
        """The first call of a function was made: let go what was held back, or stop at all."""
        self.dispatch.release()
        if self.dispatches_all or not self.alive:
            return
        if self.alone > _MOST_ALONE and all(map(_is_short, self.met.values())):
            self._give_up("one-by-one", "short calls came one by one: sending them won nothing")
            return
        if self.dispatch.sent:
            return
        if all(map(self._is_cheap, self.met.values())):
            self._give_up("too-short")

    def _is_cheap(self, mark: Functional) -> bool:
        """Known not to be worth it; a call that only pays in a row may be, while there may be."""
        in_rows = any(running.filling.is_possible for running in self._members)
        return mark.is_cheap_in_a_row if in_rows else mark.is_cheap

    # --- giving up ---

    def _heed_budget(self) -> None:
        """Wait where running ahead has cost more than it won; stop where waiting does not help."""
        self._overspent = self._is_too_much(1)
        if self._overspent and self.alive and self._is_too_much(_HOPELESS):
            self._give_up("budget", "running ahead took more time than it won")

    def _is_too_much(self, times: float) -> bool:
        """Has running ahead cost more than so many times what is allowed?"""
        if self._spent < ALLOWANCE or self.dispatches_all:
            return False
        allowed = ALLOWANCE + SHARE * (perf_counter() - self._began) + self.won
        return self._spent > times * allowed

    def _give_up(self, code: str, why: str = "") -> None:
        """It does not pay: calls of the same functions inside of this one need not try either."""
        self.retired = code
        for running in self._members:
            if why:
                running.blame(code, 0, why)
            running.left(useful=False)
        self.retire()

    def retire(self) -> None:
        """Stop running ahead: every call is inline from now on."""
        self.alive = False
        for running in list(self._members):
            running.end()
        self._members.clear()
        self.ready.clear()
        self._roomy = None

    def abandon(self) -> None:
        """Stop running ahead where nothing of the driver can be relied on."""
        for running in self._members:
            running.calls.clear()
            running.filling.abandon()
            running.descent.begun.clear()
        self.open = 0
        self.retire()

    def was_useful(self) -> bool:
        """Was an outcome taken, or a function met that may be worth sending to a worker?

        Not if there was something to send, and it was never worth it.
        """
        if self.took or (self.dispatch.outbox.has_held and not self.dispatch.outbox.has_issued):
            return self.took > 0
        return any(not mark.is_cheap and not mark.inline for mark in self.met.values())


def _is_short(mark: Functional) -> bool:
    return mark.seconds is not None and mark.seconds < _SHORT_SECONDS
