"""A program that is executed, and not imported."""

from __future__ import annotations

import time

from pydron_ng import functional, schedule


@functional
def cell(number: int) -> int:
    time.sleep(0.004)
    return number


@schedule
def row(begin: int, count: int) -> list[int]:
    return [cell(number) for number in range(begin, begin + count)]


@functional
def total(begin: int, count: int) -> int:
    return sum(row(begin, count))


@schedule
def rows(count: int, length: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(total(length * number, length))
    return found
