"""Rows whose calls take what calls of other rows return."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter, sleep
from typing import Any

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("undisturbed")


@pytest.fixture(autouse=True, params=["threads", "multicore"])
def workers(request: pytest.FixtureRequest) -> Iterator[str]:
    with configure(workers=[{"type": request.param, "cores": 2}], inline=False):
        yield request.param


@functional
def plus(a: Any, b: Any = 1) -> Any:
    return a + b


@functional
def twice(a: Any) -> Any:
    return 2 * a


@functional
def half(a: Any) -> Any:
    return a / 2 if a % 2 else a // 2


@functional
def listed(a: Any) -> Any:
    return [a] if a % 5 == 3 else a


@functional
def last(a: Any) -> Any:
    return a[-1] if type(a) is list else a


@functional
def fails(a: int) -> int:
    if a % 7 == 5:
        raise ValueError(a)
    return a


@functional
def same(a: Any) -> Any:
    return a


@functional
def shown(a: Any) -> str:
    return f"{type(a).__name__} {a!r}"


@schedule
def pipeline(n: int) -> list[int]:
    return [twice(plus(x)) for x in range(n)]


@schedule
def long_pipeline(n: int) -> list[int]:
    return [plus(twice(plus(same(x))), x) for x in range(n)]


@schedule
def one_by_one(n: int) -> int:
    total = 0
    for x in range(n):
        y = plus(x)
        z = twice(y)
        total += plus(y, z)
    return total


@schedule
def stages(n: int) -> list[int]:
    found = list(range(n))
    for _ in range(4):
        found = [plus(x) for x in found]
        found = [twice(x) for x in found]
    return found


@schedule
def tree(leaves: list[Any]) -> Any:
    level = list(leaves)
    while len(level) > 1:
        level = [plus(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


@schedule
def in_turn(n: int) -> int:
    """No call can be made before the one before it."""
    x = 1
    for _ in range(n):
        x = twice(plus(x, -1)) % 1000
        x = plus(x)
        x = same(x)
    return x


@schedule
def of_other_types(values: list[Any]) -> list[str]:
    return [shown(half(x)) for x in values]


@schedule
def of_containers(n: int) -> list[Any]:
    return [last(listed(x)) for x in range(n)]


@schedule
def with_failures(n: int) -> list[Any]:
    found: list[Any] = []
    for x in range(n):
        try:
            found.append(plus(fails(x)))
        except ValueError as failure:
            found.append(str(failure))
    return found


@schedule
def fails_at_last(n: int) -> list[int]:
    return [twice(plus(fails(x) if x == n - 2 else same(x))) for x in range(n)]


@schedule
def ends_early(n: int, most: int) -> int:
    total = 0
    for x in range(n):
        total += twice(plus(x))
        if total > most:
            break
    return total


@schedule
def some_take_others(n: int) -> list[int]:
    found = [0, 1]
    for x in range(n):
        found.append(plus(found[x], found[x // 2]) % 1000)
        found.append(plus(same(found[-1]), found[-2]) % 1000)
    return found


PROGRAMS = (pipeline, long_pipeline, one_by_one, stages, in_turn, of_containers, with_failures)


def learnt() -> None:
    for program in (*PROGRAMS, some_take_others):
        program(20)
    takes(1e-6, plus, twice, half, listed, last, fails, same, shown)


def takes(seconds: float, *functions: Any) -> None:
    """It is known that they take so long, whatever else the machine did meanwhile."""
    for function in functions:
        function.__functional__.seconds = seconds


@pytest.mark.parametrize("program", [*PROGRAMS, fails_at_last, some_take_others])
def test_rows_that_wait_change_nothing(program: Any) -> None:
    learnt()
    for n in (1, 2, 3, 50, 700):
        assert_equivalent(program, n)


@pytest.mark.parametrize(
    "program, calls", [(pipeline, 800), (long_pipeline, 1600), (one_by_one, 1200), (stages, 3200)]
)
def test_calls_that_take_results_of_rows_go_in_rows(
    program: Any, calls: int, fates: dict[str, int]
) -> None:
    learnt()
    fates.update(taken=0, apart=0)
    program(400)
    assert fates["apart"] == 0
    assert fates["taken"] >= calls * 3 // 4  # results that come meanwhile leave some by themselves


@pytest.mark.parametrize("leaves", [1, 2, 4, 64, 1024])
def test_a_tree(leaves: int, fates: dict[str, int]) -> None:
    learnt()
    tree(list(range(4)))
    fates.update(taken=0, apart=0)
    assert tree(list(range(leaves))) == sum(range(leaves))
    if leaves >= 64:
        assert fates == {"taken": leaves - 1, "apart": 0}
    assert_equivalent(tree, [0.5 * x for x in range(leaves)])
    assert_equivalent(tree, [str(x) for x in range(leaves)])


def test_results_of_any_type() -> None:
    learnt()
    values = [*range(40), 1, 3, 3, True, False, 0.0, -0.0, 5.0, float("nan"), 10**30, 7] * 10
    assert_equivalent(of_other_types, values)
    assert_equivalent(of_other_types, values[::-1])


@pytest.mark.parametrize("window", [1, 2, 3, 17, 100])
def test_rows_that_wait_keep_to_the_window(window: int, workers: str) -> None:
    with configure(workers=[{"type": workers, "cores": 2}], inline=False, window=window):
        learnt()
        assert_equivalent(long_pipeline, 200)
        assert_equivalent(tree, list(range(128)))
        assert_equivalent(in_turn, 50)


def test_what_is_left_of_rows_that_wait_is_dropped() -> None:
    learnt()
    for most in (0, 100, 50_000):
        assert_equivalent(ends_early, 400, most)


@pytest.mark.parametrize("seconds", [40e-6, 300e-6, 0.005])
def test_where_nobody_asked_for_all_to_be_sent(seconds: float, workers: str) -> None:
    with configure(workers=[{"type": workers, "cores": 2}], inline="auto"):
        learnt()
        takes(seconds, plus, twice, same, fails)
        for program in PROGRAMS:
            assert_equivalent(program, 60)
        assert_equivalent(tree, list(range(64)))
        assert_equivalent(ends_early, 60, 300)


@functional
def fails_oddly(a: int) -> int:
    if a == 40:
        raise ExceptionGroup("odd", [ValueError(a)])
    return a


@functional
def sends_nothing(a: int) -> Any:
    return iter([a]) if a == 40 else a


@functional
def takes_long(seconds: float) -> float:
    sleep(seconds)
    return seconds


@schedule
def before_what_takes_long(work: Any, n: int, seconds: float) -> Any:
    found = [twice(plus(work(x))) for x in range(n)]
    return found, takes_long(seconds)


@schedule
def several_that_take_long(n: int) -> list[float]:
    return [takes_long(0.2) for _ in range(n)]


@pytest.mark.parametrize("work", [fails_oddly, sends_nothing])
def test_what_may_never_come_is_not_awaited_while_others_are_at_work(work: Any) -> None:
    learnt()
    several_that_take_long(8)  # until both workers are there
    before_what_takes_long(work, 10, 0.001)
    for _ in range(3):
        takes(4e-5, plus, twice, work)
        began = perf_counter()
        with pytest.raises((ExceptionGroup, TypeError)):
            before_what_takes_long(work, 80, 3.0)
        assert perf_counter() - began < 2.5  # two workers may be at it still, for a second
