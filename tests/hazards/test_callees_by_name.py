"""Functions that come as values: that one of them is not functional is seen when it is called."""

from __future__ import annotations

import ctypes
import inspect
import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.testing import assert_equivalent

LIMIT = 0


@functional
def by_limit(x: int) -> int:
    return 1000 * x + LIMIT


@functional(reads=True)
def seen(path: str) -> str:
    return Path(path).read_text()


@functional(reads=True)
def unseen(path: str) -> str:
    """What is read by C code leaves no trace."""
    libc = ctypes.PyDLL(None)
    descriptor = libc.open(os.fsencode(path), os.O_RDONLY)
    return str(libc.lseek(descriptor, 0, os.SEEK_END) + 0 * libc.close(descriptor))


def raise_limit(x: int) -> int:
    global LIMIT
    LIMIT += 1
    return x


def append(path: str) -> str:
    with Path(path).open("a") as file:
        file.write("x")
    return path


@schedule
def each_of(functions: Sequence[Callable[[int], int]]) -> list[int]:
    return [function(x) for x, function in enumerate(functions)]


@schedule
def after_each(functions: Sequence[Callable[[int], int]], work: Callable[[int], int]) -> list[int]:
    found = []
    for x, function in enumerate(functions):
        found.append(function(x))
        found.append(work(x))
    return found


@schedule
def within(
    change: Callable[[int], int], work: Callable[[int], int], n: int
) -> list[tuple[int, int, int]]:
    found = []
    for x in range(n):
        found.append((work(x), change(work(x)), work(x)))
    return found


@schedule
def in_turn(change: Callable[[int], int], work: Callable[[int], int], n: int) -> int:
    x = found = 0
    while x < n:
        found += work(x)
        x = work(x) // 1000 + 1 if x % 7 else change(work(x) // 1000) % 1000 + 1
    return found


@schedule
def read_in_between(path: str, change: Callable[[str], str], n: int) -> list[str]:
    found = [unseen(path)]
    for i in range(n):
        if i % 3 == 1:
            change(path)
        found.append(unseen(path))
        found.append(seen(path))
        found.append(seen(path) + unseen(change(path)) + seen(path))
        found.append(unseen(path))
    found += [unseen(path) + change(path) + seen(path) for _ in range(n)]
    return found


@pytest.fixture(autouse=True, params=["threads", "multicore"])
def _workers(request: pytest.FixtureRequest) -> Iterator[None]:
    with configure(workers=[{"type": request.param, "cores": 2}], inline=False):
        yield


@pytest.mark.parametrize("seed", range(8))
def test_any_mixture(seed: int) -> None:
    functions = random.Random(seed).choices([by_limit, raise_limit], [9, 1], k=60)
    watched: dict[str, Any] = {"globals": ["LIMIT"]}
    for _ in range(3):  # what is known of calls that were made changes how they are sent
        assert_equivalent(each_of, functions, **watched)
        assert_equivalent(after_each, functions, by_limit, **watched)


def test_a_callee_that_changes_what_others_depend_on() -> None:
    for _ in range(3):
        assert_equivalent(within, by_limit, by_limit, 30, globals=["LIMIT"])
        assert_equivalent(within, raise_limit, by_limit, 30, globals=["LIMIT"])
        assert_equivalent(in_turn, raise_limit, by_limit, 60, globals=["LIMIT"])


def test_a_callee_that_changes_what_others_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for _ in range(3):
        found = []
        for function in (inspect.unwrap(read_in_between), read_in_between):
            path.write_text("")
            found.append(function(str(path), append, 5))
        assert found[0] == found[1]


@functional(reads=True)
def whose(x: int) -> tuple[int, int]:
    return os.getpid(), threading.get_native_id()


@functional
def fails_at(x: int) -> int:
    raise ValueError(*whose(x))


@functional
def whose_next(x: Any) -> tuple[int, int]:
    return whose(0)


@schedule
def all_of(work: Callable[[int], Any], n: int) -> list[Any]:
    found = []
    for x in range(n):
        try:
            found.append(work(x))
        except ValueError as failure:
            found.append(failure.args)
    return found


@schedule
def chain(work: Callable[[Any], Any], n: int) -> list[Any]:
    found = [0]
    x: Any = 0
    for _ in range(n):
        x = work(x)
        found.append(x)
    return found[1:]


@pytest.mark.parametrize("work", [whose, fails_at])
def test_outcomes_are_taken_as_of_callees_that_are_known(work: Callable[[int], Any]) -> None:
    all_of(work, 5)
    assert whose(0) not in all_of(work, 20)


def test_a_chain_is_made_by_the_program_itself() -> None:
    chain(whose_next, 3)
    with configure(inline="auto"):
        whose_next.__functional__.seconds = 1e-3  # type: ignore[attr-defined]
        assert set(chain(whose_next, 20)) == {whose(0)}
