"""The future of a task, which also knows where and how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple


class Info(NamedTuple):
    """What is known of a task that is done.

    worker, host: who made it; -1 and empty if nobody has, and empty on this machine.
    began, ended: by the wall clock of the worker, in seconds since the epoch; 0.0: it did not.
    stdout, stderr: what it printed, where that was asked for by ``options(capture=True)``.
    traceback: the text of it, as the worker saw it; empty if nothing was raised.
    files: by ``options(outputs=...)``, by their names: contents, or where they were written to;
        None if that was not asked for, or the task has failed.
    """

    worker: int = -1
    host: str = ""
    began: float = 0.0
    ended: float = 0.0
    stdout: str = ""
    stderr: str = ""
    traceback: str = ""
    files: Mapping[str, bytes | Path] | None = None


class PoolFuture(Future[Any]):
    """A future like any other; ``cancel`` also ends a task that runs, with its worker.

    info: as soon as it is done.
    """

    def __init__(
        self,
        drop: Callable[[], bool],
        runs: Callable[[], bool],
        attend: Callable[[PoolFuture, float | None], None],
    ) -> None:
        """drop: nobody wants the task any more; False: it is done already. runs: is it running?

        attend: waits for its answer, or for so many seconds.
        """
        super().__init__()
        self._attend = attend
        self.info = Info()
        self._drop = drop
        self._runs = runs

    def cancel(self) -> bool:
        """End the task, or never begin it; True if it is cancelled now, False if it was done."""
        if self.done() or not self._drop():
            return self.cancelled()
        super().cancel()
        self.set_running_or_notify_cancel()  # else ``concurrent.futures.wait`` does not hear of it
        return True

    def result(self, timeout: float | None = None) -> Any:
        """As of any future; the thread that waits sees to what workers answer."""
        return super().result(self._wait(timeout))

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """As `result`."""
        return super().exception(self._wait(timeout))

    def _wait(self, seconds: float | None) -> float | None:
        """Wait for the answer; the seconds that are left then to hear of it."""
        if self.done():
            return seconds
        began = monotonic()
        self._attend(self, seconds)
        return None if seconds is None else max(0.0, seconds - (monotonic() - began))

    def running(self) -> bool:
        """Has a worker begun it, and is it not done?"""
        return not self.done() and self._runs()
