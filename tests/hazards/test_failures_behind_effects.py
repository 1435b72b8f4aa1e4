"""A call that failed ahead of an effect is made again before its exception is believed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import sequential
from tests.programs.work import spin


@functional
def double(number: int) -> int:
    spin(3000)
    return 2 * number


@functional
def look(path: str, number: int) -> str:
    """Nobody sees what it depends on: no audit hook hears of os.access."""
    spin(3000)
    if not os.access(path, os.F_OK):
        raise LookupError(path)
    return f"there {number}"


def create(path: str) -> int:
    """It takes so long that a worker is likely to have looked before."""
    spin(100_000)
    Path(path).touch()
    return 1


@contextmanager
def created(path: str, _: int) -> Iterator[None]:
    create(path)
    yield


@contextmanager
def leaving(path: str, _: int) -> Iterator[None]:
    yield
    create(path)


def names(path: str, _: int) -> list[int]:
    create(path)
    return [1]


@schedule
def in_the_statement_before(path: str) -> list[Any]:
    [(number := double(1)), create(path)]
    return [look(path, number), look(path, number + 1)]


@schedule
def in_the_same_statement(path: str) -> list[Any]:
    return [(number := double(1)), create(path), look(path, number), look(path, number + 1)]


@schedule
def in_a_test(path: str) -> list[Any]:
    if [(number := double(1)), create(path)]:
        return [look(path, number), look(path, number + 1)]
    return []


@schedule
def in_the_test_before_an_else(path: str) -> list[Any]:
    if (number := double(1)) + create(path) < 0:
        return []
    else:
        return [look(path, number), look(path, number + 1)]


@schedule
def in_the_test_of_a_loop(path: str) -> list[Any]:
    while [(number := double(1)), create(path)]:
        return [look(path, number), look(path, number + 1)]
    return []


@schedule
def in_an_iterable(path: str) -> list[Any]:
    found = []
    for _ in names(path, number := double(1)):
        found.append([look(path, number), look(path, number + 1)])
    return found


@schedule
def on_entering(path: str) -> list[Any]:
    with created(path, number := double(1)):
        return [look(path, number), look(path, number + 1)]


@schedule
def on_leaving(path: str) -> list[Any]:
    with leaving(path, double(1)):
        number = double(2)
    return [look(path, number), look(path, number + 1)]


@schedule
def in_a_callee(path: str) -> list[Any]:
    [(number := double(1)), creates(path)]
    return [look(path, number), look(path, number + 1)]


@schedule
def creates(path: str) -> int:
    return double(3) + create(path)


PROGRAMS = [
    in_the_statement_before,
    in_the_same_statement,
    in_a_test,
    in_the_test_before_an_else,
    in_the_test_of_a_loop,
    in_an_iterable,
    on_entering,
    on_leaving,
    in_a_callee,
]


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_an_exception_is_not_believed_past_a_sync_point(
    program: Callable[[str], list[Any]], tmp_path: Path
) -> None:
    there = str(tmp_path)
    assert [look(there, 1), double(1)] == ["there 1", 2]
    for number in range(5):
        path = str(tmp_path / f"file {number}")
        with sequential():
            expected = program(path + " there")
        assert program(path) == expected
