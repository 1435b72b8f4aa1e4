"""The equivalence harness: the same call undecorated and scheduled, every difference shown."""

from __future__ import annotations

import asyncio
import copy
import inspect
import types
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pydron_ng.runtime.sequential import sequential
from pydron_ng.testing.effects import recorded
from pydron_ng.testing.observation import Difference, Observation, compare
from pydron_ng.testing.portrait import Portrait, cell_contents, portray

AnyFunction = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that can be made again and again, each time on fresh copies of what it works on.

    function: a scheduled function; ``__wrapped__`` is what is called undecorated.
    make: returns positional and keyword arguments, new ones each time.
    globals: names in the function's module whose state belongs to the call.
    """

    function: AnyFunction
    make: Callable[[], tuple[Sequence[Any], Mapping[str, Any]]]
    globals: tuple[str, ...] = ()

    @classmethod
    def of(cls, function: AnyFunction, /, *args: Any, **kwargs: Any) -> Call:
        """The call with deep copies of these arguments, the object of a bound method included."""
        if isinstance(function, types.MethodType):
            return cls.of(function.__func__, function.__self__, *args, **kwargs)
        return cls(function, lambda: copy.deepcopy((args, kwargs)))

    def watching(self, *names: str) -> Call:
        """The same call, with these globals of the function's module as part of its state."""
        return replace(self, globals=names)


class NotEquivalent(AssertionError):
    """The scheduled call was not what the undecorated one is; `differences` says where."""

    def __init__(self, name: str, differences: Sequence[Difference]) -> None:
        self.differences = tuple(differences)
        shown = "\n".join(str(difference) for difference in self.differences[:10])
        more = len(self.differences) - 10
        rest = f"\n... and {more} more" if more > 0 else ""
        super().__init__(f"{name}: scheduled differs from sequential in\n{shown}{rest}")


def assert_equivalent(
    function: AnyFunction,
    /,
    *args: Any,
    globals: Sequence[str] = (),  # noqa: A002  the language's word
    **kwargs: Any,
) -> None:
    """The scheduled call is the sequential one, each run on deep copies of the arguments.

    Raises:
        NotEquivalent: with every difference in value, exception, effects or state.
    """
    check(Call.of(function, *args, **kwargs).watching(*globals))


def check(call: Call) -> None:
    """As `assert_equivalent`, for a call that makes its own arguments."""
    __tracebackhide__ = True  # for pytest: the call that was checked is of interest
    differences = compare(observe_sequential(call), observe(call))
    if differences:
        raise NotEquivalent(call.function.__qualname__, differences)


def observe_sequential(call: Call) -> Observation:
    """What there is to see of the call when nothing is scheduled."""
    with sequential():
        return _observe(call, _undecorated(call.function))


def observe(call: Call) -> Observation:
    """What there is to see of the call as it stands, scheduled."""
    return _observe(call, call.function)


def _undecorated(function: AnyFunction) -> AnyFunction:
    """The function below @schedule; one with decorators above stays as it is."""
    scheduled = "__pydron_scheduled__" in getattr(function, "__dict__", {})
    return cast("AnyFunction", vars(function)["__wrapped__"]) if scheduled else function


@dataclass(slots=True)
class _Ending:
    """How a call ended; what it leaves to be done is part of it.

    The items of a generator are taken; coroutines and async generators get an event loop.
    """

    values: dict[str, object] = field(default_factory=dict)

    def run(self, function: AnyFunction, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        try:
            value = function(*args, **kwargs)
            self.values["value"] = asyncio.run(value) if inspect.iscoroutine(value) else value
            if inspect.isgenerator(value):
                self._exhaust(value)
            elif inspect.isasyncgen(value):
                asyncio.run(self._exhaust_in_loop(value))
        except BaseException as error:
            self.values["exception"] = error

    def _exhaust(self, generator: Iterator[object]) -> None:
        items: list[object] = []
        self.values["value"] = items
        items.extend(generator)  # keeps what came before an exception

    async def _exhaust_in_loop(self, generator: AsyncIterator[object]) -> None:
        items: list[object] = []
        self.values["value"] = items
        async for item in generator:
            items.append(item)  # noqa: PERF401  keeps what came before an exception

    def portraits(self, state: Mapping[str, object]) -> tuple[Portrait, Portrait]:
        """Outcome and state, painted together so that what they share shows."""
        painted = portray({**self.values, **state})
        mine = [line for line in painted if _root(line[0]) in self.values]
        return tuple(mine), tuple(line for line in painted if _root(line[0]) not in self.values)


def _observe(call: Call, function: AnyFunction) -> Observation:
    args, kwargs = call.make()
    ending = _Ending()
    with _own_state(call, function) as state:
        with recorded() as effects:
            ending.run(function, args, kwargs)
        outcome, after = ending.portraits({"args": list(args), "kwargs": dict(kwargs), **state()})
    return Observation(outcome, effects.lines(), after)


@contextmanager
def _own_state(call: Call, function: AnyFunction) -> Iterator[Callable[[], dict[str, object]]]:
    """Named globals and closure cells are copies inside of the block; yields how to read them."""
    plain = inspect.unwrap(function)
    variables: dict[str, Any] = plain.__globals__
    cells = dict(zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True))
    before = {name: variables[name] for name in call.globals if name in variables}
    contents = {name: cell_contents(cell) for name, cell in cells.items()}
    variables.update(_copied(before))
    _fill(cells, _copied(contents))
    try:
        yield lambda: {
            "globals": {name: variables.get(name) for name in call.globals},
            "cells": {name: cell_contents(cell) for name, cell in cells.items()},
        }
    finally:
        _restore(variables, before, call.globals)
        _fill(cells, contents)


def _restore(variables: dict[str, Any], before: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        variables.pop(name, None)
    variables.update(before)


def _fill(cells: Mapping[str, types.CellType], contents: Mapping[str, object]) -> None:
    for name, cell in cells.items():
        if contents[name] != "(empty cell)":
            cell.cell_contents = contents[name]


def _copied(state: Mapping[str, Any]) -> dict[str, Any]:
    """A deep copy; what cannot be copied is shared by both runs."""
    try:
        return copy.deepcopy(dict(state))
    except TypeError:
        return dict(state)


def _root(path: str) -> str:
    return path.split(".", 1)[0].split("[", 1)[0]
