"""Scheduled functions of a dozen shapes; the tests say what stands beside their lines."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydron_ng import ahead, functional, schedule


@functional
def f(x: Any) -> Any:
    time.sleep(0.001)
    return x


@functional
def g(x: Any) -> Any:
    time.sleep(0.001)
    return x


def load(path: Any) -> Any:
    return path


def log(x: Any) -> None:
    pass


class Camera:
    def grab(self) -> int:
        return 1


@schedule
def loop(xs: list[int]) -> list[int]:
    out = []
    for x in xs:
        out.append(g(f(x)))
    return out


@schedule
def steps(xs: list[int], file: Any) -> list[int]:
    out = []
    for x in xs:
        y = f(x)
        print(y)
        file.write(str(y))
        out.append(g(y))
    return out


@schedule
def unknown_call(paths: list[str]) -> list[Any]:
    out = []
    for path in paths:
        raw = load(path)
        out.append(f(raw))
    return out


@schedule
def changes(xs: list[Any]) -> list[Any]:
    out = []
    for x in xs:
        log(x)
        out.append(f(x))
    return out


@schedule
def lines(name: str) -> list[str]:
    out = []
    with open(name) as file:
        for line in file:
            out.append(f(line))
    return out


@schedule
def lines_read_ahead(name: str) -> list[str]:
    out = []
    with open(name) as file:
        for line in ahead(file):
            out.append(f(line))
    return out


@schedule
def rows(name: str) -> list[Any]:
    out = []
    with open(name) as file:
        for row in csv.reader(file):
            out.append(f(row))
    return out


@schedule
def inner(xs: list[int]) -> list[int]:
    def both(x: int) -> Any:
        log(x)
        return g(f(x))

    return [both(x) for x in xs]


@schedule
def chain(state: int) -> int:
    for _ in range(10):
        state = f(state)
    return state


@schedule
def rounds(xs: list[int]) -> float:
    total = 0.0
    while total < 10:
        for x in xs:
            total += f(x)
    return total


@schedule
def until_found(xs: list[int]) -> int:
    for x in xs:
        if f(x) > 3:
            return x
    return 0


@schedule(speculate=True)
def until_found_ahead(xs: list[int]) -> int:
    for x in xs:
        if f(x) > 3:
            return x
    return 0


@schedule
def method(n: int, camera: Camera) -> None:
    for _ in range(n):
        camera.grab()
        g(camera)


@schedule
def generator(xs: list[int]) -> Iterator[int]:
    for x in xs:
        yield f(x)


@schedule
def tries(xs: list[int]) -> list[int]:
    out = []
    for x in xs:
        try:
            y = f(x)
        except ValueError:
            continue
        out.append(g(y))
    return out


@schedule
def draws(n: int) -> list[float]:
    out = []
    for _ in range(n):
        out.append(f(random.random()))
    return out


@schedule
def drawn_first(n: int) -> list[float]:
    drawn = [random.random() for _ in range(n)]
    return [f(x) for x in drawn]


@schedule
def kept(xs: list[int]) -> dict[int, int]:
    known: dict[int, int] = {}
    for x in xs:
        if x not in known:
            known[x] = f(x)
    return known


@schedule
def handed(xs: Iterable[int], h: Callable[[int], int]) -> list[int]:
    a = [h(x) for x in xs]
    b = list(map(f, a))
    return sorted(b, key=lambda v: g(v))


@schedule
def largest(xs: list[int]) -> list[int]:
    found = []
    for _ in range(4):
        found.append(max(xs, key=lambda v: g(v)))
        xs = found
    return found


@schedule
def nothing(xs: list[int]) -> int:
    return sum(xs)


class Survey:
    def read(self, x: int) -> int:
        return x

    @functional
    def fit(self, x: int) -> int:
        return x

    @schedule
    def through_methods(self, xs: list[int]) -> None:
        for x in xs:
            y = self.read(x)
            self.fit(y)

    @schedule
    def run(self, xs: list[int]) -> list[int]:
        return [f(x) for x in xs]


class Keeper:
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[Any, Any] = {}

    @functional
    def measure(self, x: Any) -> Any:
        return x, self.folder

    @schedule
    def by_method(self, xs: list[Any]) -> None:
        for x in xs:
            self.found[x] = self.measure(x)

    @staticmethod
    @functional
    def still(x: Any) -> Any:
        return x

    @schedule
    def by_static_method(self, xs: list[Any]) -> None:
        for x in xs:
            self.found[x] = self.still(x)

    @schedule
    def by_field(self, xs: list[Any]) -> None:
        for x in xs:
            log(self.folder)
            self.found[x] = f(self.folder)

    @schedule
    def by_result(self, xs: list[Any]) -> None:
        for x in xs:
            self.found[x] = f(self.found["first"])
