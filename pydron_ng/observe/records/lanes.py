"""Where everything of a record lies: which thread it belongs to, when workers made their calls.

Outcomes are heard of when they arrive, several at once if the program was busy; a worker has made
them one after the other all the same.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pydron_ng.observe.records.record import NEVER, Call, Frame, Made, Record


class Placed(NamedTuple):
    """A call in the time of its worker."""

    call: Call
    began: float
    ended: float


class Wait(NamedTuple):
    """A time in which the program waited for a call."""

    call: Call
    began: float
    ended: float


class Thread(NamedTuple):
    """What one thread of the program did, each part in the order of its beginnings."""

    number: int
    frames: tuple[Frame, ...]
    waits: tuple[Wait, ...]
    made: tuple[Made, ...]


def placed(record: Record) -> Mapping[int, tuple[Placed, ...]]:
    """What each worker did, by its number, in the order of the beginnings."""
    calls = defaultdict[int, list[Call]](list)
    for worker in record.workers:
        calls[worker.number] = []
    for call in record.calls:
        if call.settled != NEVER and call.worker >= 0:
            calls[call.worker].append(call)
    return {worker: _one_by_one(calls[worker]) for worker in sorted(calls)}


def _one_by_one(calls: list[Call]) -> tuple[Placed, ...]:
    """Each call ends before the next one begins, unless it cannot have: coroutines overlap."""
    found = []
    following = float("inf")
    for call in sorted(calls, key=lambda call: (call.settled, call.number), reverse=True):
        ended = min(call.settled, following)
        began = ended - call.seconds
        if began < call.issued:
            began, ended = max(0.0, call.began), call.settled
        else:
            following = began
        found.append(Placed(call, began, ended))
    return tuple(sorted(found, key=lambda one: (one.began, one.ended, one.call.number)))


def threads(record: Record) -> tuple[Thread, ...]:
    """What the program did, by threads; the first is the one that came first."""
    found = {frame.thread: _Parts() for frame in sorted(record.frames, key=lambda f: f.entered)}
    main = next(iter(found), 0)
    thread_of = {frame.number: frame.thread for frame in record.frames}
    for frame in record.frames:
        found[frame.thread].frames.append(frame)
    for call in record.calls:
        if call.taken != NEVER and call.waited > 0:
            thread = found.setdefault(thread_of.get(call.frame, main), _Parts())
            thread.waits.append(Wait(call, max(0.0, call.taken - call.waited), call.taken))
    for made in record.made:
        found.setdefault(thread_of.get(made.frame, main), _Parts()).made.append(made)
    return tuple(parts.thread(number) for number, parts in found.items()) or (_Parts().thread(0),)


class _Parts:
    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.waits: list[Wait] = []
        self.made: list[Made] = []

    def thread(self, number: int) -> Thread:
        return Thread(
            number,
            tuple(sorted(self.frames, key=lambda frame: (frame.entered, frame.number))),
            tuple(sorted(self.waits, key=lambda wait: (wait.began, wait.ended))),
            tuple(sorted(self.made, key=lambda made: (made.at - made.seconds, made.at))),
        )


def left(frame: Frame, record: Record) -> float:
    """When the frame was left; if it never was, the end of the record."""
    return max(frame.entered, record.seconds if frame.left == NEVER else frame.left)


def rows(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For each span the first row that is free when it begins; spans come in that order."""
    found = []
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    for began, ended in spans:
        while busy and busy[0][0] <= began:
            heapq.heappush(free, heapq.heappop(busy)[1])
        row = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (ended, row))
        found.append(row)
    return found


def nested(spans: Iterable[tuple[int, int]]) -> list[int]:
    """For each span the first lane in which it lies apart from all others, or within them.

    Spans come in the order of their beginnings, the longer of two that begin together first.
    """
    found = []
    lanes: list[list[int]] = []
    for began, ended in spans:
        lane = next((i for i, ends in enumerate(lanes) if _has_room(ends, began, ended)), None)
        if lane is None:
            lane = len(lanes)
            lanes.append([])
        lanes[lane].append(ended)
        found.append(lane)
    return found


def _has_room(ends: list[int], began: int, ended: int) -> bool:
    while ends and ends[-1] <= began:
        ends.pop()
    return not ends or ended <= ends[-1]
