"""A record in the Trace Event Format, for Perfetto (ui.perfetto.dev) and Chrome (about:tracing)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from pydron_ng.observe.records.lanes import (
    Placed,
    Thread,
    Wait,
    left,
    nested,
    placed,
    threads,
)
from pydron_ng.observe.records.record import NEVER, Call, Frame, Made, Record, Worker

#: Arrows go from and to so many calls, those that took longest; more of them hide the rest.
MOST_ARROWS = 2_000
PROGRAM = 1
WORKERS = 2

Json = dict[str, Any]


class Span(NamedTuple):
    """An event with a duration, in nanoseconds: events that touch must not overlap by rounding."""

    began: int
    ended: int
    name: str
    category: str
    args: Json


def trace(record: Record) -> bytes:
    """JSON of the whole run, in microseconds since the record began."""
    events = [*_named(PROGRAM, "program", 0), *_named(WORKERS, "workers", 1)]
    for index, thread in enumerate(threads(record)):
        name = "program" if index == 0 else f"thread {index}"
        events += _lanes(PROGRAM, name, index, _in_program(thread, record))
    known = {worker.number: worker for worker in record.workers}
    for index, (number, calls) in enumerate(placed(record).items()):
        events += _lanes(WORKERS, _title(number, known), index, map(_on_worker, calls))
    events += list(_arrows(record, events))
    told = {"program": record.program, "began": record.began, "python": record.python}
    whole = {"traceEvents": events, "displayTimeUnit": "ms", "otherData": told}
    return msgspec.json.encode(whole)


# --- what is in the lanes ---


def _in_program(thread: Thread, record: Record) -> Iterator[Span]:
    for frame in thread.frames:
        yield _of_frame(frame, left(frame, record))
    yield from map(_of_wait, thread.waits)
    for made in thread.made:
        yield _of_made(made, record)


def _of_frame(frame: Frame, ended: float) -> Span:
    args = _place(frame) | {"frame": frame.number}
    args |= {"not run ahead to its end": frame.retired} if frame.retired else {}
    return Span(_ns(frame.entered), _ns(ended), frame.function, "scheduled", args)


def _of_wait(wait: Wait) -> Span:
    args = _place(wait.call) | {"label": wait.call.label, "call": wait.call.number}
    name = f"waits for {wait.call.function}"
    return Span(_ns(wait.began), _ns(wait.ended), name, "wait", args)


def _of_made(made: Made, record: Record) -> Span:
    issued = record.call.get(made.call)
    args = _place(made) | {"label": issued.label if issued else made.function, "why": made.why}
    return Span(_ns(made.at - made.seconds), _ns(made.at), made.function, "made here", args)


def _on_worker(one: Placed) -> Span:
    call = one.call
    args = _place(call) | {
        "label": call.label,
        "call": call.number,
        "calls": call.calls,
        "task": call.task,
        "cause": call.cause,
        "issued": call.issued,
        "taken": None if call.taken == NEVER else call.taken,
        "waited": call.waited,
        "elapsed": call.elapsed,
    }
    return Span(_ns(one.began), _ns(one.ended), call.function, "call", args)


def _place(of: Any) -> Json:
    return {"file": of.file, "line": of.line}


# --- lanes ---


def _lanes(process: int, name: str, index: int, spans: Iterable[Span]) -> Iterator[Json]:
    """All spans, as complete events; what lies neither apart nor nested, in lanes of its own."""
    ordered = sorted(spans, key=lambda span: (span.began, -span.ended))
    found = nested([(span.began, span.ended) for span in ordered])
    for lane in range(max(found, default=0) + 1):
        title = name if lane == 0 else f"{name} ({lane + 1})"
        yield from _named(process, title, index, _tid(index, lane))
    for span, lane in zip(ordered, found, strict=True):
        yield _complete(process, _tid(index, lane), span)


def _tid(index: int, lane: int) -> int:
    return 1 + index + 1_000_000 * lane


def _complete(process: int, tid: int, span: Span) -> Json:
    return {
        "ph": "X",
        "pid": process,
        "tid": tid,
        "ts": span.began / 1000,
        "dur": (span.ended - span.began) / 1000,
        "name": span.name,
        "cat": span.category,
        "args": span.args,
    }


def _named(process: int, name: str, order: int, tid: int | None = None) -> Iterator[Json]:
    """The name of a process, or of a thread of it, and its place among the others."""
    kind = "process" if tid is None else "thread"
    common = {"ph": "M", "pid": process, "tid": tid or 0, "ts": 0}
    yield common | {"name": f"{kind}_name", "args": {"name": name}}
    yield common | {"name": f"{kind}_sort_index", "args": {"sort_index": order}}


def _title(number: int, known: dict[int, Worker]) -> str:
    worker = known.get(number)
    return f"worker {number}" + (f" on {worker.host}" if worker and worker.host else "")


# --- arrows ---


def _arrows(record: Record, events: Iterable[Json]) -> Iterator[Json]:
    """From where a call was issued to its worker, and from there to where it was taken."""
    complete = [event for event in events if event["ph"] == "X"]
    frames = {event["args"]["frame"]: event for event in complete if event["cat"] == "scheduled"}
    calls = [event for event in complete if event["cat"] == "call" and event["dur"] > 0]
    for event in sorted(calls, key=lambda event: -event["dur"])[:MOST_ARROWS]:
        call = record.call[event["args"]["call"]]
        frame = frames.get(call.frame)
        if frame is not None and _spans(frame, call.issued, call.taken):
            yield from _arrow(call, event, frame)


def _spans(frame: Json, issued: float, taken: float) -> bool:
    """Is all that in the time of the scheduled call? Arrows begin and end at events."""
    end = frame["ts"] + frame["dur"]
    return bool(frame["ts"] <= _ns(issued) / 1000 < end and issued < taken <= end / 1e6)


def _arrow(call: Call, event: Json, frame: Json) -> Iterator[Json]:
    common = {"cat": "call", "name": call.function, "id": call.number}
    here = common | {"pid": PROGRAM, "tid": frame["tid"]}
    yield here | {"ph": "s", "ts": _ns(call.issued) / 1000}
    yield common | {"ph": "t", "pid": WORKERS, "tid": event["tid"], "ts": event["ts"]}
    # just before: a wait is over at the moment in which its call is taken
    yield here | {"ph": "f", "bp": "e", "ts": max(0, _ns(call.taken) - 1) / 1000}


def _ns(seconds: float) -> int:
    return max(0, round(seconds * 1e9))
