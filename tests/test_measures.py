"""What the trace of a sequential run proves independent, and what overlapped in a scheduled one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.testing.dependence import Dependences, watched
from pydron_ng.testing.overlap import Overlap, listening


@functional
def f(x: int) -> int:
    return x + 1


@functional
def picky(x: int) -> int:
    if x % 4 == 0:
        raise ValueError(x)
    return x


@schedule
def each(n: int) -> list[int]:
    return [f(f(x)) for x in range(n)]


@schedule
def side_by_side(n: int) -> int:
    return sum([f(x) for x in range(n)])


@schedule
def chain(n: int) -> int:
    x = 0
    for _ in range(n):
        x = f(x)
    return x


@schedule
def through_a_list(n: int) -> int:
    seen: list[int] = []
    for x in range(n):
        seen.append(f(x + len(seen)))
    return f(sum(seen))


@schedule
def decided(n: int) -> list[int]:
    out = []
    for x in range(n):
        if f(x) % 2:
            out.append(f(-x))
    return out


@schedule
def first(n: int) -> int | None:
    for x in range(n):
        if f(x) > 2:
            return x
    return None


@schedule
def again(n: int) -> list[int]:
    done = []
    for x in range(n):
        for attempt in range(3):
            try:
                value = picky(x + attempt)
            except ValueError:
                continue
            done.append(value)
            break
    return done


@schedule
def below(n: int) -> list[int]:
    return [chain(2) + x for x in range(n)]


class Counted:
    def __init__(self) -> None:
        self.total = 0

    @functional
    def value(self, x: int) -> int:
        return self.total + x

    @schedule
    def run(self, n: int) -> int:
        for x in range(n):
            self.total += self.value(x)
        return self.total


def dependences(program: Callable[[int], Any], n: int) -> Dependences:
    with watched() as calls:
        program(n)
    return calls()


@pytest.mark.parametrize(
    "program, n, levels",
    [
        (each, 4, (4, 4)),
        (chain, 4, (1, 1, 1, 1)),
        (through_a_list, 3, (1, 1, 1, 1)),
        (decided, 4, (4, 2)),
        (first, 9, (1, 1, 1)),
        (again, 8, (8, 2)),
        (below, 3, (3, 3)),
        (Counted().run, 3, (1, 1, 1)),
    ],
)
def test_calls_depend_on_those_that_they_cannot_do_without(
    program: Callable[[int], Any], n: int, levels: tuple[int, ...]
) -> None:
    assert dependences(program, n).levels() == levels


def test_a_chain_has_no_independent_calls() -> None:
    assert not dependences(chain, 4).independent()
    assert len(dependences(each, 4).independent()) == 8


def heard(program: Callable[[int], Any], n: int) -> Overlap:
    with configure(workers=[{"type": "multicore", "cores": 2}], inline=False):
        program(n)  # how large results are is not known before
        with listening() as overlap:
            program(n)
        return overlap


def test_calls_that_were_with_the_workers_together_overlapped() -> None:
    overlap = heard(side_by_side, 8)
    assert overlap.taken() == overlap.overlapped()
    assert len(overlap.taken()) == 8
    assert overlap.peak() == 8


def test_calls_of_a_chain_do_not_overlap() -> None:
    overlap = heard(chain, 4)
    assert len(overlap.taken()) == 4
    assert not overlap.overlapped()
    assert overlap.peak() == 1
