"""How fast it goes, by looks at what was done."""

from __future__ import annotations

from pydron_ng.runtime.tally import WINDOW_SECONDS, Tally


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def tallied(*steps: tuple[float, int]) -> Tally:
    """steps: so many seconds pass, in which so many calls are done; then there is a look."""
    clock = Clock()
    tally = Tally(clock)
    for seconds, calls in steps:
        clock.now += seconds
        tally.done += calls
        tally.look()
    return tally


def test_nothing_has_been_done_at_the_beginning() -> None:
    assert tallied().per_second == 0.0


def test_a_young_program_is_measured_from_its_beginning() -> None:
    assert tallied((1.0, 10), (1.0, 20)).per_second == 15.0


def test_only_the_last_seconds_count() -> None:
    assert tallied((1.0, 1000), *[(1.0, 10)] * int(2 * WINDOW_SECONDS)).per_second == 10.0


def test_after_a_rest_the_rest_counts_no_longer_than_the_window() -> None:
    assert tallied((1.0, 1000), (60.0, 50)).per_second == 50 / WINDOW_SECONDS


def test_long_texts_are_told_by_the_beginning_of_their_last_line() -> None:
    tally = tallied()
    tally.fail("f()", "Traceback ...\n" + 1000 * "x" + "\n", 3)
    assert tally.failed == 3
    assert tally.failures[0].why == 300 * "x"
