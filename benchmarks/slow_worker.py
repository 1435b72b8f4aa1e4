"""What one slow worker among many costs: imagined workers, imagined time, real decisions.

    python -m benchmarks.slow_worker [--workers 16] [--tasks 160] [--times 10]

Each task takes a second, on the slow worker so many times longer. All of them are there from the
beginning, and the program has ended when the last one is done.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Sequence

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.messages import Event, Finished, Issued, Pool, Start, WorkerJoined
from pydron_ng.runtime.patience import LOOK_SECONDS, Patience
from pydron_ng.runtime.state import Machine

SECONDS = 1.0
SLOW = WorkerId(0)


class Story:
    """helped: whether what the slow worker is at is run by others as well."""

    def __init__(self, workers: int, tasks: int, times: float, *, helped: bool) -> None:
        self._machine = Machine([Pool(workers, can_kill=True)])
        self._times = times
        self._helped = helped
        self._patience = Patience(self._machine.at_work, lambda _: SECONDS, lambda: self.now)
        self._ends: list[tuple[float, WorkerId, TaskId]] = []
        self._open = set(map(TaskId, range(tasks)))
        self.now = 0.0
        self.started = 0
        self._happen([Issued(dict.fromkeys(self._open, SECONDS))])
        self._happen([WorkerJoined(WorkerId(number), 0) for number in range(workers)])

    def run(self) -> None:
        """Until all tasks are done."""
        while self._open:
            end = self._ends[0][0]
            look = self._patience.seconds
            if self._helped and look is not None and self.now + look < end:
                self.now += max(look, LOOK_SECONDS / 100)
                self._happen(self._patience.due())
                continue
            self.now, worker, task = heapq.heappop(self._ends)
            self._open.discard(task)
            self._patience.rests(worker)
            self._happen([Finished(worker, [task])])

    def _happen(self, events: Sequence[Event]) -> None:
        for command in self._machine.handle(events):
            if isinstance(command, Start):
                self._begin(command.worker, command.tasks[0])

    def _begin(self, worker: WorkerId, task: TaskId) -> None:
        self.started += 1
        self._patience.begins(worker)
        seconds = SECONDS * (self._times if worker == SLOW else 1)
        heapq.heappush(self._ends, (self.now + seconds, worker, task))


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slow_worker")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--tasks", type=int, default=160)
    parser.add_argument("--times", type=float, default=10)
    asked = parser.parse_args(given)
    for helped in (False, True):
        story = Story(asked.workers, asked.tasks, asked.times, helped=helped)
        story.run()
        print(f"{'helped' if helped else 'alone':8} {story.now:6.1f} s, {story.started} starts")


if __name__ == "__main__":
    main()
