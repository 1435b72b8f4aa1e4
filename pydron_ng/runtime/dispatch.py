"""Issued calls on their way to the driver: held back while it does not pay, batched if short."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import WorkerLost
from pydron_ng.events import Settled
from pydron_ng.purity.table import table
from pydron_ng.runtime.answers import UNLINKED
from pydron_ng.runtime.audience import Hearer
from pydron_ng.runtime.batch import Batch
from pydron_ng.runtime.calls import IssuedCall
from pydron_ng.runtime.grain import Functional
from pydron_ng.runtime.outbox import Outbox
from pydron_ng.runtime.outcome import Outcome, Refused
from pydron_ng.runtime.process import audience
from pydron_ng.runtime.reads import changed
from pydron_ng.runtime.rows.sending import Sending
from pydron_ng.runtime.surroundings import capture
from pydron_ng.runtime.task import NONE, Task, TaskState
from pydron_ng.values.functions import Identity, identify
from pydron_ng.values.keep import KeepOnce
from pydron_ng.values.pack import Packed, pack, pack_plain
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.runtime.session import Session

#: How many bytes of arguments and results there may be of calls that are not yet committed, as
#: far as sizes are known; one call there may always be.
WINDOW_BYTES = 256 << 20


class Dispatch:
    """Calls that are to become tasks, and the test of what comes back.

    epoch: the one that the surroundings were last taken down in. sent: how many calls so far.
    bytes: of arguments and results that are not yet committed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._driver = session.driver
        self._keep = session.driver.keep
        self.shared = self._keep if isinstance(self._keep, KeepOnce) else None
        self._clock = perf_counter if self.shared is None else self.shared.clock
        self._library = session.library
        self._all = session.sends_all
        self._held: dict[Functional, deque[IssuedCall]] = {}
        self.outbox = Outbox(session)
        #: So many calls a batch may have that all workers get several out of a window.
        self._most = max(1, session.window // (8 * session.driver.capacity))
        self._sent_of: Counter[Functional] = Counter()
        self.epoch: tuple[int, int] | None = None
        self._identities: dict[int, Identity] = {}
        self.sent = 0
        self.bytes = 0
        self.rows = Sending(self, session)

    def look_around(self, epoch: tuple[int, int]) -> None:
        """Take down the surroundings, in the program's own thread, where an epoch has begun."""
        if epoch != self.epoch:
            self.outbox.surroundings = capture(self.outbox.surroundings)
            self.epoch = epoch
        if self.shared is not None:
            self.shared.changed()

    def moved(self, epoch: tuple[int, int], *, goes_on: bool) -> None:
        """The same where the commit program has moved, if calls may be sent before it moves on."""
        if goes_on or self.outbox or not self.outbox.is_idle:
            self.look_around(epoch)
        elif self.shared is not None:
            self.shared.changed()

    # --- what is sent, and when ---

    def offer(self, call: IssuedCall) -> None:
        """Send the call if that pays, as far as anybody knows; else hold it back."""
        if self.may_send(call.mark):
            self.send(call)
            return
        if call.mark.is_cheap and not self._all:
            call.mark.fade()
        else:
            self._held.setdefault(call.mark, deque()).append(call)
        call.promise.demand = lambda: self._demanded(call)
        if call.promise.waiters:
            self._demanded(call)

    def may_send(self, mark: Functional, worth: float | None = None) -> bool:
        """Does sending calls of the function pay, and is there room? worth: seconds that do."""
        worth = mark.worth if worth is None else worth
        if not self._all and (mark.seconds is None or mark.costs_less_than(worth)):
            return False
        if mark.size is None and self._sent_of[mark] >= 2 * self._driver.capacity:
            return False  # the size of a result is to be known before many are under way
        return self.outbox.is_idle or self.bytes + (mark.size or 0) <= WINDOW_BYTES

    def release(self) -> None:
        """Send what was held back, as far as it may be sent by now."""
        for mark in list(self._held):
            waiting = self._held[mark]
            while waiting and self.may_send(mark):
                self.send(waiting.popleft())
            if not waiting or (mark.is_cheap and not self._all):
                del self._held[mark]

    def _demanded(self, call: IssuedCall) -> None:
        """Others wait for a small call: it goes after all if anything that goes is worth it."""
        seconds = call.mark.seconds
        small = seconds is not None and seconds < call.mark.worth
        if call.task is None and self.sent and small:
            self.send(call)

    def send(self, call: IssuedCall) -> None:
        """Make a task of the call, to be issued at the next flush; leave it if it cannot travel."""
        if call.task is not None or self.outbox.is_closed or call.promise.kept:
            return
        packed = pack_plain(call.args, call.kwargs)
        try:
            _check_given(call)
            if packed is None:
                packed = self._pack(call)
            call.identity = self.identity(call.function)
        except Unshippable as refusal:
            call.running.blame_call(refusal.code, call, refusal.why)
            return
        call.packed = packed
        call.packed_bytes = sum(map(len, packed.blob))
        self._post(call, call.mark.seconds or 0.0)
        self._note(call)

    def link(self, call: IssuedCall) -> bool:
        """Whether the call, which takes results to come, goes along with those that it takes.

        Not where that is all that there is to do: the program itself makes chains as fast.
        """
        last, expected = self.outbox.last, call.mark.seconds
        if last is None or not expected or call.mark.is_coroutine or not self.may_send(call.mark):
            return False
        if self.outbox.is_alone:
            return False
        try:
            _check_given(call)
            call.identity = self.identity(call.function)
        except Unshippable:
            return False
        if not last.takes_linked(call, expected):
            return False
        call.number, call.task = self._driver.next_id(), last
        self._note(call)
        return True

    def _note(self, call: IssuedCall) -> None:
        call.epoch, call.surroundings = self.epoch, self.outbox.surroundings
        self._weigh(call, call.packed_bytes + round(call.mark.size or 0))
        self.note_sent(call.mark, 1)

    def note_sent(self, mark: Functional, calls: int) -> None:
        """So many calls of the function go, as one task."""
        self._sent_of[mark] += calls
        self.sent += 1

    def forget_sent(self, mark: Functional) -> None:
        """Nothing will be learnt from calls that were to go."""
        self._sent_of[mark] = 0

    def _pack(self, call: IssuedCall) -> Packed:
        """Raises: Unshippable."""
        began = self._clock()
        try:
            return pack((call.args, call.kwargs), self._library, keep=self._keep)
        finally:
            call.moved = self._clock() - began
            if not call.mark.moving:
                call.mark.move(2 * call.moved)

    def identity(self, function: Any) -> Identity:
        """What identifies the function; asked once while nothing but running ahead goes on."""
        known = self._identities.get(id(function))
        if known is None:
            known = self._identities[id(function)] = identify(function, self._library)
        return known

    def _post(self, call: IssuedCall, expected: float) -> None:
        """Put the call into the outbox: along with others, or by itself."""
        call.number = self._driver.next_id()
        last = self.outbox.last
        if last is not None and last.takes(call, expected):
            call.task = last
            return
        batch = call.task = Batch.of(call, self._driver.next_id(), self._most, expected)
        batch.settle = self.arrived
        self.outbox.append(batch)

    def _weigh(self, call: IssuedCall, size: int) -> None:
        self.bytes += size - call.bytes
        call.bytes = size

    def flush(self) -> None:
        """Issue what was sent since the last time, together."""
        self._identities.clear()
        self.outbox.flush()

    def reclaim(self, call: IssuedCall) -> bool:
        """True: the call had not been started, the commit program makes it."""
        batch = call.task
        assert batch is not None
        if batch.state is not TaskState.READY:
            return False
        self._take_out(call, batch)
        self._sent_of[call.mark] -= 1  # nothing will be learnt from it
        return True

    def drop(self, calls: Iterable[IssuedCall]) -> None:
        """Nobody wants these calls."""
        for call in calls:
            if call.task is not None and call.task.state is not TaskState.SETTLED:
                self._take_out(call, call.task)
            self.committed(call)

    def _take_out(self, call: IssuedCall, batch: Batch) -> None:
        """The call goes on its own way; a batch without calls is none."""
        batch.calls.remove(call)
        if batch.state is TaskState.READY:
            for other in [c for c in batch.calls if any(of is call for _, of in c.links)]:
                self._unlink(other, batch)
        if batch.calls or batch.state is TaskState.DROPPED:
            return
        self.outbox.drop(batch)

    def committed(self, call: IssuedCall) -> None:
        """The commit program has had the call: there is room for others."""
        self._weigh(call, 0)
        call.forget()
        self.release()

    def close(self) -> None:
        """The activation is over: nothing is sent any more."""
        self._held.clear()
        self.outbox.close()

    def _unlink(self, call: IssuedCall, batch: Batch) -> None:
        """A call that was to take results of others goes by itself, when these are there."""
        self._take_out(call, batch)
        call.links, call.task = (), None
        call.running.arguments_known(call)

    def arrived(self, batch: Task) -> None:
        """Of a call that is awaited the outcome is taken in when the activation is over, too."""
        assert isinstance(batch, Batch)
        self.outbox.settled(batch)
        if batch.outcome is not None:
            self._take_in(batch)
        elif len(batch.calls) > 1 and not self.outbox.is_closed:
            self._send_apart(batch.calls)
        for call in batch.calls:
            if call.heard is not None:
                call.heard()

    def _send_apart(self, calls: Sequence[IssuedCall]) -> None:
        """One of these calls killed all workers that they were given to: nobody knows which."""
        for call in calls:
            if call.links:
                call.links, call.task = (), None
                call.running.arguments_known(call)
            else:
                self._post(call, 0.0)
        self.flush()

    def _take_in(self, batch: Batch) -> None:
        """Read what became of the calls, and let go on what waits for that."""
        blob, batch.outcome = batch.outcome, None
        assert blob is not None
        began = perf_counter()
        outcomes = batch.outcomes(blob, self._library)
        moved = (perf_counter() - began) / len(outcomes)
        batch.mark.answered(batch.elapsed)
        size = sum(map(len, blob)) // len(outcomes)
        found = dict(zip(batch.sent, outcomes, strict=True))
        for call, outcome in found.items():
            if call.task is batch and (call.heard is not None or not self.outbox.is_closed):
                call.moved += moved
                if not call.links or self._is_completed(call, found):
                    self._learn(call, outcome, size)
        for call in set(batch.calls).difference(batch.sent):
            self._unlink(call, batch)
        self.outbox.cause = batch.id
        for running in {call.running for call in batch.calls}:
            running.pace.run()
        self.outbox.cause = NONE
        self.release()

    def _learn(self, call: IssuedCall, outcome: Outcome, size: int) -> None:
        if (tell := audience.tell) is not None:
            self._tell(call, outcome, tell)
        if isinstance(outcome, Refused):
            self._refused(call, outcome)
            return
        call.outcome = outcome
        call.mark.weigh(size)
        self._weigh(call, size + call.packed_bytes)
        call.mark.cost(outcome.seconds)
        call.running.settled(call)

    def _tell(self, call: IssuedCall, outcome: Outcome, tell: Hearer) -> None:
        """One that takes results of others begins, for whoever listens, when these are there."""
        task = call.task
        assert task is not None
        if call.links:
            tell(call.issued(task.id, task.id))
        at = perf_counter()
        tell(Settled(call.number, at, outcome.seconds, task.worker, task.elapsed))

    def _is_completed(self, call: IssuedCall, found: Mapping[IssuedCall, Outcome]) -> bool:
        """What a linked call was made with is known now; if it was not made, it is sent again.

        That are the results that the worker had, whatever the program has come to meanwhile.
        """
        outcome = found[call]
        if isinstance(outcome, Refused) and outcome.reason_code == UNLINKED:
            assert call.task is not None
            self._unlink(call, call.task)
            return False
        if isinstance(outcome, Refused):
            return True
        args = list(call.args)
        for place, other in call.links:
            args[place] = found[other].value  # type: ignore[union-attr]
        call.args = tuple(args)
        call.packed = pack_plain(call.args, {})
        return True

    def _refused(self, call: IssuedCall, refusal: Refused) -> None:
        call.running.blame_call(refusal.reason_code, call, refusal.why)
        if refusal.reason_code in _LASTING:
            call.mark.inline = refusal.reason_code

    def begins(self, mark: Functional) -> None:
        """The program makes a call itself, while others may wait for what such a call costs."""
        if mark.seconds is None and len(self._held.get(mark, ())) > 1:
            self._driver.foresee(lambda: self._takes_long(mark))

    def _takes_long(self, mark: Functional) -> None:
        """Nobody knows what such a call costs, but that it is worth it."""
        if not self.outbox.is_closed:
            mark.take_to_be_long()
            self.release()
            self.flush()

    # --- taking ---

    def is_believable(self, call: IssuedCall, *, quiet: bool) -> bool:
        """May its outcome be taken: has nothing that it depends on changed since it was sent?

        quiet: no code of the user's can have run in this epoch.

        Raises:
            WorkerLost: the task killed every worker that it was given to.
        """
        if call.outcome is None:
            if call.task is not None and call.task.deadly:
                raise WorkerLost(call.task.lost)
            if call.task is not None and call.task.lost:
                call.running.blame_call("given-up", call, call.task.lost)
            return False
        assert call.identity is not None
        if call.identity.asks and sys.exception() is not None:
            return False
        files = call.outcome.files  # type: ignore[union-attr]
        if quiet and not files and call.epoch == call.running.epoch:
            return True
        assert call.surroundings is not None
        if not call.identity.holds(call.function) or not call.surroundings.hold():
            return False
        if call.surroundings is self.outbox.surroundings:
            self.epoch = call.running.epoch  # they were looked at just now
        if differing := changed(files, declared=call.mark.reads):
            call.running.blame_call("other-files", call, f"it read {differing}")
        return not differing


def _check_given(call: IssuedCall) -> None:
    """Raises: Unshippable, if a function of a library is to write to an argument."""
    if type(call.function) is FunctionType:
        return
    if table().writes_to_argument(call.function, len(call.args), call.kwargs):
        raise Unshippable("writes-to-argument", "it is given an array to write its result to")


#: Refusals that say something about the function, not about this one call.
_LASTING = frozenset(
    {
        "output-past-python",
        "aliased-result",
        "unshippable-result",
        "warned-in-thread",
        "own-warnings",
        "speaks-before-await",
        "redirected-at-await",
        "leaves-tasks",
    }
)
