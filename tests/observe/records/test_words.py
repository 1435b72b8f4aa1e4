"""Times and colours are for readers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydron_ng.observe.records.colours import PALETTE, colours
from pydron_ng.observe.records.duration import duration

names = st.lists(st.text(max_size=5), unique=True, max_size=20)


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0 s"),
        (2.3e-7, "230 ns"),
        (85e-6, "85.0 µs"),
        (999.6e-6, "1.00 ms"),
        (0.0123, "12.3 ms"),
        (0.4567, "457 ms"),
        (4.2, "4.20 s"),
        (119.4, "119 s"),
        (119.6, "2 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_time_has_three_digits_and_a_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(names)
def test_functions_have_different_colours_as_long_as_there_are_any(functions: list[str]) -> None:
    found = colours(functions)
    assert set(found) == set(functions)
    assert len(set(found.values())) == min(len(functions), len(PALETTE))


@given(names)
def test_a_colour_does_not_depend_on_the_order_of_calls(functions: list[str]) -> None:
    assert colours(functions) == colours(reversed(functions))
