"""What is to be seen of the scheduled calls under way, read while they run.

All of it is there anyway, and read without the lock: the program is never kept waiting. So these
are numbers of several moments, a few microseconds apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from pydron_ng.runtime.task import TaskState

if TYPE_CHECKING:
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.program import Program
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.watch import Begun


class Loop(NamedTuple):
    """The outermost loop that the program is in, or was in last.

    line: in the user's file. done: how many items it has had. items: how many there are; None:
    nobody knows. is_only: is there no other one in the function?
    """

    line: int
    done: int
    items: int | None
    is_only: bool


class Calls(NamedTuple):
    """Calls of one functional function.

    seconds: one takes; 0.0: nobody knows. total: how many there will be; None: nobody knows.
    """

    name: str
    made: int
    running: int
    waiting: int
    seconds: float
    total: int | None


class Figures(NamedTuple):
    """name: of the scheduled function. at, began: perf_counter(). others: such calls beside it.

    is_ahead: does it run ahead? Else the program makes all calls itself, and nobody counts them.
    """

    name: str
    at: float
    began: float
    loop: Loop | None
    calls: tuple[Calls, ...]
    busy: int
    workers: int
    others: int
    is_ahead: bool

    @property
    def made(self) -> int:
        """How many functional calls have been made, of all functions."""
        return sum(calls.made for calls in self.calls)


def read(begun: Sequence[Begun]) -> Figures | None:
    """The figures of the oldest of these calls; None if it has just ended."""
    first = begun[0]
    outer = first.running()
    if outer is None:
        return None
    loop, running = _loop_of_any(begun, outer)
    busy, tasks, waiting = _at_work(outer)
    marks = dict.fromkeys(list(outer.pace.met.values()))
    return Figures(
        name=_name(outer.program),
        at=perf_counter(),
        began=first.at,
        loop=loop,
        calls=tuple(
            Calls(
                name=mark.name,
                made=mark.made,
                running=tasks[mark, TaskState.RUNNING],
                waiting=tasks[mark, TaskState.READY] + waiting[mark],
                seconds=mark.seconds or 0.0,
                total=_total(running.program, loop, mark),
            )
            for mark in marks
        ),
        busy=busy,
        workers=outer.pace.capacity,
        others=len({call.thread for call in begun} - {first.thread}),
        is_ahead=outer.pace.alive,
    )


def _name(program: Program) -> str:
    return program.caller.co_qualname.rpartition("<locals>.")[2]


# --- calls ---


def _at_work(
    outer: Running,
) -> tuple[int, Counter[tuple[Functional, TaskState]], Counter[Functional]]:
    """How many workers are busy, the calls in tasks by their states, and those that are in none."""
    queued, busy = outer.pace.driver.lookout.seen()
    tasks: Counter[tuple[Functional, TaskState]] = Counter()
    for task in queued:
        mark = getattr(task, "mark", None)
        if mark is not None:
            tasks[mark, task.state] += task.size
    waiting = Counter(
        call.mark
        for running in outer.pace.members()
        for call in list(running.calls.values())
        if call.task is None and call.outcome is None
    )
    return busy, tasks, waiting


def _total(program: Program, loop: Loop | None, mark: Functional) -> int | None:
    """How many calls of it the loop makes, if it makes one for each item and nobody else any.

    Not if there are fewer than items that are done: then it does not make one for each.
    """
    if loop is None or loop.items is None or mark.made < loop.done:
        return None
    name = mark.name
    sites = [site for site in program.facts.sites if site.is_routed and site.name == name]
    lines = _top_loops(program)
    is_there = len(sites) == 1 and [lines.get(place) for place in sites[0].places] == [loop.line]
    return loop.items if is_there else None


# --- loops ---


def _loop_of_any(begun: Sequence[Begun], outer: Running) -> tuple[Loop | None, Running]:
    """The loop of the outermost call of the thread that is in one whose end is known."""
    others = (call.running() for call in begun[1:] if call.thread == begun[0].thread)
    found: tuple[Loop | None, Running] = None, outer
    for running in (outer, *others, *outer.pace.members()):
        loop = None if running is None else _loop(running)
        if running is None or loop is None:
            continue
        if loop.items is not None:
            return loop, running
        found = (loop, running) if found[0] is None else found
    return found


def _loop(running: Running) -> Loop | None:
    lines = _top_loops(running.program)
    reached = [place for place in sorted(lines) if running.counters[place] >= 0]
    if not reached:
        return None
    line = lines[reached[-1]]
    is_certain = list(lines.values()).count(line) == 1
    items = running.trips.get(line) if is_certain else None
    return Loop(line, running.counters[reached[-1]], items, len(lines) == 1)


def _top_loops(program: Program) -> dict[int, int]:
    """The lines of the loops that are counted and inside of no other one, by their counters."""
    return dict(_counted(program))


def _counted(program: Program) -> Iterator[tuple[int, int]]:
    facts = program.facts
    for statement in facts.statements:
        if statement.unsafe >= 0 and not statement.places:
            yield statement.unsafe - 1, statement.line
    for loop in facts.loops:
        if loop.place >= 0 and not loop.places and loop.line:
            yield loop.place, loop.line
