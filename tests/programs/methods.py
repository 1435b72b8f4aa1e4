"""Scheduled and functional functions as what classes are made of."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call


@functional
def inc(value: int) -> int:
    return value + 1


@functional
def refuses(value: Any) -> Any:
    raise ValueError(value)


class Base:
    def hello(self, value: int) -> Any:
        return "base", value

    @classmethod
    def make(cls, value: int) -> Any:
        return cls.__name__, value

    @property
    def size(self) -> int:
        return inc(1)


class Instrument(Base):
    """Every kind of method, scheduled; private names routed."""

    __slots__ = ("__hidden", "_seen")
    __private = 5

    @functional
    def __double(self, value: int) -> int:
        return value * 2

    @staticmethod
    @functional
    def __triple(value: int) -> int:
        return value * 3

    @schedule
    def run(self, number: int) -> Any:
        self.__hidden = [self.__double(value) for value in range(number)]
        self._seen = [Instrument.__triple(value) + self.__private for value in range(number)]
        kept: list[Any] = []
        for value in range(number):
            kept.append(self.__double(value))
            kept.append(super().hello(inc(value)))
            kept.append(__class__.__name__)
            __local = inc(value)
            kept.append(__local)
        again = [super(Instrument, self).hello(inc(value)) for value in range(number)]
        return kept, self.__hidden, self._seen, again

    @property
    @schedule
    def size(self) -> Any:
        return inc(super().size), [inc(value) for value in range(3)]

    @schedule
    @classmethod
    def make(cls, value: int) -> Any:
        return super().make(inc(value)), [inc(value) for value in range(2)]

    @classmethod
    @schedule
    def make_again(cls, value: int) -> Any:
        return super().make(inc(value)), cls.__triple(value)

    @staticmethod
    @schedule
    def still(number: int) -> Any:
        return [inc(value) for value in range(number)]

    @schedule
    @staticmethod
    def as_still(number: int) -> Any:
        return [inc(value) for value in range(number)]

    @schedule
    def __call__(self, number: int) -> Any:
        return [self.__double(value) for value in range(number)]

    @schedule
    def __getitem__(self, index: int) -> Any:
        if index > 3:
            raise IndexError(inc(index))
        return inc(index)

    @schedule
    def __iter__(self) -> Iterator[int]:
        for value in range(3):
            yield inc(value)

    @schedule
    def __contains__(self, value: int) -> bool:
        return inc(value) in [inc(1), inc(2)]

    @schedule
    def __enter__(self) -> int:
        return inc(1)

    @schedule
    def __exit__(self, *error: object) -> bool:
        print(error[1])
        return inc(1) == 2

    @schedule
    def __lt__(self, other: object) -> bool:
        return inc(1) < inc(2)


class Smaller(Instrument):
    def run(self, number: int) -> Any:
        return super().run(number)[0], "smaller"

    @schedule
    def __missing(self, number: int) -> Any:
        return inc(number)

    def ask(self, number: int) -> Any:
        return self.__missing(number)


@schedule
def every_kind_of_method(number: int) -> Any:
    tool, small = Instrument(), Smaller()
    with tool as entered:
        raise KeyError(entered)
    return (
        [tool.run(number), small.run(number), tool.size, small.size, small.ask(number)],
        [Instrument.make(1), Smaller.make(2), Smaller.make_again(2), tool.make_again(3)],
        [tool.still(3), small.as_still(2), Instrument.as_still(2), tool(3), list(tool)],
        [tool < small, 1 in tool, 5 in tool, tool[2], Instrument.run(small, 2)],
    )


@dataclasses.dataclass(order=True)
class Record:
    size: int
    made: list[int] = dataclasses.field(default_factory=list, compare=False)

    @schedule
    def __post_init__(self) -> None:
        self.made = [inc(value) for value in range(self.size)]

    @schedule
    def total(self, *, more: int = 1) -> int:
        for value in range(self.size):
            self.made.append(inc(value) * more)
        return sum(self.made)

    @functools.cached_property
    @schedule
    def kept(self) -> list[int]:
        print("computed once")
        return [inc(value) for value in range(self.size)]


@schedule
def records(number: int) -> Any:
    made = [Record(inc(value)) for value in range(number)]
    first = made[0].kept is made[0].kept, made[0].kept
    return sorted(made), made[1].total(more=inc(1)), dataclasses.asdict(made[1]), first


class Descriptor:
    """Computes what it is asked for, and hears of its name."""

    @schedule
    def __set_name__(self, owner: type, name: str) -> None:
        self.heard = [owner.__name__, name, inc(1)]

    @schedule
    def __get__(self, owner: Any, kind: type) -> Any:
        print("asked")
        return [inc(value) for value in range(2)], owner is None

    @schedule
    def __set__(self, owner: Any, value: int) -> None:
        owner.__dict__["given"] = inc(value)


@schedule
def descriptors(number: int) -> Any:
    class Owner:
        made = [inc(value) for value in range(number)]
        asked = Descriptor()

        @schedule
        def __init_subclass__(cls, **options: int) -> None:
            cls.options = {name: inc(value) for name, value in options.items()}

        class Inside:
            value = inc(7)

            def where(self) -> Any:
                return __class__.__qualname__, inc(self.value)

    class Heir(Owner, size=number):
        pass

    owner = Owner()
    owner.asked = number
    heard = Owner.__dict__["asked"].heard
    return owner.asked, owner.__dict__, heard, Heir.options, Owner.Inside().where(), Owner.made


class Registry(type):
    """A metaclass whose methods are scheduled."""

    @schedule
    def __new__(mcs, name: str, bases: Any, space: dict[str, Any]) -> Any:
        space["number"] = [inc(value) for value in range(2)]
        return super().__new__(mcs, name, bases, space)

    @schedule
    def __call__(cls, *args: Any) -> Any:
        print("made", cls.__name__, inc(1))
        return super().__call__(*args)


@schedule
def metaclasses(number: int) -> Any:
    class Made(metaclass=Registry):
        @schedule
        def __new__(cls, value: int) -> Any:
            made = super().__new__(cls)
            made.first = inc(value)
            return made

        @schedule
        def __init__(self, value: int) -> None:
            self.second = inc(value)

    one = Made(number)
    return vars_of(one), Made.number


def vars_of(value: object) -> dict[str, Any]:
    return dict(value.__dict__)


class Patched:
    @schedule
    def compute(self, number: int) -> Any:
        return [self.step(value) for value in range(number)]

    @functional
    def step(self, value: int) -> int:
        return value + 1


@functional
def other_step(self: Patched, value: int) -> int:
    return value + 100


@schedule
def patches(number: int) -> Any:
    tool = Patched()
    kept = [tool.compute(number)]
    before = Patched.step
    Patched.step = other_step
    try:
        kept.append(tool.compute(number))
        tool.step = inc
        kept.append(tool.compute(number))
        tool.compute = lambda count: count
        kept.append(tool.compute(number))
    finally:
        Patched.step = before
    return kept, Patched().compute(number)


CALLS = (
    Call.of(every_kind_of_method, 3),
    Call.of(records, 3),
    Call.of(descriptors, 3),
    Call.of(metaclasses, 3),
    Call.of(patches, 3),
)
