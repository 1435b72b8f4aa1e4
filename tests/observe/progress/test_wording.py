"""What the line says, and how it is made to fit."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from pydron_ng.observe.progress.figures import Calls, Figures, Loop
from pydron_ng.observe.progress.forecast import Forecast, Outlook
from pydron_ng.observe.progress.wording import PLAIN, clock, glyphs_of, summed_up, worded

CALIBRATE = Calls("calibrate", 148, 4, 12, 0.5, 400)
FIT = Calls("fit", 97, 0, 3, 0.1, None)
OUTLOOK = Outlook(0.375, 12.34, "calls", 23.4)


def figures(
    *calls: Calls,
    at: float = 10.0,
    done: int = 140,
    items: int | None = 400,
    line: bool = False,
    ahead: bool = True,
) -> Figures:
    loop = Loop(7, done, items, not line)
    return Figures("survey", at, 0.0, loop, calls, 4, 4, 0, ahead)


def test_with_room_it_says_all() -> None:
    assert worded(figures(CALIBRATE, FIT), OUTLOOK, 200) == (
        "survey  37 % ━━━━╸─────── calibrate 148/400 (4 running, 12 waiting)"
        " · fit 97 (0 running, 3 waiting) · 4 workers busy of 4 · 12.3 calls/s · 0:23 left"
    )


@pytest.mark.parametrize(
    "columns, line",
    [
        (79, "survey  37 % ━━━━╸─────── calibrate 148/400 · fit 97 · 4/4 busy · 0:23 left"),
        (39, "survey  37 % ━━━━╸─────── 0:23 left"),
        (30, "survey  37 % 0:23 left"),
        (9, "survey  3"),
    ],
)
def test_with_less_room_it_says_less(columns: int, line: str) -> None:
    assert worded(figures(CALIBRATE, FIT), OUTLOOK, columns) == line


@pytest.mark.parametrize("columns", range(1, 130))
def test_it_is_never_wider_than_there_is_room(columns: int) -> None:
    wide = Calls("星を測る", 14, 2, 3, 0.1, 99)
    for outlook in (OUTLOOK, Outlook(None, None, "calls", None)):
        assert cell_len(worded(figures(wide, CALIBRATE, FIT), outlook, columns)) <= columns


def test_a_loop_is_named_by_its_line_where_there_are_several() -> None:
    assert worded(figures(CALIBRATE, line=True), OUTLOOK, 30) == "survey line 7  37 % 0:23 left"


def test_without_an_end_it_says_which_item_it_is() -> None:
    unknown = Outlook(None, 0.05, "items", None)
    assert worded(figures(items=None), unknown, 80) == (
        "survey  item 141  4 workers busy of 4 · 3 items/min"
    )


def test_where_nothing_runs_ahead_it_says_so_and_counts_items() -> None:
    forecast = Forecast()
    forecast.after(figures(CALIBRATE, at=10.0, done=100_000, items=400_000, ahead=False))
    later = figures(CALIBRATE, at=20.0, done=200_000, items=400_000, ahead=False)
    assert worded(later, forecast.after(later), 100) == (
        "survey  50 % ━━━━━━────── all calls are made here · 10,000 items/s · 0:20 left"
    )


def test_where_only_ascii_can_be_written_it_is_ascii() -> None:
    assert glyphs_of("ascii") is PLAIN
    assert worded(figures(CALIBRATE, FIT), OUTLOOK, 200, PLAIN).isascii()


def test_of_many_functions_those_with_most_to_do_are_named() -> None:
    many = [Calls(f"f{n}", 1, 0, 0, float(n), None) for n in range(9)]
    line = worded(figures(*many), OUTLOOK, 200)
    assert "f5 1 · f6 1 · f7 1 · f8 1 · +5" in line


@pytest.mark.parametrize(
    "seconds, text",
    [(0.4, "0:00"), (61.0, "1:01"), (3661.0, "1:01:01"), (1e6, "11 days")],
)
def test_times_read_like_those_of_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_end_is_summed_up() -> None:
    text = summed_up(figures(CALIBRATE, FIT, at=75.0))
    assert text == "survey  ended after 1:15: calibrate 148, fit 97"


# --- forecast ---


def test_the_time_left_follows_from_what_was_done_since() -> None:
    forecast = Forecast()
    forecast.after(figures(at=10.0, done=100))
    outlook = forecast.after(figures(at=20.0, done=200))
    assert outlook == Outlook(0.5, 10.0, "items", 20.0)


def test_workers_that_are_ahead_of_the_program_count() -> None:
    """It waits for a slow first call, while others have been made."""
    calls = Calls("calibrate", 100, 4, 0, 1.0, 400)
    assert Forecast().after(figures(calls, done=0)).share == 0.25


def test_functions_count_by_the_time_that_they_take() -> None:
    slow, fast = Calls("slow", 100, 0, 0, 3.0, 400), Calls("fast", 300, 0, 0, 1.0, 400)
    assert Forecast().after(figures(slow, fast, done=0)).share == 0.375


def test_what_was_reached_is_not_taken_back() -> None:
    forecast = Forecast()
    forecast.after(figures(at=10.0, done=200))
    assert forecast.after(figures(at=11.0, done=100)).share == 0.5


def test_another_loop_begins_anew() -> None:
    forecast = Forecast()
    forecast.after(figures(at=10.0, done=200))
    later = figures(at=20.0, done=4)._replace(loop=Loop(9, 4, 400, False))
    assert forecast.after(later) == Outlook(0.01, None, "items", None)


def test_only_the_last_half_minute_says_how_fast_it_goes() -> None:
    forecast = Forecast()
    steps = [figures(at=float(at), done=max(50, at)) for at in range(100)]
    assert [forecast.after(step).rate for step in steps][-1] == 1.0


def test_an_empty_loop_is_done() -> None:
    assert Forecast().after(figures(done=-1, items=0)).share == 1.0
