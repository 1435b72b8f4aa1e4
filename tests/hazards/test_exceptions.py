"""Exceptions arrive as if the call had been made on the spot."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")


class TwoArguments(Exception):
    """Cannot be unpickled: its args are not what its constructor takes."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left}{right}")


class Carrier(Exception):
    """Carries an object of the program."""

    def __init__(self, cargo: Any) -> None:
        super().__init__("see cargo")
        self.cargo = cargo


class Slotted(Exception):
    """Has a slot, which no pickle of an exception minds."""

    __slots__ = ("place",)
    place: list[str]


class Stateful(Exception):
    """Knows more than its args."""


ERROR = ValueError("the only one")


@functional
def chained(table: dict[str, int], key: str) -> int:
    try:
        try:
            return table[key]
        except KeyError:
            raise OSError("inner")
    except OSError:
        raise ValueError("outer")


@functional
def caused(key: str) -> int:
    raise ValueError(key) from KeyError("cause")


@functional
def suppressed(key: str) -> int:
    try:
        raise KeyError(key)
    except KeyError:
        raise ValueError(key) from None


@functional
def two_arguments(key: str) -> int:
    raise TwoArguments(key, "!")


@functional
def carries(cargo: Any) -> int:
    raise Carrier(cargo)


@functional
def slotted(key: str) -> int:
    error = Slotted(key)
    error.place = [key]
    raise error


@functional
def stateful(key: str) -> int:
    error = Stateful(key)
    error.level = 3  # type: ignore[attr-defined]
    error.add_note("noted")
    raise error


@functional
def the_only_one(key: str) -> int:
    raise ERROR


@functional
def group(key: str) -> int:
    raise ExceptionGroup("several", [ValueError(key), TypeError(key)])


@functional
def missing_file(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


@functional
def deep(number: int) -> int:
    return deep(number - 1) if number else 1 // number


@functional
def exits(number: int) -> int:
    raise SystemExit(number)


@functional
def asks_what_is_handled(_: Any) -> Any:
    return sys.exc_info()[0], str(sys.exception())


@functional
def asks_for_its_text(_: Any) -> str:
    return traceback.format_exc(0)


@functional
def fine(value: Any) -> Any:
    return value


@schedule
def call(function: Any, argument: Any) -> Any:
    print("before")
    value = fine(argument)
    result = function(argument)
    print("after")
    return value, result


@schedule
def call_in_a_handler(function: Any, argument: Any) -> Any:
    try:
        dict[str, int]()["missing"]
    except KeyError:
        return function(argument)


@schedule
def call_per_item(function: Any, arguments: list[Any]) -> list[Any]:
    kept = []
    for argument in arguments:
        try:
            kept.append(function(argument))
        except Exception as error:
            kept.append(error)
    return kept


@schedule
def carried_object(cargo: list[int]) -> bool:
    try:
        carries(cargo)
    except Carrier as error:
        return error.cargo is cargo
    return False


@schedule
def raised_global(key: str) -> bool:
    try:
        the_only_one(key)
    except ValueError as error:
        return error is ERROR
    return False


@schedule
def chained_in_a_handler(table: dict[str, int]) -> int:
    try:
        return fine(1) // 0
    except ZeroDivisionError:
        return chained(table, "a")


@schedule
def kept_by_a_star(keys: list[str]) -> list[BaseException]:
    kept: list[BaseException] = []
    for key in keys:
        try:
            caused(key)
        except* ValueError as errors:
            kept.append(errors)
    return kept


@schedule
def raised_in_a_star(key: str) -> None:
    try:
        caused(key)
    except* ValueError:
        raise LookupError(key)


@schedule
def passed_by_a_star(key: str) -> None:
    try:
        group(key)
    except* TypeError:
        print("caught", key)
    finally:
        print("over", key)


@functional
def ends(number: int) -> int:
    if number == 2:
        raise StopIteration(number)
    return number


@schedule
def ends_in_a_generator(numbers: Any) -> Any:
    return list(ends(number) for number in numbers)


STARS = [kept_by_a_star, raised_in_a_star, passed_by_a_star]
ASKING = [asks_what_is_handled, asks_for_its_text]
RAISING = [caused, suppressed, two_arguments, carries, stateful, slotted, group, missing_file]


@pytest.mark.parametrize("function", RAISING, ids=lambda function: function.__name__)
@pytest.mark.parametrize("caller", [call, call_in_a_handler], ids=["call", "in a handler"])
def test_an_exception_arrives_with_type_arguments_chain_and_lines(
    caller: Any, function: Any
) -> None:
    assert_equivalent(caller, function, "key")


@pytest.mark.parametrize("function", RAISING, ids=lambda function: function.__name__)
def test_exceptions_that_are_kept_are_whole(function: Any) -> None:
    assert_equivalent(call_per_item, function, ["a", "b", "a"])


@pytest.mark.parametrize("function", STARS, ids=lambda function: function.__name__)
def test_exceptions_in_groups_are_whole(function: Any) -> None:
    assert_equivalent(function, "ab")


def test_the_context_of_a_context_is_kept() -> None:
    assert_equivalent(chained_in_a_handler, {})


def test_the_cause_that_a_generator_gives_an_exception_has_the_users_frames() -> None:
    assert_equivalent(ends_in_a_generator, [0, 1, 2, 3])


def test_frames_of_a_functional_are_in_the_traceback() -> None:
    assert_equivalent(call, deep, 5)


def test_system_exit_of_a_functional_ends_the_program_as_it_would() -> None:
    assert_equivalent(call, exits, 3)


def test_an_object_carried_by_an_exception_is_that_object() -> None:
    assert carried_object([1]) is True


def test_an_exception_that_is_a_global_is_that_global() -> None:
    assert raised_global("a") is True


@pytest.mark.parametrize("function", ASKING, ids=lambda function: function.__name__)
def test_the_exception_that_is_being_handled_is_there_for_a_functional(function: Any) -> None:
    assert_equivalent(call_in_a_handler, function, 3)
    assert_equivalent(call, function, 3)
