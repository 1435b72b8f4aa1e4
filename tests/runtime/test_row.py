"""Calls in a row: taken one after the other, as long as they are the ones that were expected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.runtime import tame
from pydron_ng.runtime.activation import Activation
from pydron_ng.runtime.rows.filling import Filling
from pydron_ng.runtime.rows.row import Row, is_certain
from pydron_ng.testing import assert_equivalent


@pytest.fixture(autouse=True, params=["threads", "multicore"])
def workers(request: pytest.FixtureRequest) -> Iterator[str]:
    with configure(workers=[{"type": request.param, "cores": 2}], inline=False):
        yield request.param


pytestmark = pytest.mark.usefixtures("undisturbed")


@functional
def shown(value: Any) -> str:
    """Tells apart what is equal and not the same."""
    return f"{type(value).__name__} {value!r}"


@functional
def same(value: Any) -> Any:
    return value


@functional
def total(a: Any, b: Any = 0, c: Any = 0) -> Any:
    return a + b + c


@functional
def are_one(a: Any, b: Any) -> bool:
    return a is b


@schedule
def each_shown(values: list[Any]) -> list[str]:
    return [shown(value) for value in values]


@schedule
def each_returned(values: list[Any]) -> list[Any]:
    return [same(value) for value in values]


@schedule
def each_compared(pairs: list[tuple[Any, Any]]) -> list[bool]:
    return [are_one(a, b) for a, b in pairs]


def learnt() -> None:
    """The functions are known to be short, and what they return to be small."""
    each_shown(list(range(30)))
    each_returned(list(range(30)))
    each_compared([(1, 2)] * 30)
    sums(30)
    takes(1e-6, shown, same, total, are_one)


def takes(seconds: float, *functions: Any) -> None:
    """It is known that they take so long, whatever else the machine did meanwhile."""
    for function in functions:
        function.__functional__.seconds = seconds


@schedule
def sums(n: int) -> int:
    found = 0
    for i in range(n):
        found += total(i, 1)
    return found


@schedule
def chain(n: int) -> int:
    x = 0
    for i in range(n):
        x = total(x, i)
    return x


@schedule
def walk(n: int) -> tuple[int, int]:
    """Two chains that take each other's results."""
    a, b = 0, 1
    for _ in range(n):
        a, b = total(b, 1), total(a, 2)
    return a, b


@schedule
def ends_early(n: int, limit: int) -> int:
    found = 0
    for i in range(n):
        found += total(i, 1)
        if found > limit:
            break
    return found


@schedule
def around(rows: int, columns: int) -> list[list[int]]:
    return [[total(i, j) for j in range(columns)] for i in range(rows)]


@schedule
def two_sites(n: int) -> list[Any]:
    found = []
    for i in range(n):
        found.append(total(i, 1))
        found.append(shown(i))
    return found


@schedule
def named(n: int) -> list[int]:
    return [total(i, c=i) for i in range(n)]


@schedule
def fails_in_between(n: int) -> list[Any]:
    found: list[Any] = []
    for i in range(n):
        try:
            found.append(total(i, [1, "x"][i % 9 == 4]))
        except TypeError as failure:
            found.append(str(failure))
    return found


def test_calls_are_taken_in_rows(fates: dict[str, int]) -> None:
    learnt()
    fates.update(taken=0, apart=0)
    assert sums(500) == sum(range(500)) + 500
    assert fates == {"taken": 500, "apart": 0}


def test_a_chain_is_a_row(fates: dict[str, int]) -> None:
    learnt()
    chain(10)
    fates.update(taken=0, apart=0)
    assert chain(500) == sum(range(500))
    assert fates["taken"] > 400


MIXED = [0, 1, True, False, None, 0.0, -0.0, 1.0, 1.5, float("nan"), "1", b"1", 10**30, "", 2, 3]


@pytest.mark.parametrize(
    "values",
    [
        list(range(200)),
        MIXED * 20,
        [0.0, -0.0] * 60,
        [-0.0, 1.0, -1.0] * 60,
        [1.5, float("nan"), 2.5, float("inf")] * 40,
        [True, 1, False, 0] * 40,
        ["a", "b" * 5000, "c"] * 40,
        [1, [2], 3] * 40,
    ],
)
def test_what_is_equal_is_not_always_the_same(values: list[Any]) -> None:
    learnt()
    assert_equivalent(each_shown, values)
    assert [*map(repr, each_returned(values))] == [*map(repr, values)]


def test_whether_two_arguments_are_one_object_is_seen() -> None:
    learnt()
    text, other = "text" * 2, "texttext".replace("z", "")
    other = str(bytes(other, "ascii"), "ascii")
    pairs = [(text, text), (text, other), (None, None), (True, True)] * 40
    assert_equivalent(each_compared, pairs)


@pytest.mark.parametrize("program", [walk, two_sites, named, fails_in_between])
def test_rows_change_nothing(program: Any) -> None:
    learnt()
    program(20)
    assert_equivalent(program, 300)


def test_what_is_left_of_a_row_is_dropped(fates: dict[str, int]) -> None:
    learnt()
    for limit in (0, 50, 5000):
        assert_equivalent(ends_early, 400, limit)
    assert_equivalent(around, 20, 30)


@pytest.mark.parametrize("window", [1, 2, 3, 17, 100])
def test_rows_keep_to_the_window(window: int, workers: str) -> None:
    with configure(workers=[{"type": workers, "cores": 2}], inline=False, window=window):
        learnt()
        assert_equivalent(sums, 300)
        assert_equivalent(chain, 300)


def test_a_row_falls_apart_where_the_program_is_disturbed(
    fates: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt()
    fates.update(taken=0, apart=0)
    monkeypatch.setattr(tame, "is_undisturbed", lambda: False)
    assert sums(300) == sum(range(300)) + 300
    assert fates["taken"] == 0
    assert fates["apart"] > 0


@pytest.mark.parametrize(
    "args, expected",
    [((1, 2), True), ((0.0,), False), ((1.5, None), True), ((float("nan"),), False)]
    + [(("x" * 4096,), True), (("x" * 4097,), False), ((b"y" * 4097,), False)],
)
def test_certain_arguments(args: tuple[Any, ...], expected: bool) -> None:
    assert is_certain(args) is expected


@functional
def busy(x: int) -> int:
    """Long enough to be worth a row."""
    end = perf_counter() + 60e-6
    while perf_counter() < end:
        pass
    return x


@functional
def busy_too(x: int) -> int:
    return busy(x)


@functional
def busy_sum_of(a: int, b: int) -> int:
    return busy(a) + b


@functional
def busy_or_not(x: int) -> int:
    if x == 5:
        raise ValueError(x)
    return busy(x)


@functional
def never_ends(there: str) -> int:
    while not Path(there).exists():
        sleep(0.001)
    return 0


@schedule
def busy_sum(n: int) -> int:
    found = 0
    for i in range(n):
        found += busy(i)
    return found


@schedule
def busy_pairs(n: int, there: str) -> int:
    """At one number a call is not made that was expected; a long one is never made."""
    found = 0
    for i in range(n):
        try:
            found += 10 // (busy(i) - 3)
            found += busy_too(i)
        except ZeroDivisionError:
            found += 1
    nothing = 10 // (busy(found) - found)
    return nothing + never_ends(there)


@schedule
def busy_chain(n: int) -> tuple[int, int]:
    found = 0
    for i in range(6):
        found += busy_too(i)
    linked = 1
    for i in range(n):
        try:
            found += busy_or_not(i)
        except ValueError:
            found += 1
        linked = busy_sum_of(linked, i)
    return found, linked


@schedule
def busy_learnt(n: int) -> int:
    found = 0
    for i in range(n):
        found += busy(i) + busy_too(i) + busy_or_not(100 + i) + busy_sum_of(i, 1)
    return found


@pytest.mark.parametrize("workers", ["multicore"], indirect=True)
def test_a_row_that_the_program_makes_itself_may_fall_apart(
    workers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[BaseException] = []
    trouble = Activation.trouble

    def troubled(activation: Activation, error: BaseException) -> None:
        troubles.append(error)
        trouble(activation, error)

    monkeypatch.setattr(Activation, "trouble", troubled)
    there = tmp_path / "there"
    there.touch()
    busy_learnt(60)
    takes(60e-6, busy, busy_too, busy_sum_of, busy_or_not)
    with pytest.raises(ZeroDivisionError):
        busy_pairs(30, str(there))
    there.unlink()
    never_started = [{"type": workers, "cores": 3}]
    with configure(workers=never_started, inline="auto"):
        assert_equivalent(busy_chain, 30)
    with configure(workers=[{"type": workers, "cores": 4}], inline="auto"):
        assert_equivalent(busy_pairs, 30, str(there))
        there.touch()
    assert not troubles


@pytest.mark.parametrize("workers", ["multicore"], indirect=True)  # it takes these a while to start
def test_a_row_that_no_worker_has_begun_is_made_by_the_program(
    workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_here = 0
    take_back = Filling.take_back

    def taking_back(filling: Filling, row: Row) -> None:
        nonlocal made_here
        take_back(filling, row)
        made_here += row.is_here

    learnt()
    busy_sum(50)
    takes(60e-6, busy)
    monkeypatch.setattr(Filling, "take_back", taking_back)
    never_started = [{"type": workers, "cores": 3}]
    with configure(workers=never_started, inline="auto"):
        assert busy_sum(300) == sum(range(300))
    assert made_here > 0
