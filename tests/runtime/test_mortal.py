"""Objects whose end the program sees, and what holds them."""

from __future__ import annotations

import weakref
from collections import deque
from typing import Any

import pytest

from pydron_ng.runtime.lifetime import is_mortal


class Mortal:
    def __del__(self) -> None: ...


class Plain:
    """Mortal only while somebody knows it weakly."""


KNOWN = Plain()
REFERENCE = weakref.ref(KNOWN)


@pytest.mark.parametrize(
    "value",
    [
        Mortal(),
        KNOWN,
        [1, Mortal()],
        (Mortal(),),
        {1: KNOWN},
        {Mortal()},
        deque([Mortal()]),
        [1, {2: (3, [KNOWN])}],
    ],
)
def test_mortal(value: Any) -> None:
    assert is_mortal(value)


@pytest.mark.parametrize(
    "value", [1, "a", None, Plain(), [Plain()], [[], {}], {1: "a"}, len, Mortal]
)
def test_not_mortal(value: Any) -> None:
    assert not is_mortal(value)


def test_of_large_containers_only_the_beginning_is_looked_at() -> None:
    assert is_mortal([0] * 500 + [Mortal()])
    assert not is_mortal([0] * 100_000 + [Mortal()])


def test_a_container_that_holds_itself_comes_to_an_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert not is_mortal(endless)
