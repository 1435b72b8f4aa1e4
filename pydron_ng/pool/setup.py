"""What each worker does before its first task and after its last one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from pydron_ng.backends.base import WorkerId
from pydron_ng.log import log
from pydron_ng.pool.functions import label_of, suspends
from pydron_ng.pool.parcels import (
    LAST,
    ONE,
    Raised,
    answered,
    function_of,
    packed_call,
    words_of,
)
from pydron_ng.pool.said import say_again
from pydron_ng.runtime.task import NOBODY
from pydron_ng.values.blob import Blob

#: So long a worker may clean up behind itself.
CLEANUP_SECONDS: Final = 10.0
#: So many workers that die in the initializer, and none that does not, are enough.
_MOST_VICTIMS: Final = 3
#: Has workers make a last call, in so many seconds; their answers, or why there are none.
Part = Callable[[Collection[WorkerId], Blob, float], Mapping[WorkerId, Blob | str]]


class Setup:
    """The initializer and the cleanup of a pool. If one fails that is in the log.

    blob: how they travel; empty, if there is neither.
    """

    def __init__(
        self,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        cleanup: Callable[[], object] | None = None,
    ) -> None:
        """Raises: TypeError, PicklingError."""
        self._initializer, first = _travelling("initializer", initializer)
        self._cleanup, last = _travelling("cleanup", cleanup)
        self._has_failed = False
        self._proven: set[WorkerId] = set()  # have come past the initializer
        self._victims: set[WorkerId] = set()  # have not, and died
        self.blob: Blob = ()
        if first or last:
            given = packed_call((ONE, (initargs, {})), bytes, self._initializer)
            self.blob = first, last, *given

    def answered(self, worker: WorkerId, outcome: object, name: Callable[[WorkerId], str]) -> None:
        """A task is done. If it has failed because of the initializer, that is said once."""
        if not self._initializer:
            return
        if type(outcome) is not Raised or not outcome.is_first:
            self._proven.add(worker)
        elif not self._has_failed:
            self._has_failed = True
            what = f"the initializer {self._initializer} has failed on {name(worker)}"
            log().error("%s; each task there fails with that:\n%s", what, outcome.text)

    def suspicion(self, worker: WorkerId) -> str:
        """What is said of the initializer where a worker has died."""
        if not self._initializer or worker in self._proven:
            return ""
        if worker == NOBODY:
            first = f"; what workers do first is the initializer {self._initializer}"
            return "" if self._proven else first
        self._victims.add(worker)
        return f"; that worker has done nothing but the initializer {self._initializer}"

    @property
    def why_hopeless(self) -> str:
        """Why no more workers are worth starting; empty if they are."""
        if self._proven or len(self._victims) < _MOST_VICTIMS:
            return ""
        return f"no worker has come past the initializer {self._initializer}: all of them died"

    def end(
        self, workers: Collection[WorkerId], part: Part, name: Callable[[WorkerId], str]
    ) -> None:
        """Have these workers clean up behind themselves."""
        if not self._cleanup:
            return
        for worker, answer in part(workers, (LAST,), CLEANUP_SECONDS).items():
            why = answer if isinstance(answer, str) else _why(answer)
            if why:
                log().error("the cleanup %s of %s has failed: %s", self._cleanup, name(worker), why)


def _travelling(what: str, called: Callable[..., object] | None) -> tuple[str, bytes]:
    """For messages, and for workers; empty, if it is None. Raises: TypeError, PicklingError."""
    if called is None:
        return "", b""
    if not callable(called):
        raise TypeError(f"{what} {called!r} cannot be called")
    if suspends(called):
        raise TypeError(
            f"{what} {label_of(called)} would have to be awaited; take a plain function"
        )
    return label_of(called), function_of(called)


def _why(blob: Blob) -> str:
    """Why it has failed; empty if it has not."""
    try:
        answer = answered(blob)
    except Exception as failure:  # reading what it raised is the user's code
        return f"what it raised cannot be read: {words_of(failure)}"
    say_again(answer.said)
    [outcome] = answer.outcomes
    return f"\n{outcome.text}" if type(outcome) is Raised else ""
