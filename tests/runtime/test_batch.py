"""Short calls travel together, and each is a call of its own."""

from __future__ import annotations

import os
import signal
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.runtime import batch as batches
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.runtime.session import session
from pydron_ng.testing import assert_equivalent
from pydron_ng.testing.overlap import listening


@pytest.fixture(autouse=True, params=["threads", "multicore"])
def workers(request: pytest.FixtureRequest) -> Iterator[str]:
    with configure(workers=[{"type": request.param, "cores": 2}], inline=False):
        yield request.param


#: Of threads it would be the program that dies; what writes past Python is refused call by call.
IN_PROCESSES = pytest.mark.parametrize("workers", ["multicore"], indirect=True)


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many calls there were in each batch that was sent."""
    found: list[int] = []
    whole = vars(batches.Batch)["blob"].fget

    def blob(batch: batches.Batch) -> Any:
        if batch._built is None:
            found.append(batch.size)
        return whole(batch)

    monkeypatch.setattr(batches.Batch, "blob", property(blob))
    return found


@functional
def double(n: int) -> int:
    return 2 * n


@functional
def various(n: int) -> Any:
    """Results and failures of all kinds, something said now and then."""
    if n % 7 == 3:
        raise ValueError(n)
    if n % 5 == 1:
        print("at", n)
    return [n, None, -0.0, float("nan"), "text", [n], {n: (n,)}, object][n % 8]


@schedule
def doubles(n: int) -> list[int]:
    return [double(i) for i in range(n)]


@schedule
def mixture(n: int) -> list[Any]:
    found: list[Any] = []
    for i in range(n):
        try:
            found.append(various(i))
        except ValueError as failure:
            found.append(str(failure))
    return found


def test_calls_that_are_known_to_be_short_travel_together(together: list[int]) -> None:
    doubles(20)
    together.clear()
    assert doubles(400) == [2 * i for i in range(400)]
    assert sum(together) == 400
    assert max(together) == 1024 // 8


def test_each_call_of_a_batch_has_an_outcome_of_its_own(together: list[int]) -> None:
    mixture(30)
    together.clear()
    assert_equivalent(mixture, 120)
    assert max(together) > 1


def test_each_call_of_a_batch_is_heard_of() -> None:
    doubles(20)
    with listening() as heard:
        doubles(50)
    assert len(heard.taken()) == 50
    assert len(heard.overlapped()) == 50


@functional
def length(text: str) -> int:
    return len(text)


@schedule
def lengths(sizes: list[int]) -> list[int]:
    return [length("x" * size) for size in sizes]


def test_large_arguments_travel_alone(together: list[int]) -> None:
    lengths([1] * 20)
    together.clear()
    assert lengths([10_000] * 40) == [10_000] * 40
    assert set(together) == {1}


@schedule
def some_are_not_reached(n: int) -> int:
    total = 0
    for i in range(n):
        total += double(i)
        if total > 100:
            raise OverflowError(total)
    return total


def test_calls_that_are_not_reached_leave_nothing_behind() -> None:
    doubles(20)
    assert_equivalent(some_are_not_reached, 300)
    assert doubles(30) == [2 * i for i in range(30)]
    with session().driver.lock:
        session().driver.wait(lambda: False)
    assert not session().driver._register.all()


@functional
def dies_once(marker: str, n: int) -> int:
    if n == 33 and Path(marker).exists():
        Path(marker).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return n


@schedule
def all_of(marker: str, n: int) -> list[int]:
    return [dies_once(marker, i) for i in range(n)]


@IN_PROCESSES
def test_a_batch_whose_worker_dies_is_made_again(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    assert all_of(str(marker), 20) == list(range(20))
    marker.touch()
    assert all_of(str(marker), 100) == list(range(100))
    assert not marker.exists()


# --- calls that take the results of others ---


@functional
def step(n: Any, more: int = 1) -> Any:
    """Numbers as a rule; at times a list, or a failure, which cannot be handed on so easily."""
    if n == 33:
        return [n]
    if n == 77:
        raise ValueError(n)
    return n[0] + more if isinstance(n, list) else n + more


@functional
def joined(left: int, right: int, text: str) -> str:
    return f"{left}{text}{right}"


@schedule
def chain(start: int, length: int) -> Any:
    x = start
    for _ in range(length):
        x = step(x)
    return x


@schedule
def diamonds(n: int) -> list[Any]:
    found = []
    for i in range(n):
        a = step(i)
        found.append(joined(step(a, 2), step(a, 3), "-"))
    return found


@schedule
def broken_chains(n: int) -> list[Any]:
    found: list[Any] = []
    for i in range(n):
        try:
            found.append(step(step(step(10 * i))))
        except ValueError as failure:
            found.append(str(failure))
    return found


@schedule
def chain_with_a_change(n: int) -> list[int]:
    found = []
    for i in range(n):
        x = step(i)
        x = [x + 1, x][bool(text_of(x))]
        found.append(step(x))
    return found


def text_of(x: int) -> str:
    """Nobody knows what this does."""
    return "" if x % 3 else "x"


def test_a_chain_is_one_round_trip(together: list[int]) -> None:
    chain(100, 20)
    together.clear()
    assert chain(100, 200) == 300
    assert max(together) > 1


@functional
def longer(numbers: array[float]) -> array[float]:
    return numbers + array("d", [1.0])


@schedule
def grown(numbers: array[float], links: int) -> array[float]:
    for _ in range(links):
        numbers = longer(numbers)
    return numbers


def test_what_takes_the_result_of_a_call_with_large_arguments_does_not_go_along(
    together: list[int],
) -> None:
    grown(array("d", range(10_000)), 3)
    together.clear()
    with listening() as heard:
        assert len(grown(array("d", range(10_000)), 10)) == 10_010
    assert set(together) == {1}
    assert len(heard.taken()) == 10


@pytest.mark.parametrize("start", [0, 32, 34, 60, 76, 78])
def test_a_chain_ends_where_it_ends(start: int) -> None:
    chain(100, 20)
    assert_equivalent(chain, start, 40)


@pytest.mark.parametrize("program", [diamonds, broken_chains, chain_with_a_change])
def test_results_are_handed_on_as_they_are(program: Any) -> None:
    chain(100, 20)
    program(3)
    assert_equivalent(program, 40)


@functional
def steps_or_dies(n: int, marker: str) -> int:
    if n == 33 and Path(marker).exists():
        Path(marker).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return n + 1


@schedule
def mortal_chain(marker: str, length: int) -> int:
    x = 0
    for _ in range(length):
        x = steps_or_dies(x, marker)
    return x


@IN_PROCESSES
def test_a_chain_whose_worker_dies_is_made_again(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    assert mortal_chain(str(marker), 20) == 20
    marker.touch()
    assert mortal_chain(str(marker), 100) == 100
    assert not marker.exists()


_shift = 1


def shift() -> None:
    """Nobody knows what this does."""
    global _shift
    _shift += 1


@functional
def slow_step(n: int) -> int:
    for _ in range(3_000):
        pass
    return n + 1


@schedule
def slow_steps(n: int) -> list[int]:
    return [slow_step(i) for i in range(n)]


@schedule
def shifted(n: int) -> list[int]:
    found = []
    for _ in range(n):
        shift()
        first = slow_step(_shift)
        found.append(slow_step(slow_step(first)))
    return found


def test_a_call_whose_predecessor_was_another_one_is_made_again() -> None:
    global _shift
    for _ in range(3):  # until it is known to be short
        slow_steps(20)
    _shift = 0
    assert shifted(2) == [4, 5]


@functional
def prints_past_python(n: int) -> int:
    if n == 5:
        os.write(1, b"past Python\n")
    return n + 1


@schedule
def loud_chain(length: int) -> int:
    x = 0
    for _ in range(length):
        x = prints_past_python(x)
    return x


@IN_PROCESSES
def test_a_chain_of_which_nothing_is_believed_is_made_again(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert loud_chain(4) == loud_chain(4) == 4
    assert loud_chain(30) == 30
    assert capfd.readouterr().out.count("past Python") == 1
    trouble = [r for r in entry_of(loud_chain).program.reasons if r.code == "runtime-trouble"]  # type: ignore[union-attr]
    assert not trouble


def test_chains_where_small_calls_are_made_by_the_program() -> None:
    with configure(inline="auto"):
        assert_equivalent(chain, 100, 200)
        assert_equivalent(diamonds, 50)
        assert_equivalent(broken_chains, 20)
