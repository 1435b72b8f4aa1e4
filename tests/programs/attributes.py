"""Attributes that change, and others of the same object that do not, or do after all."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call


@functional
def size(value: Any) -> int:
    return len(str(value))


@functional
def odd(number: int) -> int:
    if number % 2 == 0:
        raise ValueError(number)
    return number


class Plain:
    def __init__(self, start: int) -> None:
        self.start = start
        self.names = ["a", "b"]
        self.same = self.names
        self.found: dict[Any, Any] = {}
        self.failed = 0

    @functional
    def measured(self, number: int) -> Any:
        return number, self.start, dict(self.found)

    @property
    def doubled(self) -> int:
        return len(self.found) * 2


class Counting(Plain):
    """Whoever sets one attribute changes another."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if name == "failed":
            object.__setattr__(self, "start", self.start + 10)


def grown(names: list[str]) -> None:
    names.append("z")


@schedule
def beside_others(made: Any, count: int) -> Any:
    for number in range(count):
        try:
            made.found[number] = odd(number + made.start)
        except ValueError as error:
            made.failed += 1
            print(error, made.failed)
    return made.found


@schedule
def by_another_name(made: Any, count: int) -> Any:
    kept = []
    for number in range(count):
        kept.append(size(made.names))
        made.same.append(str(number))
    return kept


@schedule
def handed_on(made: Any, count: int) -> Any:
    kept = []
    for number in range(count):
        kept.append((size(made.names), size(made.start + number)))
        made.failed = number
        grown(made.names)
    return kept


@schedule
def computed(made: Any, count: int) -> Any:
    for number in range(count):
        made.found[number] = size(made.doubled)
    return made.found


@schedule
def its_own_methods(made: Any, count: int) -> Any:
    for number in range(count):
        method = made.measured
        made.found[number] = method(number), made.measured(number)
    made.found["all"] = list(map(made.measured, range(count)))
    return made.found


@schedule
def through_a_closure(made: Any, count: int) -> Any:
    def start() -> Any:
        return made.start

    for number in range(count):
        made.found[number] = size(start() + number), size(made.start)
    return made.found


CALLS = tuple(
    Call.of(program, made, 4)
    for program in (
        beside_others,
        by_another_name,
        handed_on,
        computed,
        its_own_methods,
        through_a_closure,
    )
    for made in (Plain(1), Counting(1))
)
