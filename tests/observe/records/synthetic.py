"""Records of runs that never were: large ones, odd ones, hostile ones."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from random import Random
from typing import Any

import msgspec

from pydron_ng.observe.records.record import Call, Frame, Made, Record, Tally, Worker

NAMES = ("load", "calibrate", "fit", "combine", "measure", "render", "align", "stack")


def call(number: int, **fields: Any) -> Call:
    told = {
        "function": "fit",
        "file": "/home/ada/survey.py",
        "line": 20,
        "label": f"fit({number})",
        "issued": 0.0,
        "task": number,
        "frame": 0,
        "key": (1, number),
        "cause": -1,
        "worker": 0,
    }
    return msgspec.convert(told | fields | {"number": number}, Call)


def made(at: float, seconds: float, **fields: Any) -> Made:
    told = {
        "function": "fit",
        "file": "survey.py",
        "line": 20,
        "frame": 0,
        "key": (0,),
        "why": "too-short",
    }
    return msgspec.convert(told | fields | {"at": at, "seconds": seconds}, Made)


def frame(number: int, entered: float, left: float, **fields: Any) -> Frame:
    told = {
        "function": "survey",
        "file": "/home/ada/survey.py",
        "line": 8,
        "thread": 1,
        "source": 0,
    }
    return msgspec.convert(
        told | fields | {"number": number, "entered": entered, "left": left}, Frame
    )


def record(
    calls: Iterable[Call] = (),
    frames: Iterable[Frame] = (),
    mades: Iterable[Made] = (),
    workers: Iterable[Worker] = (Worker(0, "", 0.0),),
    seconds: float = 1.0,
    **fields: Any,
) -> Record:
    calls = tuple(calls)
    told: dict[str, Any] = {
        "began": "2026-03-01T09:30:00+00:00",
        "program": "survey.py --year 2025",
        "python": "3.12.1",
        "cores": 8,
        "seconds": seconds,
        "frames": tuple(frames),
        "calls": calls,
        "made": tuple(mades),
        "workers": tuple(workers),
        "tallies": tallies(calls),
    }
    return Record(**(told | fields))


def tallies(calls: Iterable[Call]) -> tuple[Tally, ...]:
    places: dict[tuple[str, str, int], list[Call]] = {}
    for one in calls:
        places.setdefault((one.function, one.file, one.line), []).append(one)
    return tuple(
        Tally(
            *place,
            sent=sum(one.calls for one in ones),
            sent_seconds=sum(one.seconds for one in ones),
            dropped=0,
            waited=sum(one.waited for one in ones),
            made={},
            made_seconds={},
        )
        for place, ones in places.items()
    )


def busy(count: int, workers: int, seed: int = 0, host: str = "") -> Record:
    """A run of so many calls that keep all workers busy, taken in their order."""
    random = Random(seed)
    free = [(random.random() * 0.02, number) for number in range(workers)]
    heapq.heapify(free)
    calls: list[Call] = []
    now = 0.0
    for number in range(count):
        idle, worker = heapq.heappop(free)
        kind = random.choices(range(len(NAMES)), (8, 6, 9, 1, 4, 2, 1, 1))[0]
        seconds = random.expovariate(1 / (0.004 * (1 + kind)))
        cause = number - 1 if kind == 2 and number else -1
        issued = max(0.0, idle - 0.05)
        settled = idle + 0.0002 + seconds
        heapq.heappush(free, (settled, worker))
        taken = max(now, settled) + 1e-5
        calls.append(
            call(
                number,
                function=NAMES[kind],
                line=10 + kind,
                label=f"{NAMES[kind]}({number}, 'M{number % 110}')",
                issued=issued,
                cause=cause,
                settled=settled,
                seconds=seconds,
                worker=worker,
                elapsed=seconds + 0.0002,
                taken=taken,
                waited=max(0.0, taken - now - 1e-4),
            )
        )
        now = taken
    there = tuple(Worker(n, host and f"{host}{n // 64}", 0.001 * (n % 9)) for n in range(workers))
    frames = (frame(0, 0.0, now), frame(1, now * 0.1, now * 0.8, function="night"))
    return record(calls, frames, workers=there, seconds=now * 1.01)
