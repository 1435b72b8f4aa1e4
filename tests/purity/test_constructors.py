"""Classes that are called without effect, and those that look as if."""

from __future__ import annotations

import abc
import collections
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from pydron_ng.purity.constructors import makes_a_value


class Plain(ValueError): ...


class WithInit(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(text)


@dataclass
class Point:
    x: int = 0
    tags: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frozen:
    x: int


class Inherited(Point): ...


@dataclass
class Checked:
    x: int

    def __post_init__(self) -> None:
        print(self.x)


@dataclass
class Made:
    x: Any = field(default_factory=lambda: print("made"))


@dataclass(init=False)
class OwnInit:
    x: int

    def __init__(self) -> None:
        print("made")


@dataclass
class Watching:
    x: int

    def __setattr__(self, name: str, value: object) -> None:
        print(name)


@dataclass
class Abstract(abc.ABC):
    x: int


class Pair(NamedTuple):
    left: int
    right: int = 0


Old = collections.namedtuple("Old", "left right")  # noqa: PYI024


class Counted(Pair):
    def __new__(cls, left: int) -> Counted:  # noqa: PYI034
        print("made")
        return super().__new__(cls, left)


class Usual:
    def __init__(self) -> None:
        print("made")


@pytest.mark.parametrize(
    "cls", [KeyError, StopIteration, Plain, Point, Frozen, Inherited, Pair, Old]
)
def test_to_call_such_a_class_has_no_effect(cls: Any) -> None:
    assert makes_a_value(cls)


@pytest.mark.parametrize(
    "cls", [WithInit, Checked, Made, OwnInit, Watching, Abstract, Counted, Usual, object(), print]
)
def test_code_of_the_program_is_not_called_a_value(cls: Any) -> None:
    assert not makes_a_value(cls)
