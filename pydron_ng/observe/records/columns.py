"""What the timeline of the page draws: columns of numbers, times in whole microseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydron_ng.observe.codes import CODES
from pydron_ng.observe.records.colours import colours
from pydron_ng.observe.records.critical import PROGRAM, critical_path
from pydron_ng.observe.records.lanes import Placed, Thread, left, placed, rows, threads
from pydron_ng.observe.records.record import NEVER, Call, Frame, Made, Record

Json = dict[str, Any]


def columns(record: Record) -> Json:
    """All that is drawn or said about it.

    calls: by columns of equal length. threads: of the program. path: lane, from, to; lanes are
        indices of workers, or -1, -2, ... for the threads of the program.
    places: function, file and line by the numbers that stand for them in `place`.
    """
    return _Columns(record).all()


class _Columns:
    def __init__(self, record: Record) -> None:
        self._record = record
        self._workers = placed(record)
        self._threads = threads(record)
        self._thread_of = {
            frame.number: index
            for index, thread in enumerate(self._threads)
            for frame in thread.frames
        }
        self._places: dict[tuple[str, str, int], int] = {}
        self._index = {
            one.call.number: index
            for index, one in enumerate(one for calls in self._workers.values() for one in calls)
        }
        self._last_of_task = {
            one.call.task: self._index[one.call.number]
            for calls in self._workers.values()
            for one in calls
        }

    def all(self) -> Json:
        drawn = {
            "calls": self._calls(),
            "threads": [self._thread(thread) for thread in self._threads],
            "workers": self._all_workers(),
            "path": self._path(),
        }
        return drawn | {
            "seconds": self._record.seconds,
            "places": list(self._places),
            "colours": dict(self._colours()),
            "codes": self._codes(),
        }

    def _place(self, of: Call | Made | Frame) -> int:
        place = of.function, of.file, of.line
        return self._places.setdefault(place, len(self._places))

    def _colours(self) -> Mapping[str, str]:
        """Of all functional functions, those included that are in tallies alone."""
        names = {tally.function for tally in self._record.tallies}
        names |= {call.function for call in self._record.calls}
        return colours(names | {made.function for made in self._record.made})

    # --- workers ---

    def _calls(self) -> Json:
        every = self._workers.values()
        ones = [one for calls in every for one in calls]
        calls = [one.call for one in ones]
        return {
            "number": [call.number for call in calls],
            "worker": [index for index, calls in enumerate(every) for _ in calls],
            "row": [row for calls in every for row in rows([_span(one) for one in calls])],
            "began": [_us(one.began) for one in ones],
            "ended": [_us(one.ended) for one in ones],
            "place": [self._place(call) for call in calls],
            "label": [call.label for call in calls],
            "calls": [call.calls for call in calls],
            "issued": [_us(call.issued) for call in calls],
            "taken": [_us(call.taken) for call in calls],
            "waited": [_us(call.waited) for call in calls],
            "way": [_us(max(0.0, call.elapsed - call.seconds)) for call in calls],
            "cause": [self._last_of_task.get(call.cause, -1) for call in calls],
            "thread": [self._thread_of.get(call.frame, 0) for call in calls],
        }

    def _all_workers(self) -> list[Json]:
        known = {worker.number: worker for worker in self._record.workers}
        found = []
        for number in self._workers:
            worker = known.get(number)
            told = (worker.host, _us(worker.joined), _us(worker.lost), worker.why) if worker else ()
            host, joined, lost, why = told or ("", 0, -1, "")
            row = {"number": number, "host": host, "joined": joined, "lost": lost, "why": why}
            found.append(row)
        return found

    # --- the program ---

    def _thread(self, thread: Thread) -> Json:
        spans = [(_us(f.entered), _us(left(f, self._record))) for f in thread.frames]
        return {
            "frames": _spans(spans)
            | {
                "row": rows(spans),
                "place": [self._place(frame) for frame in thread.frames],
                "retired": [frame.retired for frame in thread.frames],
            },
            "waits": _spans((_us(wait.began), _us(wait.ended)) for wait in thread.waits)
            | {"call": [self._index.get(wait.call.number, -1) for wait in thread.waits]},
            "made": _spans((_us(m.at - m.seconds), _us(m.at)) for m in thread.made)
            | {
                "place": [self._place(made) for made in thread.made],
                "why": [made.why for made in thread.made],
                "label": [self._label(made) for made in thread.made],
            },
        }

    def _label(self, made: Made) -> str:
        call = self._record.call.get(made.call)
        return call.label if call else ""

    def _codes(self) -> Mapping[str, str]:
        found = {made.why for made in self._record.made}
        found |= {frame.retired for frame in self._record.frames}
        return {code: CODES[code].what for code in sorted(found) if code in CODES}

    # --- the critical path ---

    def _path(self) -> list[list[int]]:
        """Segments that follow each other in one lane are one."""
        worker = {number: index for index, number in enumerate(self._workers)}
        thread = {thread.number: -1 - index for index, thread in enumerate(self._threads)}
        found: list[list[int]] = []
        for segment in critical_path(self._record):
            on_worker = segment.worker != PROGRAM
            lane = worker[segment.worker] if on_worker else thread.get(segment.thread, -1)
            if found and found[-1][0] == lane:
                found[-1][2] = _us(segment.ended)
            else:
                found.append([lane, _us(segment.began), _us(segment.ended)])
        return found


def _spans(spans: Iterable[tuple[int, int]]) -> Json:
    pairs = list(spans)
    return {"began": [began for began, _ in pairs], "ended": [ended for _, ended in pairs]}


def _span(one: Placed) -> tuple[int, int]:
    return _us(one.began), _us(one.ended)


def _us(seconds: float) -> int:
    """Whole microseconds; -1 for NEVER."""
    return -1 if seconds == NEVER else max(0, round(seconds * 1e6))
