"""Functions of libraries, compiled ones too, as functional functions."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.process import foreign_marks, functional_names
from pydron_ng.testing import assert_equivalent

LIBRARY = [np.linalg.inv, np.linalg.svd, math.factorial, np.sqrt, operator.add, np.transpose]


@pytest.fixture(scope="module", autouse=True)
def marked() -> Iterator[None]:
    """For the tests in here only."""
    marks, names = dict(foreign_marks), set(functional_names)
    for function in LIBRARY:
        assert functional(function) is function  # type: ignore[call-overload]
    yield
    foreign_marks.clear()
    foreign_marks.update(marks)
    functional_names.intersection_update(names)


@schedule
def factors(images: list[Any]) -> list[Any]:
    found = []
    for image in images:
        u, s, v = np.linalg.svd(image)
        found += [u, operator.add(s.sum(), 1), np.sqrt(v * v)]
    return found


@schedule
def factorials(numbers: list[Any]) -> list[Any]:
    found: list[Any] = []
    for n in numbers:
        try:
            found.append(math.factorial(n) % 1009)
        except (ValueError, TypeError) as error:
            found.append(str(error))
    return found


@schedule
def inverses(images: list[Any]) -> list[Any]:
    return [np.linalg.inv(image) for image in images]


@schedule
def turned(images: list[Any]) -> list[Any]:
    found = [np.transpose(image) for image in images]
    for image in found:
        image[0] = 7
    return [found, images]


@schedule
def written_to(images: list[Any]) -> list[Any]:
    found = []
    for image in images:
        found.append(np.sqrt(image, image))
        found.append(np.sqrt(image, out=image))
    return [found, images]


IMAGES = [np.arange(6.0).reshape(2, 3) + n for n in range(4)]


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize(
    "program, argument",
    [
        (factors, IMAGES),
        (factorials, [300, 5, -1, 400, "x"]),
        (inverses, [np.eye(3) * 2, np.eye(2), np.zeros((2, 2)), np.eye(2)]),
        (turned, IMAGES),
        (written_to, IMAGES),
    ],
)
def test_they_are_what_they_are_sequentially(program: Any, argument: list[Any]) -> None:
    assert_equivalent(program, argument)


def test_they_are_marked_and_stay_themselves() -> None:
    assert all(mark_of(function) is not None for function in LIBRARY)
    assert mark_of(np.linalg.eig) is None


@pytest.mark.parametrize(
    "other", [[].append, functools.partial(len), functools.lru_cache(len), dict, 5, "sin"]
)
def test_what_no_worker_can_be_told_of_is_refused(other: Any) -> None:
    with pytest.raises(TypeError, match="@functional takes"):
        functional(other)


def test_who_marks_a_cache_is_told_how_to_keep_results() -> None:
    with pytest.raises(TypeError, match=r"if x not in kept: kept\[x\] = len\(x\)"):
        functional(functools.lru_cache(len))
