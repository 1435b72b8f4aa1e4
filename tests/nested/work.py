"""Programs whose functional calls make scheduled calls themselves."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import numpy as np

from pydron_ng import functional, schedule
from pydron_ng.runtime.grain import Functional
from pydron_ng.testing import Call

#: Long enough that it is worth sending.
SECONDS = 0.004


@functional
def slow(x: int) -> int:
    time.sleep(SECONDS)
    return x * x


@schedule
def squares(begin: int, count: int) -> list[int]:
    found = []
    for number in range(begin, begin + count):
        found.append(slow(number))
    return found


@functional
def sweep(begin: int, count: int) -> int:
    return sum(squares(begin, count))


@schedule
def sweeps(count: int, length: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(sweep(number * length, length))
    return found


@functional
def table(begin: int) -> list[int]:
    return [sum(row) for row in [squares(begin, 3), squares(begin + 3, 3)]] + sweeps(2, 2)


@schedule
def sweeps_of_sweeps(count: int) -> list[list[int]]:
    return [table(10 * number) for number in range(count)]


@functional
def worth(number: int) -> float:
    """How long a call has to be for this worker to hand it on."""
    squares(number, 2)
    return Functional.worth


@schedule
def worths(count: int) -> list[float]:
    return [worth(number) for number in range(count)]


# --- recursion ---


@functional
def merged(left: list[int], right: list[int]) -> list[int]:
    time.sleep(SECONDS)
    result = []
    at = there = 0
    while at < len(left) and there < len(right):
        if left[at] <= right[there]:
            result.append(left[at])
            at += 1
        else:
            result.append(right[there])
            there += 1
    return result + left[at:] + right[there:]


@schedule
@functional
def merge_sorted(numbers: list[int]) -> list[int]:
    if len(numbers) < 2:
        return numbers[:]
    half = len(numbers) // 2
    left = merge_sorted(numbers[:half])
    right = merge_sorted(numbers[half:])
    return merged(left, right)


@functional
def sorted_half(numbers: list[int]) -> list[int]:
    return halves(numbers) if len(numbers) > 1 else list(numbers)


@schedule
def halves(numbers: list[int]) -> list[int]:
    half = len(numbers) // 2
    left = sorted_half(numbers[:half])
    right = sorted_half(numbers[half:])
    return merged(left, right)


@functional
def node(depth: int) -> int:
    time.sleep(SECONDS)
    return 1 + (branches(depth - 1) if depth else 0)


@schedule
def branches(depth: int) -> int:
    total = 0
    for _ in range(2):
        total += node(depth)
    return total


@functional
def step(depth: int) -> int:
    return flight(depth - 1) if depth else slow(depth)


@schedule
def flight(depth: int) -> int:
    total = 0
    for number in range(2):
        total += slow(number)
    return total + step(depth)


# --- failures ---


class NoSuchNumber(Exception):
    """An exception of the program's own."""


@functional
def fails_at(number: int, bad: int) -> int:
    time.sleep(SECONDS)
    if number == bad:
        raise NoSuchNumber(number)
    return number


@schedule
def all_but(bad: int) -> list[int]:
    return [fails_at(number, bad) for number in range(5)]


@functional
def fails_inside(bad: int) -> int:
    return len(all_but(bad))


@functional
def mends(bad: int) -> str:
    try:
        return f"fine: {all_but(bad)}"
    except NoSuchNumber as failure:
        return f"mended: {failure}"


@functional
def chains(bad: int) -> int:
    try:
        return len(all_but(bad))
    except NoSuchNumber as failure:
        raise ValueError("an inner call failed") from failure


@schedule
def each(function: Callable[[int], Any], count: int) -> list[Any]:
    found = []
    for number in range(count):
        found.append(function(number))
    return found


@schedule
def mended(count: int) -> list[str]:
    found = []
    for number in range(count):
        found.append(mends(number))
    return found


@schedule
def some_fail(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(fails_inside(7 - number))
    return found


@schedule
def some_chain(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(chains(6 - number))
    return found


# --- side effects ---


@functional
def speaks(number: int) -> int:
    time.sleep(SECONDS)
    print("out", number)
    print("err", number, file=sys.stderr)
    warnings.warn(f"warning {number}", stacklevel=1)
    logging.getLogger("nested").warning("log %d", number)
    return number


@schedule
def speeches(count: int) -> int:
    total = 0
    for number in range(count):
        print("before", number)
        total += speaks(number)
        print("after", number)
    return total


@functional
def speaks_inside(count: int) -> int:
    print("begins", count)
    return speeches(count)


@functional
def keeps_what_is_said(count: int) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        speeches(count)
    return said.getvalue()


@schedule
def all_speak(count: int) -> list[Any]:
    said: list[Any] = []
    for number in range(count):
        said.append(speaks_inside(number + 1))
    for number in range(count):
        said.append(keeps_what_is_said(number + 1))
    return said


@functional
def reads(path: str) -> int:
    time.sleep(SECONDS)
    return len(Path(path).read_text())


@schedule
def lengths(path: str, count: int) -> int:
    total = 0
    for _ in range(count):
        total += reads(path)
    return total


@functional
def reads_inside(path: str) -> int:
    return lengths(path, 3)


@schedule
def grows(path: str) -> list[int]:
    """What calls of calls have read is written anew between their callers."""
    found = []
    for number in range(4):
        found.append(reads_inside(path))
        with open(path, "a") as file:
            file.write("x" * number)
    return found


@functional
def keeps_a_file(number: int) -> int:
    """Makes a file that only this call knows, and has others read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        Path(path).write_text("x" * number)
        return lengths(path, 3)


@schedule
def keep_files(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(keeps_a_file(number))
    return found


# --- values and surroundings ---


@dataclass
class Point:
    x: int
    tags: list[str]


@functional
def moved(point: Point) -> Point:
    time.sleep(SECONDS)
    return Point(point.x + 1, point.tags)


@schedule
def path_of(point: Point, length: int) -> list[Point]:
    found = []
    for _ in range(length):
        found.append(moved(point))
    return found


@functional
def walk(x: int) -> list[Point]:
    return path_of(Point(x, ["a", "b"]), 3)


@schedule
def walks(count: int) -> list[list[Point]]:
    found = []
    for number in range(count):
        found.append(walk(number))
    return found


@functional
def scaled(image: np.ndarray[Any, Any], factor: float) -> np.ndarray[Any, Any]:
    time.sleep(SECONDS)
    return image * factor


@schedule
def scales(image: np.ndarray[Any, Any]) -> float:
    total = 0.0
    for factor in (0.5, 1.5, 2.5):
        total += float(scaled(image, factor).sum())
    return total


@functional
def images(size: int) -> float:
    return scales(np.arange(float(size)))


@schedule
def many_images(sizes: list[int]) -> list[float]:
    found = []
    for size in sizes:
        found.append(images(size))
    return found


@functional
def third(number: int) -> Decimal:
    time.sleep(SECONDS)
    return Decimal(number) / 3


@schedule
def thirds(count: int) -> list[Decimal]:
    found = []
    for number in range(count):
        found.append(third(number))
    return found


@functional
def precise(digits: int) -> list[Decimal]:
    with localcontext() as context:
        context.prec = digits
        return thirds(3)


@schedule
def all_precise(most: int) -> list[list[Decimal]]:
    found = []
    for digits in range(3, most):
        found.append(precise(digits))
    return found


@functional
def local_class(x: int) -> int:
    """What it hands on is made of what only this call has defined."""

    @dataclass
    class Own:
        x: int

    @functional
    def doubled(own: Own) -> Own:
        time.sleep(SECONDS)
        return Own(2 * own.x)

    @schedule
    def all_doubled() -> list[Own]:
        return [doubled(Own(x + n)) for n in range(3)]

    made = all_doubled()
    assert all(type(one) is Own for one in made)
    return sum(one.x for one in made)


@schedule
def local_classes(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(local_class(number))
    return found


class Survey:
    """Methods that are scheduled and functional."""

    def __init__(self, scale: int) -> None:
        self.scale = scale

    @functional
    def measure(self, x: int) -> int:
        time.sleep(SECONDS)
        return self.scale * x

    @schedule
    def measures(self, count: int) -> list[int]:
        found = []
        for number in range(count):
            found.append(self.measure(number))
        return found

    @functional
    def total(self, count: int) -> int:
        return sum(self.measures(count))


@schedule
def surveys(count: int) -> list[int]:
    survey = Survey(3)
    found = []
    for number in range(count):
        found.append(survey.total(number))
    return found


@schedule
def stream(count: int) -> Iterator[int]:
    for number in range(count):
        yield slow(number)


@functional
def takes_some(number: int) -> list[int]:
    """Leaves the rest of what was handed on."""
    found = []
    for value in stream(8):
        found.append(value)
        if len(found) > number:
            break
    return found


@schedule
def take_some(count: int) -> list[list[int]]:
    found = []
    for number in range(count):
        found.append(takes_some(number))
    return found


NUMBERS = [(7 * n * n) % 101 for n in range(17)]
CALLS = [
    Call.of(sweeps, 3, 4),
    Call.of(sweeps, 1, 9),
    Call.of(sweeps_of_sweeps, 3),
    Call.of(merge_sorted, NUMBERS),
    Call.of(halves, NUMBERS),
    Call.of(branches, 3),
    Call.of(flight, 6),
    Call.of(mended, 6),
    Call.of(some_fail, 5),
    Call.of(some_chain, 4),
    Call.of(all_speak, 3),
    Call.of(keep_files, 4),
    Call.of(walks, 3),
    Call.of(many_images, [3, 1000, 40_000]),
    Call.of(all_precise, 8),
    Call.of(local_classes, 3),
    Call.of(surveys, 5),
    Call.of(take_some, 5),
]
