"""A task of a pool: calls that travel together, and who is told what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

from pydron_ng.backends.base import SUSPENDED, TaskId
from pydron_ng.pool.choosing import Choice
from pydron_ng.pool.functions import Large
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import Answer, answered
from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.task import Task
from pydron_ng.values.blob import Blob


class Job(Task):
    """calls: how many there are in it. large: its function, if that is. options: as asked for.

    hear: called once when it is done, under the lock. is_issued: has the scheduler got it?
    hear_report: called with each report before that, under the lock.
    choice: the workers that it may go to; None: to all. refusal: why none of them may do it.
    """

    __slots__ = (
        "calls",
        "choice",
        "hear",
        "hear_report",
        "is_issued",
        "large",
        "options",
        "refusal",
    )

    def __init__(
        self,
        number: TaskId,
        blob: Blob,
        large: Large | None,
        label: Callable[[], str],
        settle: Callable[[Task], None],
        hear: Callable[[Job], None],
        options: Options,
        choice: Choice | None = None,
        *,
        calls: int = 1,
        seconds: float = 0.0,
        is_coroutine: bool = False,
    ) -> None:
        limits: Limits | None = options.limits_of_coroutine if is_coroutine else options.limits
        tokens = () if large is None else (large.token,)
        super().__init__(
            number, blob, tokens, label, settle, seconds, is_coroutine=is_coroutine, limits=limits
        )
        self.calls = calls
        self.large = large
        self.hear = hear
        self.hear_report: Callable[[Job, Blob], None] = _nobody
        self.is_issued = False
        self.options = options
        self.choice = choice
        self.kind = None if choice is None else choice.kind
        self.refusal: Exception | None = None

    @property
    def size(self) -> int:
        return self.calls

    def let_go(self) -> None:
        """It is over: its arguments are not needed any more, nor who was to hear of it."""
        self._blob, self.large = (), None
        self.hear = self.hear_report = _nobody

    def remark(self, remark: Blob) -> None:
        """Its worker says that it has suspended, or passes a report on."""
        if remark == SUSPENDED:
            super().remark(remark)
        else:
            self.hear_report(self, remark)

    def answer(self) -> Answer:
        """What its worker sent. Raises: what unpickling raises."""
        blob, self.outcome = self.outcome, None
        assert blob is not None
        return answered(blob)


def _nobody(job: Job, report: Blob = ()) -> None:
    """Does not hear."""
