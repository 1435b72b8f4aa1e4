"""The trace keeps the rules of the Trace Event Format, which viewers do not complain about."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given

from pydron_ng.observe.records.record import Record
from pydron_ng.observe.records.trace import MOST_ARROWS, PROGRAM, WORKERS, trace
from tests.observe.records.running import recorded
from tests.observe.records.strategies import patient, records
from tests.observe.records.synthetic import busy, call, frame, record

REQUIRED = {
    "X": {"name", "cat", "ph", "ts", "dur", "pid", "tid", "args"},
    "M": {"name", "ph", "ts", "pid", "tid", "args"},
    "s": {"name", "cat", "ph", "ts", "pid", "tid", "id"},
    "t": {"name", "cat", "ph", "ts", "pid", "tid", "id"},
    "f": {"name", "cat", "ph", "ts", "pid", "tid", "id", "bp"},
}
Events = list[dict[str, Any]]


def events_of(run: Record) -> Events:
    whole = json.loads(trace(run))
    assert set(whole) == {"traceEvents", "displayTimeUnit", "otherData"}
    assert whole["displayTimeUnit"] in {"ms", "ns"}
    events: Events = whole["traceEvents"]
    return events


def check(events: Events) -> None:
    """All that the format asks for."""
    for event in events:
        assert set(event) == REQUIRED[event["ph"]]
        assert isinstance(event["name"], str)
        assert isinstance(event["pid"], int)
        assert isinstance(event["tid"], int)
        assert event["ts"] >= 0
        assert event.get("dur", 0) >= 0
    _check_names(events)
    _check_nesting(events)
    _check_arrows(events)


def _lane(event: dict[str, Any]) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _check_names(events: Events) -> None:
    named = [_lane(event) for event in events if event["name"] == "thread_name"]
    assert len(named) == len(set(named))
    assert {_lane(event) for event in events if event["ph"] != "M"} <= set(named)
    processes = {event["pid"] for event in events if event["name"] == "process_name"}
    assert processes == {event["pid"] for event in events}


def _nanoseconds(event: dict[str, Any]) -> tuple[int, int]:
    return round(event["ts"] * 1000), round((event["ts"] + event.get("dur", 0)) * 1000)


def _check_nesting(events: Events) -> None:
    lanes = defaultdict[tuple[int, int], list[tuple[int, int]]](list)
    for event in events:
        if event["ph"] == "X":
            lanes[_lane(event)].append(_nanoseconds(event))
    for spans in lanes.values():
        open_ends: list[int] = []
        for begin, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1]
            open_ends.append(end)


def _check_arrows(events: Events) -> None:
    arrows = defaultdict[int, Events](list)
    for event in events:
        if event["ph"] in "stf":
            arrows[event["id"]].append(event)
    slices = defaultdict[tuple[int, int], list[tuple[int, int]]](list)
    for event in events:
        if event["ph"] == "X":
            slices[_lane(event)].append(_nanoseconds(event))
    for steps in arrows.values():
        assert [step["ph"] for step in steps] == ["s", "t", "f"]
        for step in steps:
            at, _ = _nanoseconds(step)
            assert any(begin <= at < end for begin, end in slices[_lane(step)])


@pytest.mark.parametrize("kind", ["threads", "multicore"])
@pytest.mark.parametrize("inline", [False, "auto"])
def test_the_trace_of_a_real_run_keeps_the_rules(kind: str, inline: object) -> None:
    run = recorded(kind, inline=inline)
    events = events_of(run)
    check(events)
    calls = [event for event in events if event.get("cat") == "call" and event["ph"] == "X"]
    assert len(calls) == sum(one.settled >= 0 for one in run.calls)
    frames = [event["name"] for event in events if event.get("cat") == "scheduled"]
    assert sorted(frames) == ["all_nights", "one_night", "one_night", "one_night"]


@patient
@given(records())
def test_the_trace_of_any_record_keeps_the_rules(run: Record) -> None:
    check(events_of(run))


def test_a_call_is_told_with_where_it_was_made_and_why_then() -> None:
    row = call(4, issued=1.0, settled=3.0, seconds=1.5, calls=20, cause=2, taken=4.0, waited=0.5)
    (event,) = (e for e in events_of(record([row])) if e.get("cat") == "call")
    assert (event["name"], event["pid"]) == ("fit", WORKERS)
    assert (event["ts"], event["dur"]) == (1.5e6, 1.5e6)
    told = event["args"]
    assert (told["label"], told["line"], told["calls"]) == ("fit(4)", 20, 20)
    assert (told["cause"], told["waited"]) == (2, 0.5)


def test_what_the_program_waited_for_is_in_its_scheduled_call() -> None:
    waited = call(4, issued=1.0, settled=3.0, seconds=1.5, taken=4.0, waited=2.5)
    events = events_of(record([waited], [frame(0, 0.5, 4.5)], seconds=5.0))
    check(events)
    (wait,) = (event for event in events if event.get("cat") == "wait")
    (scheduled,) = (event for event in events if event.get("cat") == "scheduled")
    assert (wait["name"], wait["ts"], wait["dur"]) == ("waits for fit", 1.5e6, 2.5e6)
    assert _lane(wait) == _lane(scheduled)
    assert [event["ph"] for event in events if event["ph"] in "stf"] == ["s", "t", "f"]


def test_each_worker_has_a_lane_with_its_name_and_host() -> None:
    events = events_of(busy(30, 3, host="node"))
    names = {
        e["args"]["name"] for e in events if e["name"] == "thread_name" and e["pid"] == WORKERS
    }
    assert names == {"worker 0 on node0", "worker 1 on node0", "worker 2 on node0"}
    assert [e["args"]["name"] for e in events if e["name"] == "process_name"] == [
        "program",
        "workers",
    ]
    assert any(
        e["pid"] == PROGRAM and e["args"].get("name") == "program" for e in events if "args" in e
    )


def test_a_large_trace_has_arrows_for_the_longest_calls_alone() -> None:
    events = events_of(busy(MOST_ARROWS + 500, 9))
    assert 0 < sum(event["ph"] == "s" for event in events) <= MOST_ARROWS
