"""What a recording holds, against what the program did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.errors import RecordError
from pydron_ng.observe.records.record import NEVER, Need, read
from pydron_ng.observe.records.recorder import Recorder
from pydron_ng.observe.records.recording import Recording


@functional
def square(x: int) -> int:
    return x * x


@functional
def negative(x: int) -> int:
    return -x


@functional
def total(values: list[int]) -> int:
    return sum(values)


@schedule
def chains(count: int) -> int:
    found = []
    for x in range(count):
        found.append(negative(square(x)))
    return total(found)


@schedule
def states(count: int) -> int:
    state = 0
    for _ in range(count):
        state = square(state)
    return state


@pytest.fixture
def _all_sent() -> Iterator[None]:
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        yield


@pytest.mark.usefixtures("_all_sent")
def test_all_calls_are_counted_by_function_and_line() -> None:
    with pydron_ng.record() as run:
        chains(30)
    counts = {tally.function: tally.calls for tally in run.record.tallies}
    assert counts == {"square": 30, "negative": 30, "total": 1}


def test_calls_that_the_program_made_are_counted_with_the_reason() -> None:
    with (
        pydron_ng.configure(workers=[{"type": "threads", "cores": 1}], inline="auto"),
        pydron_ng.record() as run,
    ):
        chains(30)
    made = {why for tally in run.record.tallies for why in tally.made}
    assert made <= {"first-call", "too-short", "not-issued", "not-begun"}
    assert made


@pytest.mark.usefixtures("_all_sent")
def test_calls_that_were_taken_have_settled_on_a_worker_before() -> None:
    with pydron_ng.record() as run:
        chains(10)
    workers = {worker.number for worker in run.record.workers}
    for call in run.record.calls:
        assert call.worker in workers
        assert 0 <= call.issued <= call.settled <= call.taken


@pytest.mark.usefixtures("_all_sent")
def test_the_source_says_which_calls_need_which() -> None:
    with pydron_ng.record() as run:
        chains(3)
    (needs,) = run.record.needs
    site = {call.function: call.key[0] for call in run.record.calls}
    assert Need(site["negative"], site["square"], common=1) in needs
    assert Need(site["total"], site["negative"], common=0) in needs


@pytest.mark.usefixtures("_all_sent")
def test_a_call_that_needs_the_pass_before_is_known_as_that() -> None:
    with pydron_ng.record() as run:
        states(3)
    (needs,) = run.record.needs
    (need,) = needs
    assert need == Need(need.site, need.site, common=1, carried=0)


@schedule
def within_contexts(count: int) -> int:
    state = 0
    for x in range(count):
        if negative(x) < 0:
            with suppress(ValueError), suppress(KeyError):
                state = square(x)
    return state


@pytest.mark.usefixtures("_all_sent")
def test_what_decides_about_a_with_statement_is_needed_by_the_calls_in_it() -> None:
    with pydron_ng.record() as run:
        within_contexts(3)
    (needs,) = run.record.needs
    site = {call.function: call.key[0] for call in run.record.calls}
    assert Need(site["square"], site["negative"], common=1) in needs


@pytest.mark.usefixtures("_all_sent")
def test_above_the_limit_there_are_only_sums() -> None:
    recorder = Recorder(most=5)
    with pydron_ng.on_event(recorder.hear, singly=True):
        chains(10)
    record = recorder.record()
    assert len(record.calls) == 5
    assert record.unlisted == 16
    assert sum(tally.calls for tally in record.tallies) == 21


@pytest.mark.usefixtures("_all_sent")
def test_nothing_is_kept_of_calls_above_the_limit_that_nobody_takes() -> None:
    recorder = Recorder(most=0)
    with pydron_ng.on_event(recorder.hear, singly=True):
        past_an_exit(30)
    assert recorder.record().calls == ()
    assert recorder._calls == {}
    (tally,) = recorder.record().tallies
    assert tally.calls == 4
    assert tally.dropped > 0


@schedule(speculate=True)
def past_an_exit(count: int) -> int:
    for x in range(count):
        if square(x) == 9:
            return x
    return count


@schedule
def recorded_within(count: int) -> Recording:
    run = pydron_ng.record()
    for x in range(len(run.record.frames), count):
        square(x)
    return run


@pytest.mark.usefixtures("_all_sent")
def test_a_recording_may_begin_within_a_scheduled_call() -> None:
    run = recorded_within(20)
    assert run.figures.elapsed > 0
    assert "scheduled calls that had begun before" in str(run)


@schedule
def handed_out(count: int) -> Iterator[int]:
    for x in range(count):
        yield square(x)


@pytest.mark.usefixtures("_all_sent")
def test_a_recording_may_end_within_a_scheduled_call() -> None:
    with pydron_ng.record() as run:
        numbers = handed_out(20)
        assert next(numbers) == 0
    assert run.figures.elapsed > 0
    assert list(numbers) == [x * x for x in range(1, 20)]


@pytest.mark.usefixtures("_all_sent")
def test_what_was_heard_so_far_may_be_asked_for_at_any_time() -> None:
    chains(3)  # while workers are made ready, other threads do without
    with ThreadPoolExecutor(2) as pool, pydron_ng.record() as run:
        results = [pool.submit(lambda: [chains(9) for _ in range(30)]) for _ in range(2)]
        while not all(result.done() for result in results):
            for call in run.record.calls:
                assert call.taken == NEVER or call.settled != NEVER
    assert {result.result()[-1] for result in results} == {-204}
    assert sum(tally.calls for tally in run.record.tallies) == 2 * 30 * 19


@pytest.mark.usefixtures("_all_sent")
def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    with pydron_ng.record() as run:
        chains(10)
    run.save(tmp_path / "run.json")
    assert read(tmp_path / "run.json") == run.record


@pytest.mark.usefixtures("_all_sent")
def test_what_comes_after_the_block_is_not_recorded() -> None:
    with pydron_ng.record() as run:
        chains(3)
    before = run.record
    chains(3)
    assert run.record is before


@pytest.mark.usefixtures("_all_sent")
def test_a_recording_may_be_in_another_one() -> None:
    with pydron_ng.record() as outer:
        chains(3)
        with pydron_ng.record() as inner:
            chains(4)
    assert sum(tally.calls for tally in inner.record.tallies) == 9
    assert sum(tally.calls for tally in outer.record.tallies) == 16


@pytest.mark.parametrize(
    "content, said", [(b"[]", "no record"), (b'{"version": 99}', "of version 99"), (b"", "no rec")]
)
def test_a_file_that_is_no_record_is_an_error_with_a_way_out(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(RecordError, match=said) as caught:
        read(tmp_path / "run.json")
    assert "try: " in str(caught.value)


@pytest.mark.usefixtures("_all_sent")
def test_a_file_by_another_name_is_an_error_that_names_those_that_are_fine(tmp_path: Path) -> None:
    with pydron_ng.record() as run:
        chains(3)
    with pytest.raises(RecordError, match=r"\.json"):
        run.save(tmp_path / "run.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("_all_sent")
def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pydron_ng.record() as run:
        chains(3)
    (tmp_path / "run.txt").mkdir()
    with pytest.raises(OSError):
        run.save(tmp_path / "run.txt")
    assert os.listdir(tmp_path) == ["run.txt"]


def test_a_program_without_scheduled_calls_is_told_what_to_do() -> None:
    with pydron_ng.record() as run:
        pass
    assert "no scheduled function ran ahead" in str(run)
    assert run.record.seconds >= 0
    assert {call.taken for call in run.record.calls} <= {NEVER}
