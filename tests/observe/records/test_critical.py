"""The critical path covers all the time, and says what each piece of it was needed for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given

from pydron_ng.observe.records.critical import PROGRAM, Segment, What, critical_path
from pydron_ng.observe.records.lanes import placed
from pydron_ng.observe.records.record import Record, Worker
from tests.observe.records.strategies import patient, records
from tests.observe.records.synthetic import busy, call, frame, made, record


def told(path: tuple[Segment, ...]) -> list[tuple[float, float, str, int]]:
    return [(s.began, s.ended, s.what.value, s.call) for s in path]


@patient
@given(records())
def test_the_path_covers_the_whole_time_and_never_overlaps(run: Record) -> None:
    path = critical_path(run)
    assert all(segment.began < segment.ended for segment in path)
    assert all(one.ended == next_one.began for one, next_one in pairwise(path))
    if run.seconds > 0:
        assert (path[0].began, path[-1].ended) == (0.0, run.seconds)


def test_what_is_on_the_path_on_a_worker_was_made_there_at_that_time() -> None:
    run = busy(400, 7)
    lanes = placed(run)
    on_workers = [s for s in critical_path(run) if s.what is What.CALL]
    assert len(on_workers) > 50
    for segment in on_workers:
        (one,) = (one for one in lanes[segment.worker] if one.call.number == segment.call)
        assert one.began <= segment.began < segment.ended <= one.ended


def test_where_the_program_waited_the_path_goes_to_the_call() -> None:
    waited = call(0, issued=1.0, settled=7.0, seconds=4.0, taken=8.0, waited=6.0)
    run = record([waited], [frame(0, 0.0, 9.0)], seconds=10.0)
    assert told(critical_path(run)) == [
        (0.0, 1.0, "program", -1),
        (1.0, 3.0, "sent", 0),
        (3.0, 7.0, "call", 0),
        (7.0, 8.0, "returned", 0),
        (8.0, 10.0, "program", -1),
    ]


def test_a_call_that_was_there_when_it_was_wanted_is_not_on_the_path() -> None:
    early = call(0, issued=1.0, settled=3.0, seconds=2.0, taken=8.0, waited=0.001)
    run = record([early], [frame(0, 0.0, 9.0)], seconds=10.0)
    assert told(critical_path(run)) == [(0.0, 10.0, "program", -1)]


def test_a_call_whose_worker_was_busy_had_to_wait_for_the_one_before() -> None:
    first = call(0, issued=1.0, settled=4.0, seconds=3.0)
    second = call(1, issued=1.0, settled=8.0, seconds=4.0, taken=8.0, waited=6.0)
    run = record([first, second], [frame(0, 0.0, 9.0)], seconds=8.0)
    path = critical_path(run)
    assert told(path) == [
        (0.0, 1.0, "program", -1),
        (1.0, 4.0, "call", 0),
        (4.0, 8.0, "call", 1),
    ]
    assert path[1].why == "its worker had this to do first"


def test_a_call_that_needed_an_outcome_had_to_wait_for_that() -> None:
    cause = call(0, worker=0, task=5, issued=1.0, settled=4.0, seconds=3.0)
    after = call(1, worker=1, cause=5, issued=5.0, settled=9.0, seconds=3.0, taken=9.0, waited=8.0)
    run = record([cause, after], [frame(0, 0.0, 9.0)], seconds=9.0)
    path = critical_path(run)
    assert told(path) == [
        (0.0, 1.0, "program", -1),
        (1.0, 4.0, "call", 0),
        (4.0, 5.0, "program", -1),
        (5.0, 6.0, "sent", 1),
        (6.0, 9.0, "call", 1),
    ]
    assert path[1].why == "the next call needed its outcome"


def test_the_start_of_a_worker_is_told_apart_from_the_way_to_it() -> None:
    waited = call(0, issued=1.0, settled=7.0, seconds=2.0, taken=7.0, waited=6.0)
    late = Worker(0, "", 4.0)
    run = record([waited], [frame(0, 0.0, 9.0)], workers=[late], seconds=7.0)
    assert [what for _, _, what, _ in told(critical_path(run))] == [
        "program",
        "start",
        "sent",
        "call",
    ]


def test_calls_that_the_program_made_are_on_the_path_with_their_reasons() -> None:
    run = record([], [frame(0, 0.0, 4.0)], [made(2.0, 1.0), made(3.5, 0.5)], seconds=4.0)
    path = critical_path(run)
    assert [(s.began, s.ended) for s in path if s.what is What.MADE] == [(1.0, 2.0), (3.0, 3.5)]
    assert {s.why for s in path if s.what is What.MADE} == {"too-short"}
    assert {s.worker for s in path} == {PROGRAM}


def test_the_path_stays_in_the_thread_that_issued_the_call() -> None:
    waited = call(0, frame=1, issued=1.0, settled=3.0, seconds=2.0, taken=3.0, waited=2.0)
    frames = [frame(0, 0.0, 2.0, thread=7), frame(1, 0.5, 4.0, thread=8)]
    path = critical_path(record([waited], frames, seconds=4.0))
    assert [(s.what.value, s.thread) for s in path] == [
        ("program", 8),
        ("call", 8),
        ("program", 8),
    ]


def test_a_record_of_nothing_is_the_programs_own_time() -> None:
    assert told(critical_path(record(seconds=2.0, workers=()))) == [(0.0, 2.0, "program", -1)]
