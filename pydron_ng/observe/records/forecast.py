"""How long a run on record would have taken with other workers.

Its plan is done once more by the scheduler's own state machine, with imagined workers and an
imagined clock: what the program's own statements, each call, and the way to a worker took is known.
Every worker is taken to have a core of its own.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import count
from typing import Final

from pydron_ng.backends.base import TaskId, WorkerId
from pydron_ng.observe.records.plan import Plan, Step, Unit
from pydron_ng.runtime.batch import row_length
from pydron_ng.runtime.messages import (
    Dropped,
    Event,
    Finished,
    Issued,
    Pool,
    Start,
    StartWorkers,
    Wanted,
    WorkerJoined,
)
from pydron_ng.runtime.state import Machine

#: As many workers as there is work for.
UNLIMITED: Final = 0
#: What a thread of the program waits for: seconds, or a piece of work.
_Wait = float | TaskId


def forecast(plan: Plan, workers: int) -> float:
    """Seconds inside of scheduled calls, with so many workers.

    UNLIMITED: work that is issued begins at once, and needs no time on its way: the length of the
    critical path.
    """
    return _Simulation(plan, workers).run()


class _Simulation:
    def __init__(self, plan: Plan, workers: int) -> None:
        self._plan = plan
        self._workers = workers
        self._machine = Machine([Pool(workers, can_kill=False)]) if workers else None
        self._now = 0.0
        self._order = count()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._joined = count()
        self._free: dict[WorkerId, float] = defaultdict(float)
        self._units = _Progress(plan)
        self._pieces = _Pieces(plan, workers)
        self._waiting: dict[TaskId, list[Generator[_Wait]]] = defaultdict(list)

    def run(self) -> float:
        for thread, steps in self._plan.steps.items():
            self._resume(self._program(thread, steps))
        while self._agenda:
            self._now, _, action = heapq.heappop(self._agenda)
            action()
        return self._end

    _end = 0.0

    def _at(self, when: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._order), action))

    # --- the program ---

    def _program(self, thread: int, steps: Sequence[Step]) -> Generator[_Wait]:
        for position, step in enumerate(steps):
            self._issue(self._units.reached(thread, position))
            yield step.own
            if step.unit < 0:
                yield step.seconds
            else:
                yield from self._take(self._plan.units[step.unit])
        self._end = max(self._end, self._now)

    def _take(self, unit: Unit) -> Generator[_Wait]:
        """The program comes to a unit: it makes itself what no worker has begun."""
        for piece in self._pieces.of(unit):
            if piece in self._pieces.done:
                continue
            if piece not in self._pieces.begun and not self._has_to_wait(piece):
                self._happen(Dropped([piece]))
                self._pieces.begun.add(piece)
                yield self._pieces.seconds[piece]
                self._done(piece)
            else:
                self._happen(Wanted(piece))
                yield piece

    def _has_to_wait(self, piece: TaskId) -> bool:
        return self._plan.always_sent and piece in self._pieces.issued

    def _resume(self, program: Generator[_Wait]) -> None:
        """Let a thread of the program go on until it has to wait again."""
        wait = next(program, None)
        if isinstance(wait, float):
            self._at(self._now + wait, lambda: self._resume(program))
        elif wait is not None:
            self._waiting[wait].append(program)

    # --- units ---

    def _issue(self, units: Sequence[Unit]) -> None:
        """These can begin now."""
        pieces = [piece for unit in units for piece in self._pieces.of(unit)]
        new = {p: self._pieces.seconds[p] for p in pieces if p not in self._pieces.begun}
        self._pieces.issued.update(new)
        if self._machine is not None and new:
            self._happen(Issued(new))
        elif self._machine is None:
            for piece, seconds in new.items():
                self._begin(piece, self._now + seconds)

    def _begin(self, piece: TaskId, end: float) -> None:
        self._pieces.begun.add(piece)
        self._at(end, lambda: self._done(piece))

    def _done(self, piece: TaskId) -> None:
        unit = self._pieces.finish(piece)
        if unit is not None:
            self._issue(self._units.finished(unit))
        for program in self._waiting.pop(piece, ()):
            self._resume(program)

    # --- workers ---

    def _happen(self, event: Event) -> None:
        if self._machine is None:
            return
        for command in self._machine.handle([event]):
            if isinstance(command, Start):
                self._start(command.worker, command.tasks)
            elif isinstance(command, StartWorkers):
                self._at(self._now + self._plan.starts, self._joins(command.workers))

    def _joins(self, workers: int) -> Callable[[], None]:
        def join() -> None:
            for _ in range(workers):
                self._happen(WorkerJoined(WorkerId(next(self._joined)), 0))

        return join

    def _start(self, worker: WorkerId, pieces: Sequence[TaskId]) -> None:
        """One after the other, behind what the worker has already."""
        end = max(self._now, self._free[worker])
        for piece in pieces:
            end += self._pieces.seconds[piece] + self._pieces.transport(piece)
            self._pieces.begun.add(piece)
            self._at(end, self._finishes(worker, piece))
        self._free[worker] = end

    def _finishes(self, worker: WorkerId, piece: TaskId) -> Callable[[], None]:
        def finish() -> None:
            self._done(piece)
            self._happen(Finished(worker, [piece]))

        return finish


class _Progress:
    """Which units wait for what."""

    def __init__(self, plan: Plan) -> None:
        self._units = plan.units
        self._missing = {u.number: len(u.needs) + (u.place is not None) for u in plan.units}
        self._after: dict[int, list[int]] = defaultdict(list)
        self._at: dict[tuple[int, int], list[int]] = defaultdict(list)
        for unit in plan.units:
            for needed in unit.needs:
                self._after[needed].append(unit.number)
            if unit.place is not None:
                self._at[unit.place].append(unit.number)

    def reached(self, thread: int, position: int) -> list[Unit]:
        """The program has come so far: the units that can begin because of that."""
        return list(self._free(self._at.pop((thread, position), [])))

    def finished(self, unit: int) -> list[Unit]:
        """A unit is done: the others that can begin because of that."""
        return list(self._free(self._after.pop(unit, [])))

    def _free(self, numbers: Sequence[int]) -> Iterator[Unit]:
        for number in numbers:
            self._missing[number] -= 1
            if not self._missing[number]:
                yield self._units[number]


class _Pieces:
    """Units as tasks: rows are cut as they would have been for so many workers."""

    def __init__(self, plan: Plan, workers: int) -> None:
        self._plan = plan
        self._calls: dict[int, int] = defaultdict(int)
        for unit in plan.units:
            self._calls[unit.burst] += unit.calls
        self._workers = workers
        self._next = count()
        self._of: dict[int, tuple[TaskId, ...]] = {}
        self._unit: dict[TaskId, int] = {}
        self._left: dict[int, int] = {}
        self.seconds: dict[TaskId, float] = {}
        self.issued: set[TaskId] = set()
        self.begun: set[TaskId] = set()
        self.done: set[TaskId] = set()

    def of(self, unit: Unit) -> tuple[TaskId, ...]:
        """The tasks of a unit."""
        known = self._of.get(unit.number)
        if known is None:
            known = self._of[unit.number] = tuple(self._cut(unit))
            self._left[unit.number] = len(known)
        return known

    def _cut(self, unit: Unit) -> Iterator[TaskId]:
        each, left = unit.seconds / unit.calls, unit.calls
        length = self._length(unit, each)
        while left > 0:
            piece = TaskId(next(self._next))
            self._unit[piece] = unit.number
            self.seconds[piece] = each * min(length, left)
            left -= length
            yield piece

    def _length(self, unit: Unit, each: float) -> int:
        if not unit.is_row or not self._workers:
            return 1 if unit.is_row else unit.calls
        return min(unit.calls, row_length(self._calls[unit.burst], self._workers, each))

    def transport(self, piece: TaskId) -> float:
        return self._plan.units[self._unit[piece]].transport

    def finish(self, piece: TaskId) -> int | None:
        """The unit that is done with this piece, if it is."""
        self.done.add(piece)
        unit = self._unit[piece]
        self._left[unit] -= 1
        return None if self._left[unit] else unit
