"""Objects that are called: what a functional ``__call__`` of their class makes of the arguments."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call


class Polynomial:
    """What its class keeps is a value of the class itself."""

    ZERO: Polynomial

    def __init__(self, *coefficients: float) -> None:
        self.coefficients = coefficients

    @functional
    def __call__(self, x: float) -> float:
        total = 0.0
        for coefficient in self.coefficients:
            total = total * x + coefficient
        return total


Polynomial.ZERO = Polynomial()


class Asked:
    """An object that tells when it is asked for anything; calling it does not."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.__dict__["asked"].append(name)
        raise AttributeError(name)

    @functional
    def __call__(self, value: int) -> int:
        return value + 1


SQUARE = Polynomial(1, 0, 0)


@schedule
def sampled(curve: Polynomial, count: int) -> list[float]:
    before, steps = curve(0), []
    for number in range(1, count):
        now = curve(number / count)
        steps.append(now - before)
        before = now
    return steps


@schedule
def of_many(curves: list[Polynomial]) -> list[float]:
    return [curve(2.0) + SQUARE(1.0) + Polynomial.ZERO(3.0) for curve in curves]


@schedule
def asks_nothing(count: int) -> tuple[list[int], list[str]]:
    asked = Asked()
    return [asked(number) for number in range(count)], asked.asked


@schedule
def called_wrongly(curve: Polynomial) -> Any:
    try:
        return curve(1, 2)  # type: ignore[call-arg]
    except TypeError as error:
        return str(error)


@schedule
def repeated(count: int) -> list[int]:
    row = [1] * 3
    rows = [row] * count
    row.append(2)
    return [total(rows) for _ in range(count)]


@functional
def total(rows: list[list[int]]) -> int:
    return sum(map(sum, rows)) + len({id(row) for row in rows})


CALLS = (
    Call.of(sampled, Polynomial(1, 2, 3), 8),
    Call.of(of_many, [Polynomial(1, n) for n in range(5)]),
    Call.of(asks_nothing, 4),
    Call.of(called_wrongly, SQUARE),
    Call.of(repeated, 4),
)
