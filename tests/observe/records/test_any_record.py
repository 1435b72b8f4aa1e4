"""Whatever is on record, something can be said about it."""

from __future__ import annotations

from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from pydron_ng.observe.records.figures import figures_of
from pydron_ng.observe.records.forecast import UNLIMITED, forecast
from pydron_ng.observe.records.plan import plan_of
from pydron_ng.observe.records.record import Record
from pydron_ng.observe.records.recording import WRITERS, Run
from tests.observe.records.strategies import patient, records


@patient
@given(records(), st.integers(1, 40))
def test_no_forecast_is_shorter_than_the_span(run: Record, workers: int) -> None:
    plan = plan_of(run)
    span = forecast(plan, UNLIMITED)
    assert isfinite(span)
    assert forecast(plan, workers) >= span - 1e-9


@patient
@given(records())
def test_figures_are_numbers_that_agree(run: Record) -> None:
    figures = figures_of(run)
    assert figures.elapsed >= 0
    assert figures.own >= 0
    assert all(isfinite(one.seconds) for one in figures.forecasts)
    assert isfinite(figures.speed_up)
    assert isfinite(figures.parallelism)


@settings(patient, max_examples=20)
@given(records())
def test_all_files_can_be_written(run: Record) -> None:
    assert all(write(Run(run)) for write in WRITERS.values())
