"""A task of a pool: calls that travel together, and who is told what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydron_ng.backends.base import TaskId, Token
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import Answer, answered
from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.task import Task
from pydron_ng.values.blob import Blob


class Job(Task):
    """calls: how many there are in it. options: as asked for.

    hear: called once when it is done, under the lock. is_issued: has the scheduler got it?
    """

    __slots__ = ("calls", "hear", "is_issued", "options")

    def __init__(
        self,
        number: TaskId,
        blob: Blob,
        tokens: tuple[Token, ...],
        label: Callable[[], str],
        settle: Callable[[Task], None],
        hear: Callable[[Job], None],
        options: Options,
        *,
        calls: int = 1,
        seconds: float = 0.0,
        is_coroutine: bool = False,
    ) -> None:
        limits: Limits = options.limits
        super().__init__(
            number, blob, tokens, label, settle, seconds, is_coroutine=is_coroutine, limits=limits
        )
        self.calls = calls
        self.hear = hear
        self.is_issued = False
        self.options = options

    def answer(self) -> Answer:
        """What its worker sent. Raises: what unpickling raises."""
        blob, self.outcome = self.outcome, None
        assert blob is not None
        return answered(blob)


def label_of(function: Any, calls: int) -> str:
    """For messages: what was to be called."""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{name}()" if calls == 1 else f"{calls} calls of {name}()"
