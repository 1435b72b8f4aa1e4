"""What the state machine's decisions cost: many workers and tasks, and no process at all.

    python -m benchmarks.simulation [--workers 1000 10000] [--tasks 1000000]

The workers are imagined: they finish what they are given, in the order in which it was given,
and some of them are heard of at once, as in one round of the driver's loop. Only the time of the
processor within ``Machine.handle`` counts.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.runtime.messages import (
    Command,
    Dropped,
    Event,
    Finished,
    Issued,
    Overdue,
    Pool,
    Start,
    Wanted,
    WorkerJoined,
)
from pydron_ng.runtime.state import Machine

#: Issued and not finished, for each worker.
WINDOW_PER_WORKER = 64
#: Workers that are heard of in one round.
ROUND = 16


@dataclass(frozen=True, slots=True)
class Story:
    """seconds: that each task is expected to take; 0.0: nobody knows.

    every: so many tasks apart, one is dropped once it runs, and its worker is asked back; 0: none.
    """

    name: str
    seconds: float
    coroutines: bool = False
    wanted: bool = False
    every: int = 0


STORIES = (
    Story("short", 20e-6),
    Story("unknown", 0.0),
    Story("coroutines", 0.0, coroutines=True),
    Story("wanted", 20e-6, wanted=True),
    Story("dropped", 20e-6, every=10),
)


class Simulation:
    """One machine, imagined workers, and the seconds that decisions took."""

    def __init__(self, story: Story, workers: int, tasks: int) -> None:
        self._story = story
        self._left = tasks
        self._machine = Machine([Pool(workers, can_kill=False)])
        self._given: deque[Start] = deque()
        self._next = 0
        self.seconds = 0.0
        self.handled = 0

    def run(self, workers: int) -> None:
        window = min(self._left, workers * WINDOW_PER_WORKER)
        self._happen([self._issued(window)])
        joined = [WorkerJoined(WorkerId(worker), 0) for worker in range(workers)]
        for first in range(0, workers, ROUND):
            self._happen(joined[first : first + ROUND])
        while self._given:
            self._happen(self._round())

    def _round(self) -> list[Event]:
        """Some frames are done, and as many tasks are new."""
        count = min(ROUND, len(self._given))
        done = [self._given.popleft() for _ in range(count)]
        finished = sum(len(start.tasks) for start in done)
        events: list[Event] = [Finished(start.worker, start.tasks) for start in done]
        if self._story.every:
            events = [*self._drops(done), *events]
        if new := min(finished, self._left):
            issued = self._issued(new)
            events.append(issued)
            if self._story.wanted:
                events.append(Wanted([*issued.tasks][-1]))
        return events

    def _drops(self, done: Sequence[Start]) -> list[Event]:
        tasks = [t for start in done for t in start.tasks if t % self._story.every == 0]
        return [Dropped(tasks), Overdue([TaskId(-1)])]

    def _issued(self, count: int) -> Issued:
        tasks = list(map(TaskId, range(self._next, self._next + count)))
        self._next += count
        self._left -= count
        coroutines = frozenset(tasks if self._story.coroutines else ())
        return Issued(dict.fromkeys(tasks, self._story.seconds), coroutines)

    def _happen(self, events: Sequence[Event]) -> None:
        began = time.process_time()
        commands: list[Command] = self._machine.handle(events)
        self.seconds += time.process_time() - began
        self.handled += 1
        self._given.extend(command for command in commands if isinstance(command, Start))


def microseconds(story: Story, workers: int, tasks: int) -> tuple[float, float]:
    """For each task; and for each call of ``handle``."""
    simulation = Simulation(story, workers, tasks)
    simulation.run(workers)
    return simulation.seconds / tasks * 1e6, simulation.seconds / simulation.handled * 1e6


def bytes_per_task(tasks: int) -> float:
    """What the machine keeps of a task that waits, the id itself not counted."""
    issued = Issued(dict.fromkeys(map(TaskId, range(tasks)), 20e-6))
    machine = Machine([Pool(2, can_kill=True)])
    tracemalloc.start()
    machine.handle([issued])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept / tasks


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation")
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 1_000, 10_000])
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--story", nargs="+", default=[story.name for story in STORIES])
    asked = parser.parse_args(given)
    print(f"{asked.tasks:,} tasks")
    print(f"{'story':12} {'workers':>8} {'us a task':>10} {'tasks/s':>12} {'us a round':>11}")
    for story in STORIES:
        for workers in asked.workers if story.name in asked.story else ():
            task, call = microseconds(story, workers, asked.tasks)
            print(f"{story.name:12} {workers:8} {task:10.3f} {1e6 / task:12,.0f} {call:11.1f}")
    print(f"a waiting task keeps {bytes_per_task(asked.tasks):.0f} bytes")


if __name__ == "__main__":
    main()
