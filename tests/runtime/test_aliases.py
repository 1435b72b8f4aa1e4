"""A result that somebody else holds as well is not sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from pydron_ng.runtime.aliases import _suspects, shared_parts
from pydron_ng.values.library import Library
from pydron_ng.values.unshippable import Unshippable


@dataclass
class Record:
    items: list[int]


DEFAULT = Record([1])
IMAGE = np.zeros(4)
CACHE: dict[int, list[int]] = {}


@lru_cache
def remembered(n: int) -> list[int]:
    return [n]


def calls_remembered(n: int) -> list[int]:
    return remembered(n)


def cached(n: int) -> list[int]:
    return CACHE.setdefault(n, [n])


def default(_n: int) -> Record:
    return DEFAULT


def inside_of_default(_n: int) -> list[int]:
    return DEFAULT.items


def view_of_global(_n: int) -> Any:
    return IMAGE[1:]


def closing_over() -> Callable[[int], list[int]]:
    kept: list[int] = []
    return lambda _n: kept


def fresh_twice(n: int) -> Any:
    both = [n]
    return [both, both, Record([n]), {"a": np.zeros(n)}, np.zeros(n)[1:]]


def cyclic(n: int) -> Any:
    cycle: list[Any] = [n]
    cycle.append(cycle)
    return cycle


def check(function: Callable[..., Any], *args: Any) -> None:
    assert shared_parts([function(*args)], (args, {}), function, Library()) == []


@pytest.mark.parametrize(
    "function",
    [
        remembered,
        calls_remembered,
        cached,
        default,
        inside_of_default,
        view_of_global,
        closing_over(),
    ],
)
def test_what_the_function_keeps_is_not_sent(function: Any) -> None:
    with pytest.raises(Unshippable) as caught:
        check(function, 3)
    assert caught.value.code == "aliased-result"


@pytest.mark.parametrize("function", [fresh_twice, cyclic, Record, str, np.zeros])
def test_what_nobody_else_holds_is_sent(function: Any) -> None:
    check(function, 3)


def test_fresh_objects_are_known_by_their_references_alone() -> None:
    assert _suspects([[[1], {"a": Record([2])}, np.zeros(3)]]) == ([], [])
    assert _suspects([cyclic(1)]) == ([], [])


def test_an_array_of_objects_does_not_hide_what_it_holds() -> None:
    inner: list[int] = []
    array = np.array([inner, None], object)
    assert _shared(lambda items: np.array([None, items[0]], object), [inner]) == [inner]
    assert _shared(lambda array: [array[0]], array) == [inner]


def _shared(function: Callable[..., Any], *args: Any) -> list[Any]:
    return [obj for obj, _ in shared_parts([function(*args)], (args, {}), function, Library())]
