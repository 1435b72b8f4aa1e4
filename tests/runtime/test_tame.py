"""Whether code of the user's can have run between two functional calls."""

from __future__ import annotations

import inspect
import os
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.runtime import tame
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.runtime.tame import Quiet, are_builtins, is_tame
from pydron_ng.translation.facts import Closed
from tests.scripts import run


class Number(int):
    """A number with code of its own."""


class Level(IntEnum):
    LOW = 1


@pytest.mark.parametrize("value", [1, "a", None, 2.5, range(3), [1, ("a", {2: [b""]})], {1}, ()])
def test_tame(value: object) -> None:
    assert is_tame(value)


@pytest.mark.parametrize(
    "value",
    [
        Number(1),
        Level.LOW,
        [Number(1)],
        {Number(1): 1},
        deque([1]),
        np.zeros(1),
        object(),
        iter([]),
    ],
)
def test_not_tame(value: object) -> None:
    assert not is_tame(value)


def test_what_is_too_large_to_be_looked_at_is_not_tame() -> None:
    assert not is_tame([[i] for i in range(2_000)])
    assert not is_tame(list(range(2_000)))


@pytest.fixture(name="quiet")
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Quiet:
    monkeypatch.setattr(tame, "is_undisturbed", lambda: True)
    return Quiet(Closed(frozenset(), changes=False), lambda _, missing: missing)


@pytest.mark.parametrize("last, expected", [(1, True), (Number(1), False)])
def test_a_large_value_is_looked_at_when_the_function_begins(
    last: int, expected: bool, quiet: Quiet
) -> None:
    quiet.met([*range(10_000), last])
    assert quiet.may_hold
    quiet.begin(is_worth_it=True)
    assert quiet.may_hold is expected
    assert quiet.holds() is expected


def test_a_large_value_is_not_looked_at_where_nothing_is_to_be_won(quiet: Quiet) -> None:
    quiet.begin(is_worth_it=False)
    assert quiet.may_hold
    quiet.met(1)
    assert quiet.holds()
    quiet = Quiet(Closed(frozenset(), changes=False), lambda _, missing: missing)
    quiet.met([*range(10_000)])
    quiet.begin(is_worth_it=False)
    assert not quiet.holds()


@pytest.mark.parametrize("last, expected", [(1, True), (Number(1), False)])
def test_a_large_result_is_looked_at_when_it_comes(last: int, expected: bool, quiet: Quiet) -> None:
    quiet.begin(is_worth_it=True)
    assert quiet.holds()
    quiet.met([*range(10_000), last])
    assert quiet.may_hold is expected


def test_there_is_an_end_to_looking_at_large_values(quiet: Quiet) -> None:
    quiet.begin(is_worth_it=True)
    large = list(range(tame._MOST_AT_ALL // 3))
    for expected in (True, True, False):
        quiet.met(large)
        assert quiet.may_hold is expected


def test_a_container_that_holds_itself_is_looked_at_once_in_a_while() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert not is_tame(endless)


@pytest.mark.parametrize("value, fixed", [((1, ("a",)), True), ([1], False), ({1: 1}, False)])
def test_fixed(value: object, fixed: bool) -> None:
    assert is_tame(value, fixed=True) is fixed


def test_names_of_builtins_may_stand_for_something_else() -> None:
    assert are_builtins(["len", "range"], {"len": len, "range": range}.get)
    assert not are_builtins(["len"], {"len": sum}.get)


@pytest.mark.parametrize(
    "listen",
    [
        "threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "signal.signal(signal.SIGUSR1, print)",
        "sys.settrace(lambda *_: None)",
        "sys.setprofile(lambda *_: None)",
        "gc.callbacks.append(lambda *_: None)",
    ],
)
def test_who_listens_may_run_code_at_any_moment(listen: str, tmp_path: Path) -> None:
    ended = run(
        tmp_path,
        "-c",
        f"""if True:
        import gc, signal, sys, threading
        from pydron_ng.runtime.tame import is_undisturbed
        print(is_undisturbed())
        {listen}
        print(is_undisturbed())
        """,
    )
    assert ended.out.split() == ["True", "False"], ended.err


# --- what is not looked at again has not changed; all else is ---


@functional
def setting(n: int) -> str:
    return f"{n} {os.environ.get('PYDRON_TEST_TAME')}"


class Setting(int):
    """A number that changes the environment when it is added to."""

    def __radd__(self, other: int) -> int:
        os.environ["PYDRON_TEST_TAME"] = str(other)
        return other + 1


@schedule
def adds(numbers: list[int]) -> list[str]:
    found = []
    total = 0
    for number in numbers:
        total = total + number
        found.append(setting(0))
    return found


def _with(function: Any, *arguments: Any) -> Any:
    os.environ["PYDRON_TEST_TAME"] = "unset"
    try:
        return function(*arguments)
    finally:
        del os.environ["PYDRON_TEST_TAME"]


def test_operators_of_the_programs_own_are_noticed() -> None:
    entry = entry_of(adds)
    assert entry is not None
    assert entry.program.closed is not None
    numbers = [1, 2, Setting(5), 3]
    with configure(workers=[{"type": "multicore", "cores": 2}], inline=False):
        assert _with(adds, numbers) == ["0 unset", "0 unset", "0 3", "0 3"]


class Hiding(Setting):
    """One that takes itself out of the list that it is in."""

    numbers: list[int]

    def __radd__(self, other: int) -> int:
        self.numbers[-1] = 1
        return super().__radd__(other)


@functional
def some(n: int) -> list[int]:
    return [Setting(x) for x in range(1_500)] if n == 5 else []


@schedule
def adds_before(numbers: list[int]) -> list[str]:
    total = 0
    for number in numbers:
        total = total + number
    return [setting(n) for n in range(20)]


@schedule
def adds_results(n: int) -> list[str]:
    found = []
    total = 0
    for x in range(n):
        found.append(setting(x))
        for number in some(x):
            total = total + number
        found.append(setting(0))
    return found


def hiding() -> list[int]:
    numbers = [1] * 1_500
    numbers.append(Hiding(1))
    numbers[-1].numbers = numbers  # type: ignore[attr-defined]
    return numbers


@pytest.mark.parametrize("known", [1e-6, 1e-3])
@pytest.mark.parametrize("function, argument", [(adds_before, hiding), (adds_results, lambda: 20)])
def test_operators_of_large_values_are_noticed(
    function: Any, argument: Callable[[], Any], known: float
) -> None:
    entry = entry_of(function)
    assert entry is not None
    assert entry.program.closed is not None
    expected = _with(inspect.unwrap(function), argument())
    with configure(workers=[{"type": "multicore", "cores": 2}], inline=False):
        for _ in range(3):
            setting.__functional__.seconds = known  # type: ignore[attr-defined]
            assert _with(function, argument()) == expected


_scale = [1]


@functional
def scaled(n: int) -> int:
    return n * sum(_scale)


@schedule
def grows(weights: Any) -> list[int]:
    found = []
    for n in range(6):
        found.append(scaled(n))
        weights += [1]
    return found


def test_a_global_of_a_functional_that_comes_in_as_an_argument_may_be_changed() -> None:
    with configure(workers=[{"type": "multicore", "cores": 2}], inline=False):
        try:
            assert grows(_scale) == [n * (n + 1) for n in range(6)]
        finally:
            _scale[:] = [1]
