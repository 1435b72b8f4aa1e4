"""Forecasts of made-up runs, for which anybody can tell what they take."""

from __future__ import annotations

import pytest

from pydron_ng.observe.records.figures import figures_of
from pydron_ng.observe.records.forecast import UNLIMITED, forecast
from pydron_ng.observe.records.plan import plan_of
from pydron_ng.observe.records.record import Call, Frame, Made, Need, Record, Worker

A, B = 0, 1  # sites


def record(
    calls: list[Call],
    made: list[Made] | None = None,
    *,
    seconds: float,
    needs: tuple[Need, ...] = (),
) -> Record:
    """A run with one worker that made all calls, with all of them sent."""
    return Record(
        began="2030-01-01T00:00:00+00:00",
        program="made_up.py",
        python="3.11",
        cores=2,
        seconds=seconds,
        frames=(Frame(0, "main", "made_up.py", 1, 1, 0.0, 0, seconds),),
        calls=tuple(calls),
        made=tuple(made or ()),
        workers=(Worker(0, "", 0.0),),
        tallies=(),
        needs=(needs,),
        always_sent=True,
    )


def call(number: int, site: int, place: tuple[int, ...], settled: float, **more: float) -> Call:
    """A call of a second. more: issued, taken, cause, seconds."""
    seconds = more.get("seconds", 1.0)
    taken = more.get("taken", settled)
    return Call(
        number=number,
        function="fit",
        file="made_up.py",
        line=1,
        label="fit()",
        issued=more.get("issued", 0.0),
        task=number,
        frame=0,
        key=(site, *place),
        cause=int(more.get("cause", -1)),
        settled=settled,
        seconds=seconds,
        worker=0,
        elapsed=seconds,
        taken=taken,
        waited=more.get("waited", seconds),
    )


def independent(count: int) -> Record:
    return record([call(n, A, (n,), n + 1.0) for n in range(count)], seconds=float(count))


@pytest.mark.parametrize(
    "workers, seconds", [(1, 12), (2, 6), (3, 4), (5, 3), (12, 1), (1000, 1), (UNLIMITED, 1)]
)
def test_independent_calls_are_divided_among_the_workers(workers: int, seconds: float) -> None:
    assert forecast(plan_of(independent(12)), workers) == pytest.approx(seconds)


def test_calls_that_need_each_other_are_not() -> None:
    calls = [call(n, A, (n,), n + 1.0, issued=float(n), cause=n - 1) for n in range(5)]
    assert forecast(plan_of(record(calls, seconds=5.0)), 1000) == pytest.approx(5)


def test_a_call_waits_for_all_that_the_source_says_it_takes() -> None:
    """The one that was there last with one worker is not the one that is last with many."""
    calls = [
        call(0, A, (0,), 3.0, seconds=3.0, waited=3.0),
        call(1, A, (1,), 4.0),
        call(2, B, (), 5.0, issued=4.0, cause=1),
    ]
    run = record(calls, seconds=5.0, needs=(Need(B, A, common=0),))
    assert forecast(plan_of(run), 1) == pytest.approx(5)
    assert forecast(plan_of(run), 1000) == pytest.approx(4)


def test_what_was_issued_when_the_program_came_so_far_waits_for_that() -> None:
    """The program computes for two seconds between one call and the next."""
    calls = [call(0, A, (), 1.0), call(1, B, (), 4.0, issued=3.0)]
    made = [Made("own", "made_up.py", 2, 3.0, 2.0, 0, (2,), "too-short")]
    run = record(calls, made, seconds=4.0)
    assert forecast(plan_of(run), 1000) == pytest.approx(4)


def test_a_row_is_cut_for_as_many_workers_as_there_are() -> None:
    row = Call(
        0, "fit", "made_up.py", 1, "fit()", 0.0, 0, 0, (A, 0), -1, 100, 1.0, 1.0, 0, 1.0, 1.0, 1.0
    )
    plan = plan_of(record([row], seconds=1.0))
    assert forecast(plan, 1) == pytest.approx(1)
    assert forecast(plan, 4) == pytest.approx(0.25, rel=0.2)
    assert forecast(plan, UNLIMITED) == pytest.approx(0.01)


def test_the_figures_of_a_run_add_up() -> None:
    figures = figures_of(independent(12))
    assert figures.elapsed == pytest.approx(12)
    assert figures.span == pytest.approx(1)
    assert figures.replayed == pytest.approx(12)
    assert figures.is_trusted
    assert figures.enough == 16
    assert [f.workers for f in figures.forecasts] == [1, 2, 4, 8, 16]
    assert [f.seconds for f in figures.forecasts] == pytest.approx([12, 6, 3, 2, 1])


def test_no_forecast_is_shorter_than_the_span_or_longer_than_with_fewer_workers() -> None:
    run = independent(37)
    plan = plan_of(run)
    times = [forecast(plan, workers) for workers in (1, 2, 3, 7, 36, 37, 38)]
    assert times == sorted(times, reverse=True)
    assert min(times) >= forecast(plan, UNLIMITED) - 1e-9
