"""What cannot run ahead rests: its calls hardly ask."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pydron_ng import configure, functional, on_event, schedule
from pydron_ng.contract.watching import checking
from pydron_ng.events import Event, Taken
from pydron_ng.runtime.program import Program
from pydron_ng.runtime.rest import FOR_EVER, LONG, rest
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.testing.dependence import watched

CALLS = 3000


@functional
def double(x: int) -> int:
    return 2 * x


@schedule
def increased(x: int) -> int:
    return x + 1


@functional
def lock(x: int) -> Any:
    return threading.Lock()  # cannot travel


@schedule
def each(f: Callable[[int], Any]) -> list[Any]:
    return [f(x) for x in range(3)]


@schedule
def doubled(x: int) -> int:
    return double(x)


def _asked(monkeypatch: pytest.MonkeyPatch, function: Callable[[int], int]) -> int:
    """How many of so many calls ask whether they could run ahead."""
    asked = []
    is_possible = Program.is_possible

    def counted(program: Program, callee: Callable[[str], Any]) -> bool:
        asked.append(program)
        return is_possible(program, callee)

    monkeypatch.setattr(Program, "is_possible", counted)
    for x in range(CALLS):
        function(x)
    return len(asked)


def _is_as_written(function: Any) -> bool:
    return bool(function.__code__ is function.__wrapped__.__code__)


def test_that_a_function_without_functional_calls_never_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _asked(monkeypatch, increased) == 0
    assert _is_as_written(increased)


@pytest.mark.parametrize("watching", [watched, checking])
def test_what_was_watched_rests_again(watching: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with watching():
        assert not _is_as_written(increased)
        increased(1)
    assert _asked(monkeypatch, increased) == 0
    assert _is_as_written(increased)


def test_that_a_function_hardly_asks_while_all_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON", "off")
    assert 0 < _asked(monkeypatch, doubled) < CALLS / 50


def _resting(calls: int) -> Any:
    @schedule
    def function(x: int) -> int:
        return double(x)

    entry = entry_of(function)
    assert entry is not None
    rest(entry, calls)
    return function


def test_that_a_function_that_rests_for_long_is_what_the_user_wrote() -> None:
    function = _resting(LONG)
    assert _is_as_written(function)
    assert function(2) == 4


def test_that_a_function_that_rests_for_a_few_calls_counts_them() -> None:
    assert not _is_as_written(_resting(LONG - 1))


def test_that_a_new_configuration_wakes_what_rests() -> None:
    function = _resting(FOR_EVER)
    with configure(window=8):
        assert not _is_as_written(function)


def test_that_code_which_the_user_puts_in_place_stays_there() -> None:
    function = _resting(FOR_EVER)
    function.__code__ = (lambda x: -x).__code__
    with configure(window=8):
        assert function(2) == -2
    rest(function.__pydron_scheduled__.entry, FOR_EVER)
    assert function(2) == -2


def test_that_a_function_may_be_put_to_rest_while_it_runs() -> None:
    @schedule
    def function(x: int) -> list[int]:
        found = [double(x)]
        rest(entry_of(function), FOR_EVER)  # type: ignore[arg-type]
        if x:
            found += function(x - 1)
        return [*found, double(x)]

    assert function(2) == [4, 2, 0, 0, 2, 4]


def test_that_nothing_rests_where_every_call_is_to_be_dispatched() -> None:
    taken: list[Event] = []
    with (
        configure(workers=[{"type": "multicore", "cores": 1}], inline=False),
        on_event(lambda event: taken.append(event) if type(event) is Taken else None),
    ):
        for _ in range(3):
            each(lock)  # of no use
            taken.clear()
            assert each(double) == [0, 2, 4]
            assert taken
