"""Values of classes of all sorts, for random programs to carry about."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from pydron_ng import functional

NAN = float("nan")
INF = float("inf")


class Touchy:
    """Prints at every touch: nothing may touch it that the sequential program does not."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        print("touched", name)
        return len(name)

    def __eq__(self, other: object) -> bool:
        print("compared")
        return isinstance(other, Touchy) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return 7

    def __bool__(self) -> bool:
        print("tested")
        return bool(self.value)

    def __len__(self) -> int:
        print("measured")
        return 2

    def __iter__(self) -> Iterator[Any]:
        print("walked")
        return iter([self.value, 1])

    def __getitem__(self, index: Any) -> Any:
        print("asked", index)
        return self.value

    def __setitem__(self, index: Any, value: Any) -> None:
        print("given", index)
        self.value = value

    def __contains__(self, item: object) -> bool:
        print("searched")
        return bool(self.value == item)

    def __add__(self, other: Any) -> Any:
        print("added")
        return self.value + other

    def __iadd__(self, other: Any) -> Self:
        print("grown")
        self.value = (self.value + other) % 97
        return self

    def __call__(self, n: Any) -> Any:
        print("called")
        return n

    def __enter__(self) -> Any:
        print("entered")
        return self.value

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        print("left", kind)
        return kind is ValueError

    @property
    def doubled(self) -> Any:
        print("doubled")
        return self.value * 2


class Reduced:
    """Is pickled in a way of its own, and prints when it is."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __reduce__(self) -> tuple[Any, ...]:
        print("reduced")
        return Reduced, (self.value,)


class Word(str):  # noqa: SLOT000  what users write
    """A str that is none."""


class Count(int):
    """An int that is none."""


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Point(NamedTuple):
    x: Any
    y: Any


@dataclass(frozen=True)
class Spot:
    x: Any
    marks: tuple[Any, ...] = ()


class Slotted:
    __slots__ = ("items", "number")

    def __init__(self, number: Any, items: Any) -> None:
        self.number, self.items = number, items


class Scale:
    """Its factor belongs to the class, which programs change."""

    factor: Any = 2

    @functional
    def scaled(self, n: Any) -> Any:
        return n * self.factor % 97

    @classmethod
    def turn(cls, n: Any) -> None:
        cls.factor = n


@dataclass
class Thing:
    number: Any = 0
    items: list[Any] = field(default_factory=list)

    @functional
    def weight(self, factor: Any = 1) -> Any:
        return (self.number * factor + len(self.items)) % 97

    def grow(self, value: Any) -> None:
        self.number += 1
        if len(self.items) < 9:
            self.items.append(value)


@functional
def value_of(u: Any) -> Any:
    """Whatever it is made of."""
    return getattr(u, "value", u)


@functional
def doubled(u: Any) -> Any:
    """Touches a Touchy, in its worker."""
    return u.doubled


@functional
def touchy(n: Any) -> Touchy:
    return Touchy(n)


@functional
def reduced(n: Any) -> Reduced:
    return Reduced(n)


@functional
def word(n: Any) -> Any:
    return Word(f"w{n}")


@functional
def count(n: Any) -> Any:
    return Count(n) if isinstance(n, int) else n


@functional
def color(n: Any) -> Color:
    return Color.RED if n % 2 else Color.BLUE


@functional
def point(n: Any) -> Point:
    return Point(n, [n])


@functional
def moved(p: Any, n: Any) -> Any:
    return p._replace(x=p.x + n)


@functional
def spot(n: Any) -> Spot:
    return Spot(n, (n, n + 1))


@functional
def slotted(n: Any, xs: Any) -> Slotted:
    return Slotted(n, xs)


@functional
def thing(n: Any) -> Thing:
    return Thing(n, [n])


@functional
def label(n: Any) -> str:
    return f"<{n}>"


@functional
def longer(s: Any, n: Any) -> Any:
    return (s + str(n))[-12:]


@functional
def distinct(xs: Any) -> set[Any]:
    return {x % 5 for x in xs}


@functional
def in_order(e: Any) -> list[Any]:
    """The order that the set has: it must not change on its way."""
    return list(e)[:6]


@functional
def keys_of(d: Any) -> list[Any]:
    return [len(str(key)) for key in d]
