"""Tasks that only some workers may do: who may, asked of what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from time import monotonic
from types import FunctionType
from typing import Final, NamedTuple

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


class Answer(NamedTuple):
    """Which workers are fit; failure: what asking has raised, then none is."""

    fit: frozenset[WorkerId]
    failure: Exception | None = None


_NOBODY: Final = Answer(frozenset())


class Choice:
    """The workers that some tasks may go to.

    kind: what these tasks have in common. answer: what was found by asking.
    """

    def __init__(self, kind: Kind, where: Where) -> None:
        self.kind = kind
        self.where = where
        self.answer = _NOBODY
        self._staff = -1
        self._until = 0.0

    @property
    def fit(self) -> frozenset[WorkerId]:
        """Those that have been found to be fit."""
        return self.answer.fit

    def is_fresh(self, staff: int) -> bool:
        """Was it asked just now, of those who are there? staff: the number of what they are."""
        return self._staff == staff and monotonic() < self._until

    def take(self, answer: Answer, staff: int) -> None:
        """That was found, of those who are there."""
        self.answer = answer
        self._staff, self._until = staff, monotonic() + _FRESH_SECONDS

    def forget(self) -> None:
        """Nothing is known of anybody."""
        self.answer, self._staff = _NOBODY, -1

    def ask(self, infos: Iterable[WorkerInfo]) -> Answer:
        """Which of them are fit; this is the user's code."""
        try:
            return Answer(
                frozenset(WorkerId(info.id) for info in infos if _is_fit(self.where, info))
            )
        except Exception as failure:
            return Answer(frozenset(), failure)

    def refusal(self, label: str, workers: int) -> Exception:
        """What a task fails with that nobody may do."""
        if self.answer.failure is not None:
            return self.answer.failure
        if isinstance(self.where, Only):
            return WorkerLost(f"{label}: {self.where} ended before it could begin")
        return _no_worker(self.where, label, workers)


def fit_for(where: Where | None, infos: Sequence[WorkerInfo], label: str) -> list[WorkerId]:
    """Those of them that it takes. Raises: NoWorkerFits; what `where` raises."""
    fit = [WorkerId(info.id) for info in infos if where is None or _is_fit(where, info)]
    if where is not None and not fit:
        raise _no_worker(where, label, len(infos))
    return fit


def _is_fit(where: Where, info: WorkerInfo) -> bool:
    return where in info.labels if isinstance(where, str) else bool(where(info))


def _no_worker(where: Where, label: str, workers: int) -> NoWorkerFits:
    of = "the one worker" if workers == 1 else f"any of {workers} workers"
    why = f"where={getattr(where, '__qualname__', where)} is not true of {of}"
    if isinstance(where, str):
        why = f"the label {where!r} is not one of {of}"
    return NoWorkerFits(f"{label}: {why}; Pool.workers() tells what is known of them")


class Choices:
    """Those that were made of late."""

    def __init__(self, forget: Callable[[Choice], None]) -> None:
        """forget: told of one that is not kept any more."""
        self._forget = forget
        self._made: dict[object, Choice] = {}
        self._kinds = 0

    def of(self, where: Where, used: Container[Choice]) -> Choice:
        """The same one for the same predicate or label. used: those that have tasks."""
        key = _key(where)
        choice = self._made.get(key)
        if choice is None:
            self._tidy(used)
            self._kinds += 1
            choice = self._made[key] = Choice(Kind(self._kinds), where)
        return choice

    def _tidy(self, used: Container[Choice]) -> None:
        if len(self._made) >= _MOST_CHOICES:
            for key, choice in self._made.items():
                if choice not in used:
                    del self._made[key]
                    self._forget(choice)
                    return


def _key(where: Where) -> object:
    """The same for functions that a loop has made of the same line and nothing else."""
    if isinstance(where, str):
        return where
    if type(where) is FunctionType and not (where.__defaults__ or where.__kwdefaults__):
        parts = where.__code__, where.__globals__, *(where.__closure__ or ())
        return tuple(map(id, parts))
    return id(where)
