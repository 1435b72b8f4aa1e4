"""Items become tasks: several together, or each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydron_ng.pool.desk import Desk
from pydron_ng.pool.functions import Function, suspends
from pydron_ng.pool.future import Info
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.options import Options
from pydron_ng.pool.outcomes import Failed, outcomes_of
from pydron_ng.pool.parcels import AWAITED, ITEMS


class Unmade:
    """In place of a task: its item cannot travel."""

    calls = 1

    def __init__(self, failure: Exception) -> None:
        self.outcome = Failed(failure)


class Making:
    """How the items of a stream become tasks."""

    def __init__(self, desk: Desk, function: Function, options: Options, how: int) -> None:
        """how: ITEMS or STARRED. Raises: ValueError."""
        self.desk = desk
        self.suspends = suspends(function.called)
        self._function = function
        self._options = options
        self._how = how
        if options.has_folder:
            desk.check_folder(function, is_coroutine=self.suspends)

    def jobs(self, items: list[Any], hear: Callable[[Job], None]) -> Iterator[Job | Unmade]:
        """Tasks of all these calls; if one cannot travel, each makes its own."""
        try:
            yield self._job(items, hear)
        except Exception as failure:
            if len(items) == 1:
                yield Unmade(failure)
                return
            for item in items:
                yield from self.jobs([item], hear)

    def _job(self, items: list[Any], hear: Callable[[Job], None]) -> Job:
        how = self._how
        given: Any = items
        if self.suspends:
            (item,) = items
            args = (item,) if self._how == ITEMS else tuple(item)
            how, given = AWAITED, (args, {}, self._options.timeout, self._options.retries + 1)
        return self.desk.job(
            self._function,
            how,
            given,
            self._options,
            hear,
            calls=len(items),
            is_coroutine=self.suspends,
        )

    def outcomes(self, job: Job | Unmade) -> tuple[list[Any], list[Info]]:
        """Of each of its calls, and what is known of each, or of them all."""
        if isinstance(job, Unmade):
            return [job.outcome], [Info()]
        return outcomes_of(self.desk, job, self._function)

    @property
    def seconds(self) -> float:
        """What a call takes; 0.0: nobody knows."""
        return self.desk.functions.seconds(self._function)
