"""Functional calls of 30 ms, or of as long as a test likes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydron_ng import functional

SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Shape:
    """A program of one parameter, and what it is an example of.

    levels: how many calls need no other, how many need those, and so on, where the trace, which
        takes the calls of an inner function for one chain, would say too much.
    """

    title: str
    program: Callable[[int], Any]
    size: int
    levels: tuple[int, ...] = ()


class Bad(ValueError):
    """An item that cannot be used."""


@functional
def f(x: int) -> int:
    time.sleep(SECONDS)
    return x + 1


@functional
def g(x: int) -> int:
    time.sleep(SECONDS)
    return x * 2


@functional
def add(a: int, b: int) -> int:
    time.sleep(SECONDS)
    return a + b


@functional
def total(xs: list[int]) -> int:
    time.sleep(SECONDS)
    return sum(xs)


@functional
def check(x: int) -> int:
    time.sleep(SECONDS)
    if x % 4 == 0:
        raise Bad(f"{x} is bad")
    return x


@functional
def split(x: int) -> tuple[int, int]:
    time.sleep(SECONDS)
    return x // 2, x - x // 2


@functional
def name(x: int) -> str:
    time.sleep(SECONDS)
    return f"item-{x}"
