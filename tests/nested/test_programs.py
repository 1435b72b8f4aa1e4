"""Calls of calls do what they do undecorated, with however few workers, and are handed on."""

from __future__ import annotations

from pathlib import Path

import pytest

import pydron_ng
from pydron_ng.events import HandedOn
from pydron_ng.runtime.grain import WORTH_HANDING_ON, Functional
from pydron_ng.testing import Call, check
from tests.nested import work
from tests.nested.work import CALLS


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.function.__qualname__)
def test_a_program_is_its_sequential_self_cold_and_warm(call: Call) -> None:
    check(call)
    check(call)


@pytest.mark.usefixtures("crowd")
def test_what_an_inner_call_has_read_the_outer_one_has(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def fresh() -> tuple[tuple[str], dict[str, object]]:
        file.write_text("content")
        return (str(file),), {}

    check(Call(work.grows, fresh))
    check(Call(work.grows, fresh))


#: What each of these hands on is worth it.
WORTH_IT = [
    Call.of(work.sweeps, 1, 9),
    Call.of(work.sweeps_of_sweeps, 1),
    Call.of(work.merge_sorted, 8 * work.NUMBERS),
    Call.of(work.halves, work.NUMBERS),
    Call.of(work.branches, 3),
    Call.of(work.walks, 1),
    Call.of(work.surveys, 6),
]


@pytest.mark.parametrize("call", WORTH_IT, ids=lambda call: call.function.__qualname__)
def test_calls_of_calls_are_made_by_other_workers(call: Call, handed_on: list[HandedOn]) -> None:
    with pydron_ng.configure(workers=[{"type": "multicore", "cores": 5}], inline=False):
        for _ in range(20):
            check(call)
            if handed_on:
                break
    assert handed_on


def test_with_one_worker_nothing_is_handed_on(handed_on: list[HandedOn]) -> None:
    with pydron_ng.configure(workers=[{"type": "multicore", "cores": 1}], inline=False):
        assert work.sweeps(3, 4) == [14, 126, 366]
    assert not handed_on


def test_what_a_worker_hands_on_is_worth_the_longer_way() -> None:
    with pydron_ng.configure(workers=[{"type": "multicore", "cores": 2}], inline=False):
        assert work.worths(3) == [WORTH_HANDING_ON] * 3
    assert Functional.worth < WORTH_HANDING_ON


def test_threads_hand_nothing_on(handed_on: list[HandedOn]) -> None:
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 3}], inline=False):
        assert work.sweeps(3, 4) == [14, 126, 366]
    assert not handed_on


def test_a_report_counts_what_workers_made_for_workers() -> None:
    with pydron_ng.configure(workers=[{"type": "multicore", "cores": 5}], inline=False):
        with pydron_ng.record() as run:
            for _ in range(5):
                work.sweeps(1, 9)
    assert run.record.handed_on
    assert f"{run.record.handed_on} call" in str(run)
