"""Where run-ahead gives up, the reason is recorded, with the line that is to blame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.testing import assert_equivalent


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        yield


def told(function: Any) -> dict[str, list[int]]:
    """The lines that are blamed, counted from the ``def``, by the code of the reason."""
    entry = entry_of(function)
    assert entry is not None
    first = function.__code__.co_firstlineno + 1
    found: dict[str, list[int]] = {}
    for reason in entry.program.reasons:
        found.setdefault(reason.code, []).append(reason.line - first)
    return found


class Meters:
    def __init__(self, value: int) -> None:
        self.value = value

    def __add__(self, other: Meters) -> Meters:
        return Meters(self.value + other.value)


@functional
def doubled(length: Meters | int) -> int:
    return 2 * (length.value if isinstance(length, Meters) else length)


@schedule
def adds_up(lengths: list[Meters]) -> list[int]:
    found = []
    for length in lengths:
        longer = length + length
        found.append(doubled(longer))
    return found


@schedule
def adds_in_the_call(lengths: list[Meters]) -> list[int]:
    return [doubled(length + length) for length in lengths]


@schedule
def needs_nothing_of_it(lengths: list[Meters]) -> tuple[list[int], Meters]:
    whole = lengths[0] + lengths[1]
    return [doubled(length) for length in lengths], whole


LENGTHS = [Meters(1), Meters(2)]


def test_a_value_that_calls_wait_for_is_blamed_where_it_is_made() -> None:
    assert_equivalent(adds_up, LENGTHS)
    assert told(adds_up) == {"unknown-value": [3]}


def test_an_argument_is_blamed_where_it_is_given() -> None:
    assert_equivalent(adds_in_the_call, LENGTHS)
    assert told(adds_in_the_call) == {"unknown-argument": [1]}


def test_a_value_that_no_call_waits_for_is_not_blamed() -> None:
    assert_equivalent(needs_nothing_of_it, LENGTHS)
    assert told(needs_nothing_of_it) == {}


def test_reasons_of_a_call_outlast_a_second_translation() -> None:
    @schedule
    def calls_what_comes_later(lengths: list[Meters]) -> list[int]:
        return [later(length + length) for length in lengths]

    @functional
    def later(length: Meters) -> int:
        return length.value

    assert_equivalent(calls_what_comes_later, LENGTHS)
    assert "unknown-argument" in told(calls_what_comes_later)
