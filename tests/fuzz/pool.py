"""What random programs call: functional functions, and functions nobody can reason about."""

from __future__ import annotations

import contextlib
import functools
import heapq  # noqa: F401  for programs
import itertools  # noqa: F401  for programs
import logging
import math
import time
import warnings
from collections import Counter, defaultdict, deque  # noqa: F401  for programs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pydron_ng import functional, schedule
from tests.programs.work import spin

STATE: list[Any] = []
log = logging.getLogger("tests.fuzz")


@dataclass
class Pair:
    """Keeps what it is given."""

    left: Any
    right: Any = 2


class Spot(NamedTuple):
    """Keeps what it is given, in order."""

    x: Any
    y: Any = 1


class Refusal(Exception):
    """Raised with two arguments, to be compared."""


@functional
def inc(n: Any) -> Any:
    return n + 1


@functional
def slow(n: Any) -> Any:
    return (n * 3 + spin(1500)) % 97


@functional
def rests(n: Any) -> Any:
    """Others have time for what comes after it."""
    time.sleep(0.002)
    return (n * 5 + 1) % 97


@functional
def mix(a: Any, b: Any = 2, *, c: Any = 1) -> Any:
    return (a * 7 + b * 3 + c) % 89


@functional
def many(*values: Any, **named: Any) -> Any:
    return (sum(values) + len(named) + sum(named.values())) % 97


@functional
def risky(n: Any) -> Any:
    if n % 4 == 3:
        raise ValueError(f"risky {n}")
    return n % 5 + 1


@functional
def refuses(n: Any) -> Any:
    if n % 5 == 2:
        raise Refusal(n, "refused")
    return n + 2


@functional
def divides(n: Any) -> Any:
    return 12 // (n % 3)


@functional
def chains(n: Any) -> Any:
    try:
        return divides(n)
    except ZeroDivisionError as error:
        raise KeyError(n) from error


@functional
def speaks(n: Any) -> Any:
    print("speaks", n)
    return n + 3


@functional
def warns(n: Any) -> Any:
    warnings.warn(f"warns {n}", stacklevel=1)
    log.warning("warned %s", n)
    return n + 4


@functional
def half(n: Any) -> float:
    return n / 2 if n else -0.0


@functional
def sign(n: Any) -> float:
    return math.copysign(1.0, n)


@functional
def is_odd(n: Any) -> bool:
    return bool(n % 2 == 1)


@functional
def total(xs: list[Any]) -> Any:
    return sum(xs) % 97


@functional
def first(xs: list[Any]) -> Any:
    return xs[0]


@functional
def same(xs: Any) -> Any:
    return xs


@functional
def rest(xs: list[Any]) -> list[Any]:
    return xs[1:]


@functional
def make(n: Any) -> list[Any]:
    spin(300)
    return [n, n + 1, n * 2 % 97]


@functional
def boxed(xs: list[Any]) -> list[list[Any]]:
    return [xs, xs, list(xs)]


@functional
def split(n: Any) -> tuple[Any, list[Any]]:
    return n // 2, [n, 1]


@functional
def one_of(xs: list[Any], ys: list[Any]) -> list[Any]:
    return xs if len(xs) > len(ys) else ys


@functional
def are_one(xs: Any, ys: Any) -> bool:
    return xs is ys


@functional
def mean(n: Any) -> float:
    return float(np.linspace(0.1, float(n) + 1, 7)[::-1].mean())


@functional
def table(n: Any) -> dict[int, Any]:
    return {1: n, 3: n + 1, 2: n * 2}


@functional
def flip(xs: Any) -> Any:
    """A view of an array, as likely as not: shares memory with its argument."""
    return np.asarray(xs, dtype=float)[::-1]


@functional
def largest(array: Any) -> float:
    return float(np.max(array))


@functional
def norm(m: Any) -> float:
    return float(np.sqrt((np.asarray(m, dtype=float) ** 2).sum()))


@functional
def shifted(m: Any, n: Any) -> Any:
    return m * 2 + n


@functional
def view_of(m: Any) -> Any:
    """A part of its argument, not a copy."""
    return m[1:]


@functional
def both(m: Any) -> tuple[Any, Any]:
    """Two arrays, one of which is a part of the other."""
    made = np.arange(5.0) + m[0]
    return made, made[1:4]


def push(xs: list[Any], n: Any) -> Any:
    """Changes its argument."""
    if len(xs) < 9:
        xs.append(n)
    return n


def drop(xs: list[Any]) -> Any:
    """Changes its argument; fails on an empty one."""
    return xs.pop()


def shout(n: Any) -> Any:
    """Prints."""
    print("shout", n)
    return n


def guard(n: Any) -> Any:
    """Sometimes raises."""
    if n % 7 == 5:
        raise Refusal(n, "guard")
    return n


def bump(n: Any = 1) -> Any:
    """Depends on how often it was called, and by whom."""
    STATE.append(n)
    return len(STATE) % 7


def keep(xs: Any) -> Any:
    """Keeps its argument and changes what it was given before."""
    if STATE and isinstance(STATE[0], list) and len(STATE[0]) < 9:
        STATE[0].append(7)
    STATE.insert(0, xs)
    return xs


@contextlib.contextmanager
def stage(n: Any) -> Iterator[Any]:
    """Prints around its block; swallows a Refusal now and then."""
    print("enter", n)
    try:
        yield n
    except Refusal:
        if n % 2:
            raise
    finally:
        print("leave", n)


@contextlib.contextmanager
def quiet(*kinds: type[BaseException]) -> Iterator[None]:
    """Swallows these exceptions, and says so."""
    try:
        yield
    except kinds as error:
        print("swallowed", type(error).__name__)


def told(before: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that prints before each call."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def tell(*args: Any, **kwargs: Any) -> Any:
            print(before, args)
            return function(*args, **kwargs)

        return tell

    return decorate


@schedule
def helper(n: Any, xs: list[Any]) -> Any:
    """A scheduled function for scheduled functions to call."""
    value = inc(n)
    for x in xs[:2]:
        value = mix(value, slow(x))
        if is_odd(value):
            print("helper", value)
    return value


@schedule
def stream(n: Any) -> Iterator[Any]:
    """A scheduled generator."""
    for step in range(3):
        yield mix(n, step)
        print("stream", step)
