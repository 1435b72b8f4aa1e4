"""What workers did is put in the order in which they can have done it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pydron_ng.observe.records.lanes import nested, placed, rows, threads
from pydron_ng.observe.records.record import Record
from tests.observe.records.strategies import patient, records
from tests.observe.records.synthetic import call, frame, made, record

spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)))


def test_calls_that_were_heard_of_together_were_made_one_after_the_other() -> None:
    heard = [call(number, task=3, settled=5.0, seconds=1.0) for number in range(3)]
    found = placed(record(heard))[0]
    assert [(one.call.number, one.began, one.ended) for one in found] == [
        (0, 2.0, 3.0),
        (1, 3.0, 4.0),
        (2, 4.0, 5.0),
    ]


def test_coroutines_of_one_worker_overlap() -> None:
    heard = [
        call(number, issued=3.9, settled=5.0 + number / 10, seconds=1.0) for number in range(3)
    ]
    found = placed(record(heard))[0]
    assert all(after.began < before.ended for before, after in pairwise(found))
    assert rows([(one.began, one.ended) for one in found]) == [0, 1, 2]


@patient
@given(records())
def test_each_call_that_a_worker_made_is_placed_once(run: Record) -> None:
    found = [one.call.number for calls in placed(run).values() for one in calls]
    made_there = [c.number for c in run.calls if c.settled >= 0 and c.worker >= 0]
    assert sorted(found) == made_there


@patient
@given(spans)
def test_spans_in_one_row_do_not_overlap(lengths: list[tuple[int, int]]) -> None:
    ordered = sorted((begin, begin + length) for begin, length in lengths)
    found = rows([(float(begin), float(end)) for begin, end in ordered])
    for row in set(found):
        mine = [span for span, its in zip(ordered, found, strict=True) if its == row]
        assert all(before[1] <= after[0] for before, after in pairwise(mine))


@patient
@given(spans)
def test_spans_in_one_lane_are_apart_or_nested(lengths: list[tuple[int, int]]) -> None:
    ordered = sorted(((b, b + n) for b, n in lengths), key=lambda span: (span[0], -span[1]))
    found = nested(ordered)
    for lane in set(found):
        mine = [span for span, its in zip(ordered, found, strict=True) if its == lane]
        for i, (_, end) in enumerate(mine):
            assert all(b >= end or e <= end for b, e in mine[i + 1 :])


def test_spans_that_are_nested_need_one_lane() -> None:
    assert nested([(0, 9), (0, 4), (1, 2), (4, 9), (9, 10)]) == [0] * 5
    assert nested([(0, 5), (3, 8)]) == [0, 1]


def test_what_the_program_did_belongs_to_the_thread_of_its_frame() -> None:
    frames = [frame(0, 0.0, 9.0, thread=70), frame(1, 1.0, 9.0, thread=80)]
    waited = [call(0, frame=1, taken=3.0, waited=1.0), call(1, frame=5, taken=4.0, waited=1.0)]
    first, second = threads(record(waited, frames, [made(2.0, 1.0, frame=1)]))
    assert (first.number, second.number) == (70, 80)
    assert [wait.call.number for wait in first.waits] == [1]
    assert [wait.call.number for wait in second.waits] == [0]
    assert len(second.made) == 1
