"""Issued calls on their way to the driver: held back while it does not pay, sent in batches."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import WorkerLost
from pydron_ng.runtime.calls import IssuedCall
from pydron_ng.runtime.grain import WORTH_SENDING, Functional
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.values.functions import identify
from pydron_ng.values.pack import pack
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.runtime.outcome import Refused
    from pydron_ng.runtime.session import Session
    from pydron_ng.runtime.surroundings import Surroundings

#: How many bytes of arguments and results there may be of calls that are not yet committed, as
#: far as sizes are known; one call there may always be.
WINDOW_BYTES = 256 << 20


class Dispatch:
    """The calls of one activation that are to become tasks, and the test of what comes back.

    sent: how many calls so far. bytes: of arguments and results that are not yet committed.
    """

    def __init__(
        self,
        session: Session,
        settled: Callable[[IssuedCall], None],
        blame: Callable[[str, IssuedCall, str], None],
        is_near: Callable[[int], bool],
    ) -> None:
        """is_near: will the commit program be at a site at once, without a sync-point before?"""
        self._session = session
        self._driver = session.driver
        self._library = session.library
        self._all = session.config.inline is False
        self._settled = settled
        self._blame = blame
        self._is_near = is_near
        self._held: dict[Functional, deque[IssuedCall]] = {}
        self._outbox: list[IssuedCall] = []
        self._underway: set[Task] = set()
        self._sent_of: Counter[Functional] = Counter()
        self._surroundings: Surroundings | None = None
        self._epoch = -1
        self.sent = 0
        self.bytes = 0
        self._closed = False

    def look_around(self, epoch: int) -> None:
        """Take down the surroundings, in the program's own thread, where an epoch has begun."""
        if epoch != self._epoch:
            from pydron_ng.runtime.surroundings import capture

            self._surroundings = capture(self._surroundings)
            self._epoch = epoch

    # --- what is sent, and when ---

    def offer(self, call: IssuedCall) -> None:
        """Send the call if that pays, as far as anybody knows; else hold it back."""
        if self._may_send(call):
            self.send(call)
            return
        if call.mark.is_cheap:
            call.mark.fade()
        else:
            self._held.setdefault(call.mark, deque()).append(call)
        call.promise.demand = lambda: self._demanded(call)
        if call.promise.waiters:
            self._demanded(call)

    def _may_send(self, call: IssuedCall) -> bool:
        mark = call.mark
        if self._all:
            return True
        if mark.seconds is None or mark.is_cheap:
            return False
        if mark.size is None and self._sent_of[mark] >= 2 * self._driver.capacity:
            return False  # the size of a result is to be known before many are under way
        first = not self._underway and not self._outbox
        return first or self.bytes + (mark.size or 0) <= WINDOW_BYTES

    def release(self) -> None:
        """Send what was held back, as far as it may be sent by now."""
        for mark in list(self._held):
            waiting = self._held[mark]
            while waiting and self._may_send(waiting[0]):
                self.send(waiting.popleft())
            if not waiting:
                del self._held[mark]

    def _demanded(self, call: IssuedCall) -> None:
        """Others wait for a small call: it goes after all if anything that goes is worth it."""
        seconds = call.mark.seconds
        small = seconds is not None and seconds < WORTH_SENDING
        if call.task is None and self.sent and small:
            self.send(call)

    def send(self, call: IssuedCall) -> None:
        """Make a task of the call, to be issued at the next flush; leave it if it cannot travel."""
        if call.task is not None or self._closed or call.promise.kept:
            return
        began = perf_counter()
        try:
            packed = pack((call.args, call.kwargs), self._library)
            identity = identify(call.function, self._library)
        except Unshippable as refusal:
            self._blame(refusal.code, call, refusal.why)
            return
        finally:
            call.moved = perf_counter() - began
            if not call.mark.moving:
                call.mark.move(2 * call.moved)
        call.packed, call.identity = packed, identity
        call.epoch, call.surroundings = self._epoch, self._surroundings
        call.task = self._task(call)
        self._weigh(call, sum(map(len, packed.blob)) + round(call.mark.size or 0))
        self._outbox.append(call)
        self._sent_of[call.mark] += 1
        self.sent += 1

    def _task(self, call: IssuedCall) -> Task:
        from pydron_ng.runtime.perform import call_blob

        assert call.identity is not None
        assert call.packed is not None
        return Task(
            self._driver.next_id(),
            call_blob(call.identity, call.packed),
            (*call.identity.tokens, *call.packed.tokens),
            call.label,
            lambda task: self._arrived(call, task),
            call.mark.seconds or 0.0,
        )

    def _weigh(self, call: IssuedCall, size: int) -> None:
        self.bytes += size - call.bytes
        call.bytes = size

    def flush(self) -> None:
        """Issue what was sent since the last time, together.

        A call that is alone is not sent if the commit program is about to make it anyway.
        """
        outbox = self._outbox
        if not outbox or self._closed:
            return
        alone = len(outbox) == 1 and not self._underway and not self._all
        if alone and self._is_near(outbox[0].key[0]):
            return
        self._outbox = []
        tasks = [call.task for call in outbox if call.task is not None]
        self._underway.update(tasks)
        assert self._surroundings is not None
        self._session.surround(self._surroundings)
        self._driver.issue(tasks)

    def reclaim(self, call: IssuedCall) -> bool:
        """True: the call had not been started, the commit program makes it."""
        if call in self._outbox:
            self._outbox.remove(call)
            return True
        assert call.task is not None
        if not self._driver.reclaim(call.task):
            return False
        self._underway.discard(call.task)
        return True

    def drop(self, calls: Iterable[IssuedCall]) -> None:
        """Nobody wants these calls."""
        for call in calls:
            if call.task is not None and call.task.state is not TaskState.SETTLED:
                self._underway.discard(call.task)
                self._driver.drop((call.task,))
            self.committed(call)

    def committed(self, call: IssuedCall) -> None:
        """The commit program has had the call: there is room for others."""
        self._weigh(call, 0)
        call.forget()
        if self._held:
            self.release()

    def close(self) -> None:
        """The activation is over: nothing is sent any more."""
        self._closed = True
        self._held.clear()
        self._outbox.clear()
        self._underway.clear()

    def _arrived(self, call: IssuedCall, task: Task) -> None:
        from pydron_ng.runtime.perform import Refused, decode

        self._underway.discard(task)
        if task.outcome is None or self._closed:
            return
        began = perf_counter()
        outcome = call.outcome = decode(task.outcome, self._library)
        call.moved += perf_counter() - began
        if isinstance(outcome, Refused):
            self._refused(call, outcome)
            return
        size, task.outcome = sum(map(len, task.outcome)), None
        call.mark.weigh(size)
        self._weigh(call, size + sum(map(len, task.blob)))
        call.mark.cost(outcome.seconds)
        self._settled(call)
        if self._held:
            self.release()

    def _refused(self, call: IssuedCall, refusal: Refused) -> None:
        call.outcome = None
        self._blame(refusal.reason_code, call, refusal.why)
        if refusal.reason_code in _LASTING:
            call.mark.inline = refusal.reason_code

    # --- taking ---

    def is_same(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Is the call that is being made the one that was sent, to the byte?"""
        if call.packed is None or function is not call.function:
            return False
        began = perf_counter()
        try:
            return pack((args, kwargs), self._library).blob == call.packed.blob
        except Unshippable:
            return False
        finally:
            call.moved += perf_counter() - began
            call.mark.move(call.moved)

    def is_believable(self, call: IssuedCall) -> bool:
        """May its outcome be taken: has nothing that it depends on changed since it was sent?

        Raises:
            WorkerLost: the task killed every worker that it was given to.
        """
        if call.outcome is None:
            if call.task is not None and call.task.deadly:
                raise WorkerLost(call.task.lost)
            return False
        from pydron_ng.runtime.surroundings import capture, unchanged

        assert call.identity is not None
        return (
            call.identity.holds(call.function)
            and capture() == call.surroundings
            and unchanged(call.outcome.files)  # type: ignore[union-attr]
        )


#: Refusals that say something about the function, not about this one call.
_LASTING = frozenset(
    {"output-past-python", "aliased-result", "unshippable-result", "warned-in-thread"}
)
