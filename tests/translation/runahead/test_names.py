"""Constants and names."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, work
from tests.translation.written import expression


@pytest.mark.parametrize(
    "source, emitted",
    [
        ("1.5", "1.5"),
        ("'a\\n'", "'a\\n'"),
        ("b'a'", "b'a'"),
        ("...", "..."),
        ("None", "None"),
        ("1e999", "UNKNOWN"),
        ("1e999j", "UNKNOWN"),
        ("a", "v_a"),
        ("work", "ra.lookup('work')"),
        ("lambda: a", "UNKNOWN"),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    assert expression(source) == emitted


FACTOR = 2


@schedule
def globals_and_constants(n: Any) -> Any:
    negative = -0.0
    return work(n, FACTOR), work(FACTOR, 3), work(int(negative)), work(len("a" * 3))


@schedule
def a_global_is_changed(n: Any) -> Any:
    global FACTOR
    before = work(FACTOR)
    FACTOR = n
    after = work(FACTOR)
    FACTOR = 2
    return before, after


@schedule
def an_infinite_constant(n: Any) -> Any:
    return work(n), min(n, 1e999), work(n + 1)


@schedule
def an_unbound_name(n: Any) -> Any:
    if n < 0:
        y = 1
    first = work(n)
    second = work(n + 1)
    return first, second, y  # type: ignore[possibly-undefined]


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function",
    [(4, globals_and_constants), (1, a_global_is_changed), (2, an_infinite_constant)],
)
def test_meaning(calls: int, function: Any) -> None:
    assert_ahead(calls, function, 3)


@pytest.mark.usefixtures("threads")
def test_an_unbound_name_is_found_out_in_its_turn() -> None:
    from pydron_ng.testing import assert_equivalent

    assert_equivalent(an_unbound_name, 3)
