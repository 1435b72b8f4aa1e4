"""Functions that are handed to functions: map, filter, reduce, keys of sorted, min and max."""

from __future__ import annotations

import builtins
import functools
import itertools
import warnings
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def rate(value: Any, weight: Any = 1) -> Any:
    spin(300)
    return (value * 7 + weight) % 11


@functional
def speaks(value: Any) -> Any:
    print("rated", value)
    warnings.warn(f"rated {value}", stacklevel=2)
    return value % 3


@functional
def refuse(value: Any) -> Any:
    if value == 2:
        raise ValueError(value)
    return value


@functional
def join(left: Any, right: Any) -> Any:
    spin(100)
    return left + right


def aloud(value: Any) -> Any:
    print("asked", value)
    return -value


@schedule
def lazily(values: list[Any]) -> list[Any]:
    rated = map(rate, values)
    print("nothing is rated yet")
    first = next(rated, None)
    values.append(3)
    rest = list(rated)
    return [first, rest, type(rated).__name__, list(rated)]


@schedule
def one_after_the_other(values: list[Any]) -> Any:
    done = []
    for value in map(speaks, values):
        print("got", value)
        done.append(value)
    return done, sum(map(rate, values)), tuple(map(join, values, values))


@schedule
def kept(values: list[Any]) -> Any:
    return (
        list(filter(rate, values)),
        list(filter(lambda value: rate(value) > 4, values)),
        list(filter(None, map(rate, values))),
        list(itertools.starmap(rate, zip(values, values, strict=True))),
    )


@schedule
def ordered(values: list[Any]) -> Any:
    best = max(values, key=rate, default=None)
    worst = min(values, key=lambda value: (rate(value), -value), default=None)
    by_rate = sorted(values, key=rate, reverse=True)
    by_voice = sorted(values, key=speaks)
    by_user = sorted(values, key=aloud)
    return best, worst, by_rate, by_voice, by_user, max(3, 4, key=lambda v: rate(v, best))


@schedule
def folded(values: list[Any]) -> Any:
    return (
        functools.reduce(join, values, 0),
        functools.reduce(lambda total, value: total + rate(value), values, 0),
        functools.reduce(join, map(rate, values)),
    )


@schedule
def failing(values: list[Any]) -> Any:
    seen = []
    try:
        for value in map(refuse, values):
            seen.append(value)
    except ValueError as error:
        seen.append(str(error))
    try:
        return seen, sorted(values, key=lambda value: refuse(value) + rate(value))
    except ValueError:
        return seen, rate(len(values))


@schedule
def nested(rows: list[list[Any]]) -> Any:
    weight = 2
    done = []
    for number, row in enumerate(rows):
        print(number)
        done.append(list(map(lambda value: rate(value, weight + number), row)))
        weight += rate(number)
    return done, [sorted(row, key=lambda value: rate(value, 1)) for row in rows]


@schedule
def later(values: list[Any]) -> Any:
    weight: int
    rated = map(lambda value: rate(value, weight), values)
    weight = 5
    both = [map(rate, values) for _ in range(2)]
    return list(rated), [pair for pair in zip(*both, strict=True)], weight


@schedule
def unfinished(values: list[Any]) -> Any:
    return map(lambda value: rate(value) + 1, values)


@schedule
def made_inside(values: list[Any]) -> Any:
    seen = []

    def clean(value: Any, more: Any = 1) -> Any:
        seen.append(value)
        print("clean", value)
        return rate(value, more) + rate(value)

    def refined(value: Any) -> Any:
        return max([value, 3], key=lambda x: rate(x, value))

    halved = lambda value: rate(value) / 2
    lazy = map(clean, values)
    first = next(lazy, None)
    return (
        first,
        list(lazy),
        sorted(values, key=halved),
        list(map(refined, values)),
        functools.reduce(clean, values),
        seen,
    )


@schedule
def looks_around(values: list[Any]) -> Any:
    names = list(map(lambda value: (rate(value), sorted(locals())), values))
    return names, sorted(values, key=lambda value: eval("value + 1") + rate(value))


@schedule
def stepwise(values: list[Any]) -> Any:
    yield from map(rate, values)
    for value in filter(lambda value: rate(value), values):
        yield value, rate(value)


@schedule
def handed_anything(function: Any, values: list[Any]) -> Any:
    try:
        return list(map(function, values)), sorted(values, key=function), min(values, key=function)
    except TypeError as error:
        return str(error)


class Own:
    """Keeps what it is handed."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def map(self, function: Any, values: list[Any]) -> Any:
        self.seen.append(function)
        return [function(value) for value in values]


@schedule
def methods_of_the_name(values: list[Any]) -> Any:
    own = Own()
    found = own.map(rate, values)
    also = own.map(lambda value: rate(value, 2), values)
    return found, also, own.seen[0] is rate, own.seen[1].__code__.co_freevars


@schedule
def replaced(values: list[Any]) -> Any:
    found: list[Any] = []

    def sorted(values: Any, key: Any) -> Any:  # noqa: A001
        found.append(key)
        return builtins.sorted(values, key=key)

    done = sorted(values, key=rate), sorted(values, key=lambda value: rate(value))
    return done, found[0] is rate, found[1].__name__, found[1].__code__.co_freevars


@schedule
def handed_back(values: list[Any]) -> Any:
    return map(refuse, values)


def goes_on_elsewhere(values: list[Any]) -> Any:
    return list(handed_back(values))


VALUES = [4, 1, 2, 9, 5]


@schedule
def searched(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    found.append(any(rate(v) > 8 for v in values))
    found.append(all(speaks(v) for v in values))
    found.append(next((rate(v, 2) for v in values if rate(v) > 8), None))
    found.append(any(map(refuse, values[:1])))
    rates = map(rate, values)
    if found[0]:
        return [*found, next(rates, None)]
    for rating in map(rate, values):
        if rating > 6:
            break
        found.append(rating)
    return [*found, list(rates), any(refuse(v) for v in values)]


CALLS = (
    Call.of(searched, VALUES),
    Call.of(searched, []),
    Call.of(searched, [1, 3, 4]),
    Call.of(searched, [0, 3, 2]),
    Call.of(lazily, VALUES),
    Call.of(lazily, []),
    Call.of(one_after_the_other, VALUES),
    Call.of(kept, VALUES),
    Call.of(ordered, VALUES),
    Call.of(ordered, []),
    Call.of(folded, VALUES),
    Call.of(folded, []),
    Call.of(failing, VALUES),
    Call.of(failing, [1, 3]),
    Call.of(nested, [[1, 2], [], [3]]),
    Call.of(later, VALUES),
    Call.of(unfinished, VALUES),
    Call.of(stepwise, VALUES),
    Call.of(looks_around, VALUES),
    Call.of(made_inside, VALUES),
    Call.of(handed_anything, rate, VALUES),
    Call.of(handed_anything, aloud, VALUES),
    Call.of(handed_anything, None, VALUES),
    Call.of(handed_anything, refuse, [1, 3]),
    Call.of(methods_of_the_name, VALUES),
    Call.of(replaced, VALUES),
    Call.of(goes_on_elsewhere, [1, 2, 3, 4]),
)
