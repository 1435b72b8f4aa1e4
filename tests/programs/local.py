"""Functions that the scheduled function makes itself, and calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def square(value: int) -> int:
    spin(300)
    return value * value


@functional
def picky(value: int) -> int:
    if value % 3 == 2:
        raise ValueError(value)
    return value + 1


@schedule
def with_a_helper(values: list[int], gain: int) -> list[int]:
    def clean(value: int, *, offset: int = gain + 1) -> int:
        """What it captures is there when it is called."""
        return square(value) * gain + offset

    return [clean(value) for value in values] + [clean(2, offset=7)]


@schedule
def with_a_lambda(values: list[int], gain: int) -> list[int]:
    scaled: Any = lambda value, by=gain: square(value) * by + gain
    return [scaled(value) for value in values] + [scaled(3, 5), scaled(by=2, value=9)]


@schedule
def helpers_of_helpers(values: list[int]) -> list[int]:
    def outer(value: int) -> int:
        def inner(more: int) -> int:
            return square(more) + square(value)

        return inner(value + 1) + square(inner(1) % 10)

    found = []
    for value in values:
        print(value)
        found.append(outer(value))
    return found


@schedule
def recursive_helper(count: int) -> int:
    def down(value: int) -> int:
        return square(value) + down(value - 1) if value > 0 else 0

    return down(count)


@schedule
def made_in_a_loop(values: list[int]) -> list[int]:
    found = []
    for value in values:

        def shifted(number: int) -> int:
            return square(number + value)

        found.append(shifted(1) + shifted(2))
    return found


@schedule
def late_binding(values: list[int]) -> list[int]:
    gain = 1

    def gained(value: int) -> int:
        return square(value) * gain

    found = [gained(value) for value in values]
    gain = 10
    return found + [gained(value) for value in values]


@schedule
def changes_a_captured_name(values: list[int]) -> list[int]:
    total = 0

    def add(value: int) -> int:
        nonlocal total
        total += square(value)
        return total

    found = [add(value) for value in values]
    return [*found, total, square(total)]


@schedule
def tables_of_functions(values: list[int]) -> list[Any]:
    steps: list[tuple[str, Callable[[int], int]]] = [
        ("square", square),
        ("twice", lambda value: square(square(value) % 7)),
        ("less", lambda value: square(value) - 1),
    ]
    found = []
    for value in values:
        for name, step in steps:
            found.append((name, step(value)))
    return found


@schedule
def raises_inside(values: list[int]) -> list[Any]:
    def careful(value: int) -> Any:
        try:
            return picky(value)
        except ValueError as error:
            print("refused", error)
            return str(error)

    def bold(value: int) -> int:
        return picky(value) + picky(value + 1)

    seen: list[Any] = []
    for value in values:
        seen.append(careful(value))
        try:
            seen.append(bold(value))
        except ValueError as error:
            seen.append(error)
    return seen


@schedule
def raises_in_a_lambda(values: list[int]) -> list[int]:
    bold: Any = lambda value: picky(value) * 2
    return [bold(value) for value in values]


@schedule
def as_keys(values: list[int]) -> list[Any]:
    return [
        sorted(values, key=lambda value: square(value) % 5),
        max(values, key=lambda value: square(value) % 7),
        list(map(lambda value: square(value) + 1, values)),
        list(filter(lambda value: square(value) % 2, values)),
    ]


@schedule
def handed_to_strangers(values: list[int]) -> list[Any]:
    def weight(value: int) -> int:
        return square(value) % 10

    return [stranger(weight, value) for value in values] + [stranger(lambda v: square(v) + 1, 4)]


def stranger(function: Callable[[int], int], value: int) -> list[Any]:
    return [function(value), function.__name__, function.__defaults__, function.__doc__]


@schedule
def comprehension_in_a_helper(values: list[int]) -> list[Any]:
    def row(width: int) -> list[int]:
        return [square(value) for value in values[:width] if square(value) != 9]

    table: Any = lambda width: {value: square(value) for value in values[:width]}
    return [row(2), row(4), table(3)]


@schedule
def looks_at_its_own_names(values: list[int]) -> list[Any]:
    def shown(value: int) -> Any:
        more = square(value)
        return sorted(locals().items()), more

    return [shown(value) for value in values]


class Bench:
    def __init__(self, gain: int) -> None:
        self.gain = gain

    @functional
    def weigh(self, value: int) -> int:
        return self.gain * value

    @schedule
    def weigh_all(self, values: list[int]) -> list[int]:
        def weighed(value: int) -> int:
            return self.weigh(value) + square(value)

        return [weighed(value) for value in values]


@schedule
def default_arguments_are_kept(values: list[int]) -> list[Any]:
    def remember(value: int, seen: list[int] = []) -> list[int]:
        seen.append(square(value))
        return seen

    return [list(remember(value)) for value in values]


@schedule
def two_on_a_line(values: list[int]) -> list[Any]:
    both: dict[str, Any] = {"own": lambda x: square(x) - 1, "other": lambda x, y=2: square(x + y)}
    pair: Any = (lambda x: square(x), lambda y: -square(y))
    print(sorted(both), [made(7) for made in pair])
    return [(name, [step(value) for value in values]) for name, step in both.items()]


VALUES = [3, 1, 2, 5, 4, 8]


class Made:
    """Makes a class of its own in each call, and has functional functions that refer to it."""

    @staticmethod
    @schedule
    def kinds(values: list[int]) -> list[bool]:
        @dataclass
        class Own:
            value: int

        @functional
        def next_one(own: Own) -> Own:
            spin(300)
            return Own(own.value + 1)

        made = [next_one(Own(value)) for value in values]
        return [type(one) is Own for one in made]


CALLS = [
    Call.of(Made.kinds, VALUES),
    Call.of(with_a_helper, VALUES, 3),
    Call.of(with_a_lambda, VALUES, 3),
    Call.of(helpers_of_helpers, VALUES),
    Call.of(recursive_helper, 12),
    Call.of(made_in_a_loop, VALUES),
    Call.of(late_binding, VALUES),
    Call.of(changes_a_captured_name, VALUES),
    Call.of(tables_of_functions, VALUES),
    Call.of(raises_inside, VALUES),
    Call.of(raises_in_a_lambda, VALUES),
    Call.of(as_keys, VALUES),
    Call.of(handed_to_strangers, VALUES),
    Call.of(comprehension_in_a_helper, VALUES),
    Call(Bench.weigh_all, lambda: ([Bench(3), VALUES], {})),
    Call.of(default_arguments_are_kept, VALUES),
    Call.of(two_on_a_line, VALUES),
    Call.of(looks_at_its_own_names, VALUES),
]
