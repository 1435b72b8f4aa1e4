"""Which calls of a run-ahead program go into which row."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.rows.row import Row, known, sources_of

if TYPE_CHECKING:
    from pydron_ng.backends.base import TaskId
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.running import Running
    from pydron_ng.translation.runahead.ahead import Keys


class Filling:
    """The rows of one run-ahead program, as it sees them.

    at: calls that are issued and not yet committed in rows, by their sites, in order.
    open: of each site the row that takes further calls.
    is_possible: False once it is known that calls cannot be taken by the row.
    """

    def __init__(self, running: Running, *, is_possible: bool) -> None:
        self.at: dict[int, deque[Row]] = {}
        self.open: dict[int, Row] = {}
        self.is_possible = is_possible
        self._running = running
        self._pace = running.pace
        self._sending = running.dispatch.rows
        self._singly: set[int] = set()  # sites whose rows fall apart

    def row(
        self, site: int, keys: Keys, function: Any, mark: Functional, args: tuple[Any, ...]
    ) -> Row | None:
        """A new row that begins with this call, if calls of the site may go in rows."""
        if not keys or not self.is_possible or site in self._singly:
            return None
        if self._running.branch is not None:
            return None
        if site in self.at and keys <= self.at[site][-1].keys[-1]:
            return None  # an iteration that had to wait: rows are in the order of the program
        if mark.inline or mark.is_coroutine or type(function) is not FunctionType:
            return None
        if not self._running.may_issue(site) or not self._may_wait_for(site, args):
            return None
        row = self._sending.row(self._running, (site, keys), function, mark, args)
        if row is not None:
            self.at.setdefault(site, deque()).append(row)
            self.open[site] = row
        return row

    # --- rows that wait for others ---

    def _may_wait_for(self, site: int, args: tuple[Any, ...]) -> bool:
        """Whether what has yet to come among the arguments comes in rows.

        Where calls of several sites take each other's results in turn, no row has more than one
        call: those are better off in one batch.
        """
        sources = sources_of(known(args))
        if not all(source is not None and source.is_whole for source in sources):
            return False
        here = (self._running, site)
        if not any(here in row.ancestry for row in sources) or not _is_line(sources):
            return True
        self._singly.add(site)
        for row in sources:
            row.running.filling.unravel(row)
        return False

    def unravel(self, row: Row) -> None:
        """The calls of the row, and of those that it waits for, go in rows no more."""
        self._singly.add(row.site)
        for source in row.sources:
            if source.is_whole:
                source.running.filling.unravel(source)
        if row.waits and row.is_whole:
            self.take_apart(row)

    def complete(self, row: Row) -> None:
        """All results that the row waited for have come."""
        if not self._sending.completes(row):
            self.take_apart(row)

    # --- what becomes of rows ---

    def cut(self, row: Row, length: int, number: Callable[[], TaskId]) -> Iterator[Row]:
        """Cut the row into ones of so many calls; those behind the first."""
        rows = self.at[row.site]
        place = rows.index(row)
        while row.size > length:
            row = row.cut(length, number())
            place += 1
            rows.insert(place, row)
            yield row

    def had(self, row: Row) -> None:
        """The commit program has had all calls of the row."""
        self._running.routed[row.site] = (row.site, *row.keys[-1])
        self._leave(row)
        self._running.moved()

    def take_back(self, row: Row) -> None:
        """If no worker has begun the row, the program makes its calls."""
        self._sending.take_back(row)

    def take_apart(self, row: Row) -> None:
        """The calls of the row that are left are issued calls like others."""
        self._leave(row)
        if len(row.keys) > 1:
            self._singly.add(row.site)
        calls = self._sending.take_apart(row)
        self._running.calls.update((call.key, call) for call in calls)
        if row.waits and not row.is_here:
            for call in calls:
                self._running.go_on(call, call.args, {})

    def take_all_apart(self, site: int) -> None:
        """The same for all rows of a site; the commit program waits for the first call of them."""
        for row in list(self.at.get(site, ())):
            self.take_apart(row)
        self._pace.run()

    def purge(self, is_past: Callable[[tuple[int, ...]], bool]) -> None:
        """Drop the rows of iterations that the commit program has left: `is_past` of their keys."""
        for row in self._all():
            if is_past((row.site, *row.keys[-1])):
                self._drop(row)
            elif is_past((row.site, *row.keys[row.taken])):
                self.take_apart(row)

    def end(self) -> None:
        """Nobody wants any row."""
        for row in self._all():
            self._drop(row)

    def abandon(self) -> None:
        """Forget all, where nothing can be relied on."""
        self.at.clear()
        self.open.clear()

    def _all(self) -> list[Row]:
        return [row for rows in self.at.values() for row in rows]

    def _leave(self, row: Row) -> None:
        self._pace.open -= row.taken
        if not row.is_here:
            self._pace.took += row.taken
            self._pace.alone = 0
            self._pace.won += row.seconds * row.taken / len(row.keys)
        rows = self.at.get(row.site)
        if rows is not None and row in rows:
            rows.remove(row)
            if not rows:
                del self.at[row.site]
        if self.open.get(row.site) is row:
            del self.open[row.site]
        row.sources = frozenset()

    def _drop(self, row: Row) -> None:
        self._leave(row)
        self._pace.open -= len(row.keys) - row.taken
        self._sending.drop(row)


def _is_line(rows: Collection[Row]) -> bool:
    """Is it one call, which waits for another one?"""
    before = {source for row in rows for source in row.sources}
    return len(rows) == len(before) == 1 and all(row.is_lone for row in (*rows, *before))
