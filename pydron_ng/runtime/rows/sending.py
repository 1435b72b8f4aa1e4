"""How rows become tasks, and what is done with those that come back."""

from __future__ import annotations

from time import perf_counter
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.events import Settled, Taken
from pydron_ng.runtime.batch import SMALL_BYTES, longest_chain, most_calls
from pydron_ng.runtime.grain import WORTH_A_ROW
from pydron_ng.runtime.process import audience
from pydron_ng.runtime.rows.row import Row
from pydron_ng.runtime.task import NONE
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.runtime.audience import Hearer
    from pydron_ng.runtime.calls import IssuedCall, Key
    from pydron_ng.runtime.dispatch import Dispatch
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.session import Session
    from pydron_ng.runtime.task import Task

#: Fewer calls than that are not worth a row.
_LEAST = 2


class Sending:
    """Makes rows of what a dispatch may send."""

    def __init__(self, dispatch: Dispatch, session: Session) -> None:
        self._dispatch = dispatch
        self._outbox = dispatch.outbox
        self._session = session
        self._driver = session.driver
        self._window = session.window
        self._longest = max(1, self._window // (4 * session.driver.capacity))

    def row(
        self,
        running: Running,
        at: tuple[int, Key],
        function: FunctionType,
        mark: Functional,
        args: tuple[Any, ...],
    ) -> Row | None:
        """A new row that begins with this call, if calls of its kind may go in one.

        at: the site and the counters.
        """
        site, keys = at
        dispatch = self._dispatch
        if not mark.seconds or (mark.size or 0) > SMALL_BYTES or mark.limits:
            return None
        most = min(self._longest, most_calls(mark.seconds))
        most_linked = min(self._window, longest_chain(mark.seconds))
        if most < _LEAST or mark.reads or self._outbox.is_closed:
            return None
        if audience.singly or not dispatch.may_send(mark, WORTH_A_ROW):
            return None
        if mark.size is None:
            most = min(most, 2 * self._driver.capacity)
            most_linked = 0
        try:
            identity = dispatch.identity(function)
        except Unshippable:
            return None
        if identity.asks or dispatch.epoch != running.epoch:
            return None
        row = Row(self._driver.next_id(), running, site, function, mark, identity)
        if not row.begin(keys, args, most, 0 if self._outbox.is_alone else most_linked):
            return None
        row.epoch, row.surroundings = running.epoch, self._outbox.surroundings
        row.settle = self._answered
        if row.waits:
            self._outbox.waiting.append(row)
        else:
            self._outbox.append(row)
        dispatch.note_sent(mark, most)
        return row

    def completes(self, row: Row) -> bool:
        """All that the row waited for is there: whether it goes."""
        if not row.is_complete():
            return False
        self._outbox.append(row)
        return True

    def take_apart(self, row: Row) -> list[IssuedCall]:
        """The calls of the row that are left, each by itself from now on."""
        row.settle = self._dispatch.arrived
        if row.waits:
            self._outbox.remove(row)
        calls = row.apart(self._driver.next_id)
        for call in calls:
            call.surroundings = row.surroundings
        if (tell := audience.tell) is not None and not row.is_here:
            self._tell(row, calls, tell)
        return calls

    def _tell(self, row: Row, calls: list[IssuedCall], tell: Hearer) -> None:
        """What was had of the row is all that there is of it; the others go on as themselves."""
        if row.taken:
            tell(Taken(row.id, perf_counter(), 0.0, row.taken))
        for call in calls:
            if call.task is not None:
                tell(call.issued(row.id, self._outbox.cause))
            if call.outcome is not None:
                seconds = call.outcome.seconds
                tell(Settled(call.number, perf_counter(), seconds, row.worker, seconds))

    def take_back(self, row: Row) -> None:
        """If no worker has begun the row, the program makes its calls."""
        if not self._outbox.remove(row) and not row.waits and not self._driver.reclaim(row):
            return
        self._outbox.settled(row)
        row.seal()
        row.is_here = True
        if row.mark.size is None:
            self._dispatch.forget_sent(row.mark)

    def drop(self, row: Row) -> None:
        """Nobody wants what is left of the row."""
        row.end()
        if row.waits:
            self._outbox.remove(row)
        else:
            self._outbox.drop(row)

    def _answered(self, row: Task) -> None:
        """A row has come back: as values, or it falls apart."""
        assert isinstance(row, Row)
        self._outbox.settled(row)
        if not row.is_whole:
            return  # nobody wants it
        if row.outcome is None or not row.is_answered(row.outcome):
            row.running.filling.take_apart(row)
            self._dispatch.arrived(row)
            return
        if (tell := audience.tell) is not None:
            tell(Settled(row.id, perf_counter(), row.seconds, row.worker, row.elapsed))
        size = sum(map(len, row.outcome)) // len(row.values)
        row.outcome = None
        row.mark.weigh(size)
        row.mark.cost(row.seconds / len(row.values))
        row.mark.made += len(row.values) - 1
        row.mark.answered(row.elapsed)
        self._outbox.cause = row.id
        row.running.pace.run()
        self._outbox.cause = NONE
        self._dispatch.release()
