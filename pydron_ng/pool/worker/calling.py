"""How the calls of a task are made: what each returns, or what it raises."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any

from pydron_ng.pool.functions import label_of
from pydron_ng.pool.parcels import ITEMS, ONE, Raised


async def in_time(call: Callable[[], Any], seconds: float | None, tries: int) -> Any:
    """What it returns. Raises: what it raises; TimeoutError if it took too long every time."""
    import asyncio

    while True:
        tries -= 1
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await call()
        except TimeoutError:
            if not limit.expired():
                raise
            if not tries:
                raise TimeoutError(f"it took longer than {seconds:g} s on a worker") from None


def call_all(function: Any, how: int, given: Any) -> tuple[list[Any], bool]:
    """The outcome of each call, and whether all are values."""
    if how == ONE:
        args, kwargs = given
        outcome = call_once(function, args, kwargs)
        return [outcome], type(outcome) is not Raised
    return _each(map if how == ITEMS else starmap, function, given)


def call_apart(function: Any, how: int, given: Any, between: Callable[[], None]) -> list[Any]:
    """The same, and something is done between the calls."""
    if how == ONE:
        return call_all(function, how, given)[0]
    outcomes: list[Any] = []
    for item in given:
        if outcomes:
            between()
        outcomes += call_all(function, how, [item])[0]
    return outcomes


def _each(apply: Any, function: Any, given: Sequence[Any]) -> tuple[list[Any], bool]:
    """Each call is made once, whatever others raise."""
    outcomes: list[Any] = []
    left, is_fine = iter(given), True
    while len(outcomes) < len(given):
        try:
            outcomes.extend(apply(function, left))
            if len(outcomes) < len(given):
                raise StopIteration(f"raised by {label_of(function)}")
        except BaseException as failure:
            outcomes.append(raised(failure))
            is_fine = False
    return outcomes, is_fine


def call_once(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """What it returns, or Raised."""
    try:
        return function(*args, **kwargs)
    except BaseException as failure:
        return raised(failure)


def raised(failure: BaseException) -> Raised:
    """The exception without its frames, which hold what it was computed from; and their text."""
    try:
        text = "".join(traceback.format_exception(failure))
    except BaseException as trouble:  # its __str__ is the user's
        text = f"{type(failure).__qualname__}, which cannot be told: {type(trouble).__qualname__}\n"
    return Raised(failure.with_traceback(None), text)
