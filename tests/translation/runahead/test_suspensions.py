"""await and async for: what comes back is waited for, what goes out is computed ahead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.constructs.suspensions import awaited, let_go
from pydron_ng.translation.runahead.own import (
    OwnList,
    holes,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    ToAwait,
)
from tests.translation.gate import assert_ahead, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.written import run_ahead, text


def test_shape_of_await_and_async_for() -> None:
    source = "async def f(xs):\n    async for x in xs:\n        await send(work(x))\n"
    assert run_ahead(source).strip() == text(
        """
        async def statement_1(ra, v_x, v_xs):
            v_xs
            k4 = -1
            while True:
                k4 += 1
                if ra.parked:
                    await ra.room()
                v_x = await ra.expect(-1, 0, (k4, ), UNKNOWN)
                try:
                    awaited(ra, call(ra, 1, (k4, ), ra.lookup('send'), (call(ra, 0, (k4, ), ra.lookup('work'), (v_x, ), {}), ), {}))
                except Exception as t2:
                    given_up(ra, t2, -1, (k4 + 1, ), ())
            return ()


        async def run_ahead(ra, v_xs):
            v_x = UNKNOWN
            spawn(ra, statement_1(ra, v_x, v_xs), 1, (), ())
            return ()
        """  # noqa: E501
    )


def test_what_is_awaited_is_known_of_functional_coroutines_alone() -> None:
    ra = FakeAhead()
    promise = Promise(ra.ready)
    assert awaited(ra, ToAwait(promise)) is promise
    assert awaited(ra, 1) is UNKNOWN
    assert let_go(1) is UNKNOWN


def test_a_coroutine_is_no_argument_that_could_be_sent() -> None:
    found: list[Promise] = []
    assert not holes(OwnList([ToAwait(Promise(FakeAhead().ready))]), found)
    assert not found


async def send(to: list[Any], value: Any) -> Any:
    await asyncio.sleep(0)
    to.append(value)
    return len(to)


async def arriving(count: int) -> AsyncIterator[int]:
    for value in range(count):
        await asyncio.sleep(0)
        yield value


class Room:
    async def __aenter__(self) -> int:
        await asyncio.sleep(0)
        return 7

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0)


@schedule
async def sends(to: list[Any], values: list[int]) -> list[Any]:
    for value in values:
        await send(to, work(value))
    return to


@schedule
async def in_one_expression(to: list[Any]) -> list[Any]:
    return [work(1), await send(to, work(2)), work(3)]


@schedule
async def behind_an_await(to: list[Any]) -> Any:
    first = work(1)
    count = await send(to, first)
    return [work(2), work(3), count]


@schedule
async def of_one_item(count: int) -> list[Any]:
    results = []
    async for value in arriving(count):
        results.append((work(value), work(value, 1), work(value, 2)))
    return results


@schedule
async def inside_a_context() -> list[Any]:
    async with Room() as number:
        return [work(1), work(2), work(number)]


@schedule
async def yields(to: list[Any]) -> AsyncIterator[Any]:
    yield work(1)
    await send(to, 1)
    yield work(2)
    yield work(3)


@pytest.mark.usefixtures("threads")
def test_calls_on_both_sides_of_an_await_overlap() -> None:
    assert_ahead(4, sends, [], [1, 2, 3, 4])
    assert_ahead(3, in_one_expression, [])
    assert_ahead(2, behind_an_await, [])
    assert_ahead(3, yields, [])


@pytest.mark.usefixtures("threads")
def test_calls_of_what_has_arrived_overlap() -> None:
    assert_ahead(3, of_one_item, 1)
    assert_ahead(3, inside_a_context)
