"""What happens by itself after a while, as far as the driver is concerned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.alarms import Alarms
from pydron_ng.runtime.messages import Event, Stalled
from pydron_ng.runtime.patience import Patience

#: Short tasks that were sent together take a fraction of that, as far as anybody knows; in frames.
_QUIET_FRAMES = 50


class Clocks:
    """grace: for running tasks that nobody wants. watched: for those that have a time limit.

    foreseen: for what is likely to come. waits: of those who do not wait for ever,
    and for calls that workers were asked for.
    patience: with workers that are slow.
    """

    def __init__(self, patience: Patience, frame_seconds: Callable[[WorkerId], float]) -> None:
        """frame_seconds: so much work makes a message to a worker worth its way."""
        self.grace = Alarms[int]()
        self.watched = Alarms[TaskId]()
        self.foreseen = Alarms[None]()
        self.waits = Alarms[object]()
        self.patience = patience
        self._quiet = Alarms[WorkerId]()  # since they were last heard of
        self._frame_seconds = frame_seconds
        self._all = self.grace, self.watched, self.foreseen, self.waits, patience, self._quiet

    def expect(self, worker: WorkerId) -> float:
        """It has several short tasks; so many seconds from now they are taken to be long."""
        seconds = _QUIET_FRAMES * self._frame_seconds(worker)
        self._quiet.set(worker, seconds, Stalled(worker))
        return seconds

    def hear(self, worker: WorkerId, ended: Sequence[TaskId]) -> None:
        """It has told something, and ended these."""
        if self._quiet.are_set and worker in self._quiet:
            self.expect(worker)
        if self.watched.are_set:
            self.watched.call_off(ended)

    def forget(self, worker: WorkerId) -> None:
        """It is no more."""
        self._quiet.call_off((worker,))
        self.patience.rests(worker)

    def due(self) -> list[Event]:
        """What has happened since."""
        return [event for alarms in self._all if alarms.are_set for event in alarms.due()]

    @property
    def seconds(self) -> float | None:
        """How long surely nothing happens; None: for ever."""
        return min((a.seconds for a in self._all if a.seconds is not None), default=None)
