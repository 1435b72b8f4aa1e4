"""Issued calls on their way to the driver: held back while it does not pay, sent in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import WorkerLost
from pydron_ng.runtime.calls import IssuedCall
from pydron_ng.runtime.grain import Functional
from pydron_ng.runtime.task import Task
from pydron_ng.values.blob import Blob
from pydron_ng.values.functions import identify
from pydron_ng.values.pack import pack
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.runtime.session import Session
    from pydron_ng.runtime.surroundings import Surroundings


class Dispatch:
    """The calls of one activation that are to become tasks, and the test of what comes back."""

    def __init__(
        self,
        session: Session,
        settled: Callable[[IssuedCall], None],
        blame: Callable[[str, IssuedCall, str], None],
    ) -> None:
        self._session = session
        self._driver = session.driver
        self._library = session.library
        self._all = session.config.inline is False
        self._settled = settled
        self._blame = blame
        self._held: dict[Functional, list[IssuedCall]] = {}
        self._outbox: list[Task] = []
        self._surroundings: Surroundings | None = None
        self._epoch = -1
        self.sent = 0
        self.bytes = 0  # of arguments and results that are not yet committed
        self._closed = False

    def look_around(self, epoch: int) -> None:
        """Take down the surroundings, in the program's own thread, where an epoch has begun."""
        if epoch != self._epoch:
            from pydron_ng.runtime.surroundings import capture

            self._surroundings = capture(self._surroundings)
            self._epoch = epoch

    def offer(self, call: IssuedCall) -> None:
        """Send the call if that pays, as far as anybody knows; else hold it back."""
        if self._all or (call.mark.seconds is not None and not call.mark.is_cheap):
            self.send(call)
            return
        self._held.setdefault(call.mark, []).append(call)
        call.promise.demand = lambda: self._demanded(call)
        if call.promise.waiters:
            self._demanded(call)

    def release(self, mark: Functional) -> None:
        """The cost of a function is known: send what was held back if it is worth it."""
        if mark in self._held and not mark.is_cheap and mark.seconds is not None:
            for call in self._held.pop(mark):
                self.send(call)
        self._redemand()

    def _demanded(self, call: IssuedCall) -> None:
        """Others wait for a cheap call: it goes after all if anything that goes is worth it."""
        if call.task is None and call.mark.is_cheap and self.sent_worthy():
            self.send(call)

    def _redemand(self) -> None:
        if not self.sent_worthy():
            return
        for calls in list(self._held.values()):
            for call in [c for c in calls if c.promise.waiters]:
                self._demanded(call)

    def sent_worthy(self) -> bool:
        """Has any call been worth sending so far?"""
        return self.sent > 0

    def send(self, call: IssuedCall) -> None:
        """Make a task of the call, to be issued at the next flush; leave it if it cannot travel."""
        if call.task is not None or self._closed or call.promise.kept:
            return
        try:
            packed = pack((call.args, call.kwargs), self._library)
            identity = identify(call.function, self._library)
        except Unshippable as refusal:
            self._blame(refusal.code, call, refusal.why)
            return
        from pydron_ng.runtime.perform import call_blob

        call.packed, call.identity = packed, identity
        self._weigh(call, packed.blob)
        call.epoch, call.surroundings = self._epoch, self._surroundings
        call.task = Task(
            self._driver.next_id(),
            call_blob(identity, packed),
            (*identity.tokens, *packed.tokens),
            call.label,
            lambda task: self._arrived(call, task),
            call.mark.seconds or 0.0,
        )
        self._outbox.append(call.task)
        self.sent += 1

    def _weigh(self, call: IssuedCall, blob: Blob) -> None:
        size = sum(map(len, blob))
        call.bytes += size
        self.bytes += size

    def release_bytes(self, call: IssuedCall) -> None:
        """The call has been committed, or dropped."""
        self.bytes -= call.bytes
        call.bytes = 0

    def flush(self) -> None:
        """Issue what was sent since the last time, together."""
        if not self._outbox:
            return
        tasks, self._outbox = self._outbox, []
        assert self._surroundings is not None
        self._session.surround(self._surroundings)
        self._driver.issue(tasks)

    def close(self) -> None:
        """The activation is over: nothing is sent any more."""
        self._closed = True
        self._held.clear()
        self._outbox.clear()

    def _arrived(self, call: IssuedCall, task: Task) -> None:
        from pydron_ng.runtime.perform import Refused, decode

        if task.outcome is None or self._closed:
            return
        self._weigh(call, task.outcome)
        outcome = call.outcome = decode(task.outcome, self._library)
        if isinstance(outcome, Refused):
            call.outcome = None
            self._blame(outcome.reason_code, call, outcome.why)
            if outcome.reason_code in _LASTING:
                call.mark.inline = outcome.reason_code
            return
        call.mark.cost(outcome.seconds)
        self._settled(call)

    # --- taking ---

    def is_same(
        self, call: IssuedCall, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> bool:
        """Is the call that is being made the one that was sent, to the byte?"""
        if call.packed is None or function is not call.function:
            return False
        try:
            return pack((args, kwargs), self._library).blob == call.packed.blob
        except Unshippable:
            return False

    def is_believable(self, call: IssuedCall, epoch: int) -> bool:
        """May its outcome be taken: has nothing that it depends on changed since it was sent?

        Raises:
            WorkerLost: the task killed every worker that it was given to.
        """
        if call.outcome is None:
            if call.task is not None and call.task.deadly:
                raise WorkerLost(call.task.lost)
            return False
        if epoch == call.epoch:
            return True
        from pydron_ng.runtime.surroundings import capture, unchanged

        assert call.identity is not None
        return (
            call.identity.holds(call.function)
            and capture() == call.surroundings
            and unchanged(call.outcome.files)  # type: ignore[union-attr]
        )


#: Refusals that say something about the function, not about this one call.
_LASTING = frozenset({"output-past-python", "aliased-result", "unshippable-result"})
