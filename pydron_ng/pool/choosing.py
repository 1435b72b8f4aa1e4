"""Tasks that only some workers may do: who may, asked of what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final

from pydron_ng.backends.base import WorkerId
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.errors import NoWorkerFits, WorkerLost
from pydron_ng.runtime.messages import Kind

#: True of workers that a task may go to; or a label that they have.
Where = Callable[[WorkerInfo], bool] | str
#: What is known of workers changes: so often it is asked again, if there is another task.
_FRESH_SECONDS: Final = 1.0
_MOST_CHOICES: Final = 64


class Only:
    """True of one worker alone."""

    def __init__(self, worker: WorkerId) -> None:
        self._worker = worker

    def __call__(self, info: WorkerInfo) -> bool:
        return info.id == self._worker

    def __str__(self) -> str:
        return f"worker {self._worker}"


class Choice:
    """The workers that some tasks may go to.

    kind: what these tasks have in common. fit: those that have been found to be fit.
    failure: what asking has raised. tasks: how many are not done.
    """

    def __init__(self, kind: Kind, where: Where) -> None:
        self.kind = kind
        self.where = where
        self.fit: frozenset[WorkerId] = frozenset()
        self.failure: Exception | None = None
        self.tasks = 0
        self._asked = -_FRESH_SECONDS

    @property
    def is_fresh(self) -> bool:
        """Was it asked just now?"""
        return monotonic() - self._asked < _FRESH_SECONDS

    def expire(self) -> None:
        """It is to be asked again."""
        self._asked = -_FRESH_SECONDS

    def ask(self, infos: Iterable[WorkerInfo]) -> frozenset[WorkerId]:
        """Which of them are fit; this is the user's code."""
        self._asked, self.failure = monotonic(), None
        try:
            return frozenset(WorkerId(info.id) for info in infos if self._is_fit(info))
        except Exception as failure:
            self.failure = failure
            return frozenset()

    def _is_fit(self, info: WorkerInfo) -> bool:
        if isinstance(self.where, str):
            return self.where in info.labels
        return bool(self.where(info))

    def refusal(self, label: str, workers: int) -> Exception:
        """What a task fails with that nobody may do."""
        if self.failure is not None:
            return self.failure
        if isinstance(self.where, Only):
            return WorkerLost(f"{label}: {self.where} ended before it could begin")
        of = "the one worker" if workers == 1 else f"any of {workers} workers"
        name = getattr(self.where, "__qualname__", self.where)
        why = f"where={name} is not true of {of}"
        if isinstance(self.where, str):
            why = f"the label {self.where!r} is not one of {of}"
        return NoWorkerFits(f"{label}: {why}; Pool.workers() tells what is known of them")


class Choices:
    """Those that were made of late."""

    def __init__(self, forget: Callable[[Choice], None]) -> None:
        """forget: told of one that is not kept any more."""
        self._forget = forget
        self._made: dict[object, Choice] = {}
        self._kinds = 0

    def of(self, where: Where) -> Choice:
        """The same one for the same predicate or label."""
        key = where if isinstance(where, str) else id(where)
        choice = self._made.get(key)
        if choice is None:
            self._tidy()
            self._kinds += 1
            choice = self._made[key] = Choice(Kind(self._kinds), where)
        return choice

    def expired(self) -> list[Choice]:
        """Those that have tasks; what was asked of workers holds no longer."""
        for choice in self._made.values():
            choice.expire()
        return [choice for choice in self._made.values() if choice.tasks]

    def _tidy(self) -> None:
        if len(self._made) >= _MOST_CHOICES:
            for key, choice in list(self._made.items()):
                if not choice.tasks:
                    del self._made[key]
                    self._forget(choice)
                    return
