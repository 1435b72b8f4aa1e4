"""Functional calls that wait for one another: they end only if they are in flight together."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any

from pydron_ng import functional
from pydron_ng.testing import assert_equivalent
from tests.translation import meeting


def _enter() -> None:
    # Imported at run time: what waits is no part of what identifies a functional function.
    from tests.translation.meeting import enter

    enter()


@functional
def work(x: Any, y: Any = 0, *rest: Any, **named: Any) -> Any:
    """A number that depends on all arguments; waits for the others."""
    _enter()
    return (x * 3 + y + sum(rest) + sum(named.values())) % 1000


@functional
def risky(x: Any) -> Any:
    """Raises for odd numbers; waits for the others."""
    _enter()
    if x % 2:
        raise ValueError(x)
    return x + 1


@functional
def quick(x: Any) -> Any:
    """A number; never waits."""
    return (x * 5 + 1) % 1000


@functional
def quick_to_raise(x: Any) -> Any:
    """Raises for odd numbers; never waits."""
    if x % 2:
        raise ValueError(x)
    return x


@functional
def listed(x: Any) -> list[Any]:
    """A list of three numbers; never waits."""
    return [x, x + 1, x + 2]


def _run(value: Any) -> None:
    """See a coroutine or an async generator through."""
    if inspect.isasyncgen(value):
        asyncio.run(_exhaust(value))
    elif inspect.iscoroutine(value):
        asyncio.run(value)


async def _exhaust(generator: AsyncIterator[Any]) -> None:
    async for _ in generator:
        pass


def assert_ahead(calls: int, function: Callable[..., Any], *args: Any) -> None:
    """The scheduled function is the undecorated one, and its first `calls` calls overlap."""
    assert_equivalent(function, *args)
    meeting.expect(calls)
    try:
        with contextlib.suppress(ValueError):
            _run(function(*args))
        assert meeting.took_place(calls), f"{calls} calls were not in flight together"
    finally:
        meeting.expect(0)
