"""Coroutines stay what they are: no suspension, and no way to end, that the user did not write."""

from __future__ import annotations

import asyncio
import gc
import inspect
import types
import warnings
import weakref
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")


class Account:
    value = 0


@functional
def f(value: int) -> int:
    return value + 1


@schedule
async def update(account: Account) -> None:
    value = account.value
    result = f(value)
    account.value = result


@schedule
async def update_and_yield(account: Account) -> int:
    result = f(account.value)
    await asyncio.sleep(0)
    account.value += result
    return f(account.value)


@schedule
async def numbers(count: int) -> AsyncIterator[int]:
    for value in range(count):
        yield f(value)


@schedule
@types.coroutine
def as_a_coroutine(value: int) -> Generator[Any, Any, list[Any]]:
    first = f(value)
    got = yield
    return [first, f(first), got]


def undecorated(function: Any) -> Callable[..., Any]:
    return function.__wrapped__


async def gathered(account: Account, update: Callable[..., Any]) -> list[object]:
    return await asyncio.gather(*(update(account) for _ in range(10)))


def test_what_stands_between_two_awaits_stays_atomic() -> None:
    account = Account()
    asyncio.run(gathered(account, update))
    assert account.value == 10


def test_coroutines_interleave_at_their_own_awaits_only() -> None:
    account, plain = Account(), Account()
    results = asyncio.run(gathered(account, update_and_yield))
    assert results == asyncio.run(gathered(plain, undecorated(update_and_yield)))
    assert account.value == plain.value


@pytest.mark.parametrize("function", [update, numbers, as_a_coroutine])
def test_it_is_the_kind_of_function_that_it_was(function: Any) -> None:
    plain = undecorated(function)
    for what in ("iscoroutinefunction", "isasyncgenfunction", "isgeneratorfunction"):
        assert getattr(inspect, what)(function) == getattr(inspect, what)(plain)
    assert inspect.signature(function) == inspect.signature(plain)
    assert asyncio.iscoroutinefunction(function) == asyncio.iscoroutinefunction(plain)


def test_nothing_begins_before_it_is_awaited() -> None:
    account = Account()
    coroutine = update(account)
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED
    coroutine.close()
    assert account.value == 0


def test_what_nobody_awaits_is_warned_of() -> None:
    told = []
    for function in (undecorated(update), update):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            function(Account())
            gc.collect()
        told.append([str(warning.message) for warning in caught])
    assert told[0] == told[1] == ["coroutine 'update' was never awaited"]


async def awaits_what_types_made(value: int) -> Any:
    return await as_a_coroutine(value)


def test_a_generator_that_types_made_a_coroutine_of_can_be_awaited() -> None:
    assert_equivalent(awaits_what_types_made, 3)


async def abandons(count: int) -> list[int]:
    async for value in numbers(count):
        return [value]
    return []


def test_an_async_generator_may_be_abandoned() -> None:
    assert asyncio.run(abandons(5)) == [1]
    assert_equivalent(abandons, 5)


def test_a_coroutine_that_is_dropped_lets_go_of_what_it_had() -> None:
    account = Account()
    held = weakref.ref(account)
    coroutine = update_and_yield(account)
    coroutine.send(None)
    del account, coroutine
    gc.collect()
    assert held() is None


@schedule
async def waits_between(account: Account, release: asyncio.Event) -> list[int]:
    first = f(account.value)
    await release.wait()
    return [first, f(account.value), f(account.value + 1)]


async def changed_meanwhile() -> list[list[int]]:
    account, release = Account(), asyncio.Event()
    tasks = [asyncio.create_task(waits_between(account, release)) for _ in range(3)]
    await asyncio.sleep(0)
    account.value = 7
    release.set()
    return await asyncio.gather(*tasks)


def test_what_others_change_during_an_await_is_seen() -> None:
    assert asyncio.run(changed_meanwhile()) == [[1, 8, 9]] * 3


@functional
async def never_suspends(value: int) -> int:
    return value + 1


@functional
async def suspends(value: int) -> int:
    await asyncio.sleep(0)
    return value + 1


@schedule
async def update_by_await(account: Account) -> None:
    value = account.value
    account.value = await never_suspends(value)


@schedule
async def waits_for_others(told: list[int]) -> int:
    turns = 0
    while not told:
        turns = await suspends(turns)
    return told[0]


async def tells(told: list[int]) -> None:
    await asyncio.sleep(0)
    told.append(7)


async def both(told: list[int]) -> list[Any]:
    return list(await asyncio.gather(waits_for_others(told), tells(told)))


@schedule
async def forgets() -> list[str]:
    kept = [await suspends(1), await suspends(2)]
    coroutine = suspends(3)
    name: str = coroutine.__qualname__  # type: ignore[attr-defined]
    del coroutine
    return [name, type(suspends(len(kept))).__name__]


def test_an_await_that_does_not_suspend_stays_atomic() -> None:
    account = Account()
    asyncio.run(gathered(account, update_by_await))
    assert account.value == 10


def test_an_await_that_suspends_lets_others_have_their_turn() -> None:
    assert asyncio.run(asyncio.wait_for(both([]), 30)) == [7, None]


def test_a_functional_coroutine_that_nobody_awaits_is_warned_of() -> None:
    told = []
    for function in (undecorated(forgets), forgets):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert asyncio.run(function()) == ["suspends", "coroutine"]
            gc.collect()
        told.append([str(warning.message) for warning in caught])
    assert told[0] == told[1] == ["coroutine 'suspends' was never awaited"] * 2


def test_driven_by_hand_it_is_the_coroutine_itself() -> None:
    steps = []
    for function in (undecorated(update_by_await), update_by_await):
        account = Account()
        coroutine = function(account)
        with pytest.raises(StopIteration):
            coroutine.send(None)
        steps.append(account.value)
    assert steps == [1, 1]
