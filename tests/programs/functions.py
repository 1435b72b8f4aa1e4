"""Closures, methods, generators, recursion, and functions that change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin

SCALE = 2
CHANGES: list[str] = []


@functional
def scaled(value: int) -> int:
    return value * SCALE


@functional
def square(value: int) -> int:
    spin(300)
    return value * value


@functional
def combine(left: Any, right: Any) -> Any:
    return left + right


@functional
def names(
    *args: int, key: int = 0, site: int = 0, self: int = 0, f: int = 0, **kwargs: int
) -> list[Any]:
    return [args, key, site, self, f, kwargs]


@dataclass
class Camera:
    gain: int
    taken: int = 0

    @functional
    def develop(self, value: int) -> int:
        return value * self.gain

    @staticmethod
    @functional
    def crop(value: int) -> int:
        return value - 1

    @classmethod
    @functional
    def title(cls, value: int) -> str:
        return f"{cls.__name__} {value}"

    @schedule
    def expose(self, values: list[int]) -> list[Any]:
        results: list[Any] = []
        for value in values:
            results.append(self.develop(value))
            self.gain += 1
            self.taken += 1
        results.append([self.crop(value) for value in values])
        results.append(Camera.title(self.taken))
        return results

    @staticmethod
    @schedule
    def series(values: list[int]) -> list[int]:
        return [Camera.crop(value) for value in values]

    @classmethod
    @schedule
    def plan(cls, values: list[int]) -> list[str]:
        return [cls.title(value) for value in values]


class Zoom(Camera):
    __secret = 3

    @schedule
    def expose_more(self, values: list[int]) -> list[Any]:
        results = super().expose(values)
        for value in values:
            results.append(square(value + self.__secret))
        return results


def make_counter(start: int) -> Callable[[list[int]], int]:
    count = start

    @schedule
    def counter(values: list[int]) -> int:
        nonlocal count
        for value in values:
            count += square(value)
            print(count)
        return count

    return counter


@schedule
def closures_as_functionals(values: list[int]) -> list[int]:
    scale = 3

    @functional
    def grow(value: int) -> int:
        return value * scale

    first = [grow(value) for value in values]
    scale = 10
    second = [grow(value) for value in values]
    return first + second


@schedule
def nested_scheduled(values: list[int]) -> int:
    offset = len(values)

    def shift(value: int) -> int:
        nonlocal offset
        offset += 1
        return square(value) + offset

    return sum(shift(value) for value in values) + offset


@schedule
def stream(values: list[int]) -> Iterator[int]:
    for value in values:
        print("before", value)
        yield square(value)
        print("after", value)


@schedule
def consumes_a_stream(values: list[int]) -> list[int]:
    results = []
    for item in stream(values):
        if item > 20:
            break
        results.append(combine(item, 1))
    return results


@schedule
def two_streams(values: list[int]) -> list[Any]:
    return [combine(left, right) for left, right in zip(stream(values), stream(values[::-1]))]


@schedule
def fibonacci(number: int) -> int:
    if number < 2:
        return square(number)
    return combine(fibonacci(number - 1), fibonacci(number - 2))


@schedule
def calls_scheduled(values: list[int]) -> list[int]:
    results = []
    for value in values:
        results.append(fibonacci(value))
        results.extend(consumes_a_stream([value]))
    return results


@schedule
def odd_keywords(values: list[int]) -> list[Any]:
    results = [names(*values, key=1, site=2, self=3, f=4, route=5, args=6)]
    options = {"key": 7, "function": 8, "task": 9}
    results.append(names(1, *values, 2, **options))
    results.append(names(**{"self": values[0], "kwargs": 1}))
    return results


@schedule
def a_global_changes_between_calls(values: list[int]) -> list[int]:
    global SCALE
    results = []
    for value in values:
        results.append(scaled(value))
        SCALE += 1
    return results


@schedule
def a_function_is_redefined_between_calls(values: list[int]) -> list[int]:
    def twice(value: int) -> int:
        return value * 2

    def thrice(value: int) -> int:
        return value * 3

    results = []
    for function in (twice, thrice):
        work = functional(function)
        for value in values:
            results.append(work(value))
    twice.__code__ = thrice.__code__
    results.extend([twice(value) for value in values])
    return results


@schedule
def a_functional_is_exchanged(values: list[int]) -> list[int]:
    global square
    results = [square(value) for value in values]
    square = functional(lambda value: -value)
    CHANGES.append("square")
    results.extend(square(value) for value in values)
    return results


@schedule
def functions_from_a_table(values: list[int]) -> list[Any]:
    table: dict[str, Callable[[int], Any]] = {"square": square, "scaled": scaled, "text": str}
    results = []
    for name, function in table.items():
        for value in values:
            results.append((name, function(value)))
    return results


@schedule
def passed_in(function: Callable[[int], int], values: list[int]) -> list[int]:
    return [function(value) for value in values]


@schedule
def keyword_only(*, first: int, second: int = 5, **rest: int) -> list[int]:
    return [square(first), square(second), *(square(value) for value in rest.values())]


@schedule
async def in_async_code(values: list[int]) -> list[int]:
    results = []
    for value in values:
        results.append(square(value))
    return results


VALUES = [1, 2, 3, 4, 5]
CALLS = (
    Call.of(Camera(3).expose, VALUES),
    Call.of(Zoom(2).expose_more, VALUES),
    Call.of(Camera.series, VALUES),
    Call.of(Zoom.plan, VALUES),
    Call.of(make_counter(10), VALUES),
    Call.of(closures_as_functionals, VALUES),
    Call.of(nested_scheduled, VALUES),
    Call.of(stream, VALUES),
    Call.of(stream, [1, "x", 3]),
    Call.of(consumes_a_stream, VALUES),
    Call.of(two_streams, VALUES),
    Call.of(fibonacci, 6),
    Call.of(calls_scheduled, [1, 4]),
    Call.of(odd_keywords, VALUES),
    Call.of(a_global_changes_between_calls, VALUES).watching("SCALE"),
    Call.of(a_function_is_redefined_between_calls, VALUES),
    Call.of(a_functional_is_exchanged, VALUES).watching("square", "CHANGES"),
    Call.of(functions_from_a_table, VALUES),
    Call.of(passed_in, square, VALUES),
    Call.of(passed_in, abs, VALUES),
    Call.of(keyword_only, first=2, third=7),
    Call.of(keyword_only, second=2),
    Call.of(in_async_code, VALUES),
)
