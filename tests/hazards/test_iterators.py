"""Iterators belong to the program: nobody else may move them on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import Call, check
from tests.scripts import same_both_ways

pytestmark = pytest.mark.usefixtures("workers")


@functional
def h(value: Any) -> Any:
    return value * 2 + 1


@functional
def total(values: Iterable[int]) -> int:
    return sum(values)


def numbers() -> Iterator[int]:
    for number in (1, 2, 3, 4):
        print("making", number)
        yield number


@schedule
def over_pairs(pairs: Iterable[tuple[int, int]]) -> list[int]:
    return [h(a + b) for a, b in pairs]


@schedule
def in_a_loop(values: Iterable[int]) -> list[int]:
    results = []
    for value in values:
        results.append(h(value))
        if h(value) > 6:
            break
    return results


@schedule
def half_by_hand(values: Iterator[int]) -> list[int]:
    first = next(values)
    results = [h(first)]
    for value in values:
        results.append(h(value))
        results.append(h(next(values, 0)))
    return results


@schedule
def made_here(values: list[int]) -> list[Any]:
    it = iter(values)
    pairs = zip(it, it)
    results: list[Any] = [h(a * b) for a, b in pairs]
    results.append(list(it))
    return results


@schedule
def into_builtins(values: Iterator[int]) -> tuple[Any, ...]:
    first = h(next(values))
    return first, list(values), h(sum(values)), "".join(map(str, values))


@schedule
def as_an_argument(values: Iterator[int]) -> tuple[int, int, list[int]]:
    return h(3), total(values), list(values)


@schedule
def inside_of_a_container(box: list[Iterator[int]]) -> list[Any]:
    return [h(1), sum(box[0]), h(2), list(box[0]), [total(it) for it in box]]


ITERATORS: dict[str, tuple[Any, Any]] = {
    "zip": (over_pairs, lambda: zip([1, 2, 3], [4, 5, 6])),
    "enumerate": (over_pairs, lambda: enumerate([4, 5, 6])),
    "list": (in_a_loop, lambda: iter([1, 2, 3, 4])),
    "generator": (in_a_loop, numbers),
    "map": (in_a_loop, lambda: map(abs, [1, -2, 3, 4])),
    "next on a list": (half_by_hand, lambda: iter([1, 2, 3, 4])),
    "next on a generator": (half_by_hand, numbers),
    "none left": (half_by_hand, lambda: iter([])),
    "builtins on a list": (into_builtins, lambda: iter([1, 2, 3])),
    "builtins on a generator": (into_builtins, numbers),
    "argument": (as_an_argument, lambda: iter([1, 2, 3])),
    "generator as argument": (as_an_argument, numbers),
    "in a container": (inside_of_a_container, lambda: [iter([1, 2, 3])]),
    "made here": (made_here, lambda: [1, 2, 3, 4, 5]),
}


@pytest.mark.parametrize("name", ITERATORS)
def test_an_iterator_is_moved_on_by_the_program_alone(name: str) -> None:
    function, make = ITERATORS[name]
    check(Call(function, lambda: ((make(),), {})))


def test_pairs_of_a_zip_all_arrive() -> None:
    assert over_pairs(zip([1, 2], [3, 4])) == [9, 13]


def test_what_cannot_be_gone_over_is_refused_by_the_loop_itself(tmp_path: Path) -> None:
    same_both_ways(
        tmp_path,
        """
        from pydron_ng import ahead, functional, schedule

        @functional
        def f(x):
            return x

        @schedule
        def run(values):
            for value in ahead(values):
                print(f(value))

        run(5)
        """,
    )
