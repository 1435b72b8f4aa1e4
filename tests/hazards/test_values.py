"""Values that change, alias, or only look equal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")

MISSING = object()
DEFAULT = {"level": 1}


class Sentinel:
    """Compared by identity."""


SENTINEL = Sentinel()


@functional
def listed(value: Any) -> list[Any]:
    return [value]


@functional
def copied(values: list[Any]) -> list[Any]:
    return list(values)


@functional
def same(value: Any) -> Any:
    return value


@functional
def picked(values: Any) -> Any:
    return values[0]


@functional
def with_inner(rows: list[list[int]]) -> dict[str, list[int]]:
    return {"inner": rows[0]}


@functional
def cropped(image: NDArray[np.float64]) -> NDArray[np.float64]:
    return image[2:4]


@functional
def summed(image: NDArray[np.float64]) -> Any:
    return image.sum()


@functional
def sign(value: float) -> float:
    return math.copysign(1.0, value)


@functional
def is_one(left: Any, right: Any) -> bool:
    return left is right


@functional
def keys(table: dict[Any, Any]) -> list[Any]:
    return list(table)


@functional
def kind(value: Any) -> str:
    return type(value).__name__


@functional
def is_missing(value: Any) -> bool:
    return value is MISSING


@functional
def nothing_or(value: Any) -> Any:
    return MISSING if value is None else value


@functional
def not_a_number(value: Any) -> float:
    return math.nan


@functional
def default(value: Any) -> Any:
    return DEFAULT if value else SENTINEL


def poke(box: list[list[int]]) -> None:
    box[0].append(99)


@schedule
def mutated_result_passed_on(value: int) -> list[int]:
    a = listed(value)
    box = [a]
    poke(box)
    return copied(a)


def test_a_result_that_was_changed_through_an_alias_is_passed_on_as_changed() -> None:
    assert mutated_result_passed_on(1) == [1, 99]
    assert_equivalent(mutated_result_passed_on, 1)


@schedule
def mutated_later(value: int) -> tuple[list[int], list[int]]:
    a = listed(value)
    b = copied(a)
    for number in range(3):
        poke([a])
        b = copied(a)
        b.append(number)
    return a, b


def test_a_result_is_compared_anew_after_each_change() -> None:
    assert_equivalent(mutated_later, 1)


@schedule
def writes_into_a_view(image: NDArray[np.float64]) -> Any:
    view = cropped(image)
    view[:] = 1.0
    return image, view, summed(image)


def test_writing_into_a_returned_view_changes_the_argument() -> None:
    image = np.zeros((5, 2))
    assert writes_into_a_view(image)[2] == 4.0
    assert_equivalent(writes_into_a_view, np.zeros((5, 2)))


@schedule
def result_is_another_result(value: int) -> tuple[Any, ...]:
    a = listed(value)
    b = same(a)
    b.append(1)
    return a, b, copied(a)


def test_a_result_that_is_another_result_is_the_same_object() -> None:
    assert result_is_another_result(5)[2] == [5, 1]
    assert_equivalent(result_is_another_result, 5)


@schedule
def results_share_an_inner_list(rows: list[list[int]]) -> tuple[Any, ...]:
    p, q = with_inner(rows), with_inner(rows)
    p["inner"].append(1)
    return p, q, rows


def test_two_results_that_hold_one_inner_list_go_on_sharing_it() -> None:
    assert_equivalent(results_share_an_inner_list, [[0]])


@schedule
def part_of_an_argument(rows: list[list[int]]) -> list[list[int]]:
    picked(rows).append(1)
    return rows


def test_a_part_of_an_argument_is_that_part() -> None:
    assert_equivalent(part_of_an_argument, [[0], [5]])


@schedule
def sentinels(values: list[Any]) -> list[Any]:
    found = [nothing_or(value) for value in values]
    return [value is MISSING for value in found] + [
        is_missing(value) for value in [*found, MISSING]
    ]


def test_a_sentinel_of_a_module_is_itself_on_both_sides() -> None:
    assert sentinels([None, 1])[0] is True
    assert_equivalent(sentinels, [None, 1])


@schedule
def nan_by_identity(values: list[int]) -> list[Any]:
    found = [not_a_number(value) for value in values]
    return [value is math.nan for value in found] + [
        math.nan in found,
        found == [math.nan] * len(found),
    ]


def test_nan_keeps_its_identity() -> None:
    assert_equivalent(nan_by_identity, [1, 2])


@schedule
def globals_returned(values: list[int]) -> list[Any]:
    found = [default(value) for value in values]
    return [found, [value is DEFAULT or value is SENTINEL for value in found]]


def test_a_global_that_is_returned_is_that_global() -> None:
    assert_equivalent(globals_returned, [0, 1])


@schedule
def zero_with_a_sign(values: list[float]) -> list[float]:
    results = []
    value = values[0]
    for number in range(4):
        results.append(sign(value))
        value = values[number % len(values)]
    return results


def test_zero_and_minus_zero_are_different_arguments() -> None:
    assert_equivalent(zero_with_a_sign, [0.0, -0.0])
    assert_equivalent(zero_with_a_sign, [math.nan, -0.0, 0.0])


def change_zero(box: list[float]) -> None:
    box[0] = -0.0


@schedule
def equal_but_not_the_same(box: list[float]) -> tuple[float, float, float]:
    before = sign(box[0])
    change_zero(box)
    return before, sign(box[0]), sign(picked(box))


def test_an_equal_argument_of_other_bits_is_another_call() -> None:
    assert equal_but_not_the_same([0.0]) == (1.0, -1.0, -1.0)
    assert_equivalent(equal_but_not_the_same, [0.0])


def separate(box: list[Any]) -> None:
    box[1] = list(box[0])


@schedule
def aliasing_among_arguments(values: list[int]) -> list[bool]:
    box = [values, values]
    results = [is_one(*box)]
    separate(box)
    results.append(is_one(*box))
    return results


def test_one_object_given_twice_is_not_two_equal_ones() -> None:
    assert aliasing_among_arguments([1]) == [True, False]
    assert_equivalent(aliasing_among_arguments, [1])


def reorder(table: dict[str, int]) -> None:
    table["a"] = table.pop("a")


@schedule
def order_of_keys(table: dict[str, int]) -> list[list[str]]:
    before = keys(table)
    reorder(table)
    return [before, keys(table)]


def test_the_order_of_a_dictionary_is_part_of_the_argument() -> None:
    assert order_of_keys({"a": 1, "b": 2}) == [["a", "b"], ["b", "a"]]
    assert_equivalent(order_of_keys, {"a": 1, "b": 2})


def retype(box: list[Any]) -> None:
    box[0] = True


@schedule
def types_of_equal_values(box: list[Any]) -> list[str]:
    before = kind(box[0])
    retype(box)
    return [before, kind(box[0])]


def test_one_and_true_are_different_arguments() -> None:
    assert types_of_equal_values([1]) == ["int", "bool"]
    assert_equivalent(types_of_equal_values, [1])
