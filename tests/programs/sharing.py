"""Aliases and mutation: of arguments, between calls, and by functions nobody knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin

HISTORY: list[Any] = []


@dataclass
class Star:
    name: str
    flux: list[float] = field(default_factory=list)
    friend: Star | None = None


@functional
def total(values: list[Any]) -> Any:
    spin(400)
    return sum(values)


@functional
def fresh(value: int) -> list[int]:
    spin(200)
    return [value, value + 1]


@functional
def same(value: Any) -> Any:
    return value


@functional
def part(values: list[Any]) -> Any:
    return values[0]


@functional
def wrap(value: Any) -> dict[str, Any]:
    return {"value": value}


@functional
def brightness(star: Star) -> float:
    return sum(star.flux) + (len(star.friend.flux) if star.friend else 0)


@functional
def are_one(left: Any, right: Any) -> bool:
    return left is right


def poke(box: list[Any]) -> None:
    box[0].append(99)


def remember(value: Any) -> None:
    HISTORY.append(value)


@schedule
def argument_changes_between_calls(values: list[int]) -> list[int]:
    results = []
    for number in range(4):
        results.append(total(values))
        values.append(number)
    return results


@schedule
def a_result_is_changed_through_an_alias(value: int) -> tuple[list[int], int]:
    first = fresh(value)
    box = [first]
    poke(box)
    return first, total(first)


@schedule
def a_result_is_an_argument(values: list[int]) -> tuple[bool, list[int], int]:
    again = same(values)
    again.append(7)
    return again is values, values, total(values)


@schedule
def a_result_is_a_part_of_an_argument(rows: list[list[int]]) -> tuple[list[list[int]], int]:
    row = part(rows)
    row.append(5)
    return rows, total(part(rows))


@schedule
def a_result_holds_an_argument(values: list[int]) -> tuple[dict[str, Any], dict[str, Any], bool]:
    left = wrap(values)
    right = wrap(values)
    left["value"].append(1)
    return left, right, left["value"] is right["value"]


@schedule
def arguments_share(values: list[int]) -> list[bool]:
    other = list(values)
    pair = (values, other)
    return [are_one(values, values), are_one(values, other), are_one(*pair), are_one(pair, pair)]


@schedule
def known_only_to_others(values: list[int]) -> list[Any]:
    results = []
    for value in values:
        found = fresh(value)
        remember(found)
        HISTORY[0].append(value)
        results.append(total(HISTORY[0]))
        results.append(total(found))
    return results


@schedule
def objects_as_arguments(stars: list[Star]) -> list[float]:
    results = []
    for star in stars:
        results.append(brightness(star))
        star.flux.append(1.0)
        if star.friend is not None:
            star.friend.flux.clear()
    return results


@schedule
def defaults_keep_state(value: int, seen: list[int] = []) -> tuple[int, list[int]]:
    seen.append(value)
    return total(seen), list(seen)


@schedule
def slices_of_own_lists(value: int) -> list[Any]:
    rows = [fresh(value + n) for n in range(4)]
    head, *tail = rows
    rows[1:3] = [[0, 0]]
    head[0] = -1
    copies = rows[:]
    copies.append(head)
    return [rows, tail, copies, total(rows[0]), total(tail[0])]


@schedule
def swapped(left: list[int], right: list[int]) -> tuple[Any, ...]:
    a, b = fresh(1), fresh(2)
    a, b = b, a
    a.append(10)
    left, right = right, left
    left.append(20)
    return a, b, total(a), total(b), total(left), total(right)


@schedule
def sorted_in_place(values: list[int]) -> tuple[int, list[int], int]:
    before = total(values[:2])
    values.sort()
    return before, values, total(values[:2])


@schedule
def dictionary_of_lists(groups: dict[str, list[int]]) -> dict[str, int]:
    sums = {}
    for name, values in groups.items():
        sums[name] = total(values)
        values.append(sums[name])
    for name in list(groups):
        if sums[name] > 5:
            del groups[name]
    return sums


def shared_stars() -> tuple[tuple[list[Star]], dict[str, Any]]:
    friend = Star("b", [2.0])
    return ([Star("a", [1.0], friend), friend, Star("c", [], friend)],), {}


def shared_rows() -> tuple[tuple[list[list[int]]], dict[str, Any]]:
    row = [1, 2]
    return ([row, row, [3]],), {}


CALLS = (
    Call.of(argument_changes_between_calls, [1, 2]),
    Call.of(a_result_is_changed_through_an_alias, 3),
    Call.of(a_result_is_an_argument, [1, 2]),
    Call.of(a_result_is_a_part_of_an_argument, [[1], [2]]),
    Call(a_result_is_a_part_of_an_argument, shared_rows),
    Call.of(a_result_is_a_part_of_an_argument, []),
    Call.of(a_result_holds_an_argument, [1]),
    Call.of(arguments_share, [1]),
    Call.of(known_only_to_others, [1, 2, 3]).watching("HISTORY"),
    Call(objects_as_arguments, shared_stars),
    Call.of(defaults_keep_state, 1, [5]),
    Call.of(slices_of_own_lists, 5),
    Call.of(swapped, [1], [2]),
    Call.of(sorted_in_place, [3, 1, 2]),
    Call.of(dictionary_of_lists, {"a": [1, 2], "b": [4, 4], "c": []}),
)
