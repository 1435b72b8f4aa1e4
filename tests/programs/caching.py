"""Results that are kept in dictionaries, and looked for before a call is made."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def slow(value: Any) -> Any:
    spin(300)
    return [value, value * 2]


class Key:
    """Is equal to a number, and says how often it was asked."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.asked = 0

    def __hash__(self) -> int:
        return hash(self.number)

    def __eq__(self, other: object) -> bool:
        self.asked += 1
        return self.number == other


@schedule
def in_a_dictionary(values: list[Any]) -> tuple[Any, ...]:
    cache: dict[Any, Any] = {}
    found = []
    for value in values:
        if value not in cache:
            cache[value] = slow(value)
        found.append(cache[value])
        found[-1].append(len(cache))
    return found, cache


@schedule
def by_pairs(values: list[Any], known: dict[Any, Any]) -> list[Any]:
    for value in values:
        for half in (0, 1):
            if (value, half) in known:
                print("known", value)
                continue
            known[value, half] = slow(value)
    return list(known.items())


@schedule
def forgotten_again(values: list[Any]) -> tuple[Any, ...]:
    cache: dict[Any, Any] = {}
    missed = 0
    for value in values:
        if value in cache:
            del cache[value]
        else:
            missed += 1
            cache[value] = slow(value)
    return missed, cache


@schedule
def keys_that_are_asked(values: list[Any]) -> tuple[Any, ...]:
    keys = {Key(1): 0}
    found = [slow(value) for value in values if value not in keys]
    return found, [key.asked for key in keys]


CALLS = (
    Call.of(in_a_dictionary, [1, 2, 1, "x", (1, "x"), (1, "x")]),
    Call.of(in_a_dictionary, [1, 1.0, [2]]),
    Call.of(by_pairs, [1, 2, 1], {(2, 1): "kept"}),
    Call.of(forgotten_again, [1, 2, 1, 1, 2]),
    Call.of(keys_that_are_asked, [1, 2, 3]),
)
