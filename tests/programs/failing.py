"""Exceptions: a try per item, retries, finally, and those that nobody catches."""

from __future__ import annotations

import logging
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin

log = logging.getLogger("tests.failing")


class BadFrame(ValueError):
    """A frame that cannot be used."""


class Odd(Exception):
    """Does not survive pickling as it is: its arguments are not those of its constructor."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"{number}: {reason}")
        self.number = number


@functional
def load(number: int) -> list[int]:
    spin(400)
    if number % 3 == 2:
        raise BadFrame(number, "bad frame")
    return list(range(number))


@functional
def invert(number: int) -> float:
    return 1 / number


@functional
def odd(number: int) -> int:
    if number % 2:
        raise Odd(number, "odd")
    return number // 2


@functional
def chained(number: int) -> int:
    try:
        return 1 // number
    except ZeroDivisionError as error:
        raise LookupError(number) from error


@functional
def fails_at_first(number: int, attempt: int) -> str:
    if attempt < number % 3:
        raise TimeoutError(f"{number} at attempt {attempt}")
    return f"{number} after {attempt}"


@functional
def missing(table: dict[str, int], key: str) -> int:
    return table[key]


@schedule
def try_per_item(numbers: list[int]) -> tuple[list[int], list[str]]:
    good, bad = [], []
    for number in numbers:
        try:
            frame = load(number)
            good.append(sum(frame))
        except BadFrame as error:
            bad.append(f"{number}: {error} {error.args}")
            print("cannot use", number)
    return good, bad


@schedule
def every_clause(numbers: list[int]) -> list[Any]:
    trail: list[Any] = []
    for number in numbers:
        try:
            value = invert(number)
            other = load(number)
        except ZeroDivisionError:
            trail.append("zero")
            continue
        except (BadFrame, TypeError) as error:
            trail.append(type(error).__name__)
        else:
            trail.append((value, other))
        finally:
            trail.append(number)
            print("done with", number)
    return trail


@schedule
def retries(numbers: list[int]) -> list[str]:
    results = []
    for number in numbers:
        for attempt in range(3):
            try:
                results.append(fails_at_first(number, attempt))
                break
            except TimeoutError as error:
                log.warning("attempt %d: %s", attempt, error)
        else:
            results.append(f"{number} given up")
    return results


@schedule
def retries_until_it_works(number: int) -> tuple[str, int]:
    attempt = 0
    while True:
        try:
            return fails_at_first(number, attempt), attempt
        except TimeoutError:
            attempt += 1
            print("again")


@schedule
def escapes(numbers: list[int]) -> list[float]:
    results = []
    for number in numbers:
        print("inverting", number)
        results.append(invert(number))
    return results


@schedule
def escapes_through_finally(numbers: list[int], trail: list[Any]) -> list[list[int]]:
    try:
        frames = [load(number) for number in numbers]
        trail.append("loaded")
        return frames
    finally:
        trail.append("finally")
        print("cleaned up")


@schedule
def translated_exceptions(numbers: list[int]) -> list[int]:
    results = []
    for number in numbers:
        try:
            results.append(odd(number))
        except Odd as error:
            if number > 6:
                raise RuntimeError(f"too big: {number}") from error
            results.append(error.number)
    return results


@schedule
def chains_survive(numbers: list[int]) -> list[int]:
    try:
        return [chained(number) for number in numbers]
    except LookupError as error:
        raise ValueError(str(error), repr(error.__cause__))


@schedule
def raises_inside_a_handler(numbers: list[int]) -> list[Any]:
    kept: list[Any] = []
    for number in numbers:
        try:
            kept.append(invert(number))
        except ZeroDivisionError:
            try:
                kept.append(chained(number))
            except LookupError as error:
                kept.append(error)
    return kept


@schedule
def reraises(numbers: list[int]) -> list[float]:
    results = []
    for number in numbers:
        try:
            results.append(invert(number))
        except ZeroDivisionError:
            print("giving up at", number)
            raise
    return results


@schedule
def exceptions_are_kept(numbers: list[int]) -> list[Any]:
    kept: list[Any] = []
    for number in numbers:
        try:
            kept.append(load(number))
        except Exception as error:
            error.add_note(f"while loading {number}")
            kept.append(error)
    return kept


@schedule
def finally_overrides(numbers: list[int]) -> list[int]:
    results: list[int] = []
    for number in numbers:
        try:
            results += load(number)
        finally:
            if number == 5:
                return results
    return results


@schedule
def nested_tries(table: dict[str, int], keys: list[str]) -> list[Any]:
    found: list[Any] = []
    for key in keys:
        try:
            try:
                found.append(missing(table, key))
            except KeyError as error:
                found.append(error.args)
                found.append(invert(0))
        except ZeroDivisionError as error:
            found.append((str(error), type(error.__context__).__name__))
    return found


@schedule
def second_of_two_fails(number: int) -> tuple[float, list[int]]:
    first = invert(number)
    second = load(5)
    third = invert(0)
    return first + third, second


@schedule
def exits(numbers: list[int]) -> None:
    for number in numbers:
        if invert(number) < 0.3:
            raise SystemExit(number)


NUMBERS = [1, 2, 3, 4, 5, 0, 6]
CALLS = (
    Call.of(try_per_item, NUMBERS),
    Call.of(try_per_item, [2, 5, "x", 8]),
    Call.of(every_clause, NUMBERS),
    Call.of(every_clause, [1, None, 4]),
    Call.of(retries, NUMBERS),
    Call.of(retries_until_it_works, 5),
    Call.of(retries_until_it_works, 3),
    Call.of(escapes, [1, 2, 0, 4]),
    Call.of(escapes_through_finally, [1, 3, 5, 7], []),
    Call.of(escapes_through_finally, [1, 3], []),
    Call.of(translated_exceptions, [2, 3, 4, 5]),
    Call.of(translated_exceptions, [2, 3, 9, 5]),
    Call.of(chains_survive, [1, 2, 0]),
    Call.of(raises_inside_a_handler, [1, 0, 2, 0]),
    Call.of(reraises, [3, 2, 0, 1]),
    Call.of(exceptions_are_kept, NUMBERS),
    Call.of(finally_overrides, [1, 3, 5, 7]),
    Call.of(finally_overrides, [1, 2, 5]),
    Call.of(nested_tries, {"a": 1}, ["a", "b", "a", "c"]),
    Call.of(second_of_two_fails, 2),
    Call.of(second_of_two_fails, 0),
    Call.of(exits, [1, 2, 3, 4]),
)
