"""Functional coroutines: awaited one by one, gathered, in groups, cancelled, failing, forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
async def fetched(value: int) -> int:
    await asyncio.sleep(0.001)
    return value * value


@functional
async def at_once(value: int) -> int:
    spin(300)
    return value + 1


@functional
async def picky(value: int) -> float:
    await asyncio.sleep(0)
    return 12 / value


@functional
async def speaks_first(value: int) -> int:
    print("asked for", value)
    await asyncio.sleep(0)
    return value


@functional
async def speaks_at_last(value: int) -> int:
    await asyncio.sleep(0.001)
    print("got", value)
    return value


@functional
async def redirects(value: int) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        print("first", value)
        await asyncio.sleep(0.001)
        print("second", value)
    return out.getvalue()


@functional
async def has_tasks(value: int) -> list[int]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetched(value + n)) for n in range(3)]
    return [task.result() for task in tasks]


@functional
def halved(value: int) -> float:
    return value / 2


class Service:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    @functional
    async def scaled(self, value: int) -> int:
        await asyncio.sleep(0)
        return value * self.factor

    @schedule
    async def all_scaled(self, values: list[int]) -> list[int]:
        return [await self.scaled(value) for value in values]


@schedule
async def one_by_one(values: list[int]) -> list[int]:
    results = []
    for value in values:
        results.append(await fetched(value))
    return results


@schedule
async def chained(values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        first = await fetched(value)
        if await at_once(first) % 2:
            results.append(halved(await fetched(first + await at_once(value))))
        print(value)
    return results


@schedule
async def gathered(values: list[int]) -> list[int]:
    return await asyncio.gather(*[fetched(value) for value in values])


@schedule
async def grouped(values: list[int]) -> list[int]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetched(value)) for value in values]
    return [task.result() for task in tasks]


@schedule
async def kept_for_later(values: list[int]) -> list[int]:
    later = [fetched(value) for value in values]
    first = asyncio.create_task(fetched(100))
    return [await coroutine for coroutine in reversed(later)] + [await first]


@schedule
async def failing(values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        try:
            results.append(await picky(value))
        except ZeroDivisionError as error:
            results.append(str(error))
    return results


@schedule
async def fails(values: list[int]) -> list[float]:
    return [await picky(value) for value in values]


@schedule
async def fails_in_a_gathering(values: list[int]) -> list[Any]:
    results = await asyncio.gather(*[picky(value) for value in values], return_exceptions=True)
    return [repr(result) for result in results]


@schedule
async def handed_out(value: int) -> list[Any]:
    return [picky(value)]


async def awaited_elsewhere(value: int) -> float:
    return await (await handed_out(value))[0]


@schedule
async def failed_tasks(values: list[int]) -> list[BaseException | None]:
    tasks = [asyncio.create_task(awaited_elsewhere(value)) for value in values]
    await asyncio.wait(tasks)
    return [task.exception() for task in tasks]


@schedule
async def speaking(values: list[int]) -> list[int]:
    return [await speaks_first(value) + await speaks_at_last(value) for value in values]


@schedule
async def speaking_together(values: list[int]) -> list[int]:
    return await asyncio.gather(*[speaks_first(value) for value in values])


@schedule
async def redirecting(values: list[int]) -> list[str]:
    return [await redirects(value) for value in values]


@schedule
async def with_tasks(values: list[int]) -> list[list[int]]:
    return [await has_tasks(value) for value in values]


@schedule
async def called_wrongly(value: Any) -> list[Any]:
    results: list[Any] = [await fetched(1)]
    try:
        fetched(1, 2)  # type: ignore[call-arg, unused-coroutine]
    except TypeError as error:
        results.append(str(error))
    return [*results, await fetched(value)]


@schedule
async def changed_before_it_begins(values: list[int]) -> list[int]:
    results = []
    for _ in range(3):
        later = total(values)
        values.append(1)
        results.append(await later)
    return results


@functional
async def total(values: list[int]) -> int:
    await asyncio.sleep(0)
    return sum(values[:5])


@schedule
async def cancelled(values: list[int]) -> list[Any]:
    tasks = [asyncio.create_task(waits(value)) for value in values]
    await asyncio.sleep(0)
    tasks[0].cancel("enough")
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [repr(result) for result in results]


@functional
async def waits(value: int) -> int:
    await asyncio.sleep(0.01)
    return value


@schedule
async def atomic(account: list[int], values: list[int]) -> list[int]:
    async def add(value: int) -> None:
        before = account[0]
        account[0] = before + value

    for value in values:
        before = account[0]
        account[0] = before + await at_once(value)
    await asyncio.gather(*[add(value) for value in values])
    return account


async def many_atomic(values: list[int]) -> list[Any]:
    account = [0]
    await asyncio.gather(*[atomic(account, values) for _ in range(4)])
    return account


@schedule
def runs_a_loop(values: list[int]) -> list[Any]:
    return [asyncio.run(fetched(value)) for value in values] + [halved(value) for value in values]


VALUES = [1, 2, 3, 4, 5]
CALLS = (
    *(
        Call.of(function, VALUES)
        for function in (
            one_by_one,
            chained,
            gathered,
            grouped,
            kept_for_later,
            failing,
            speaking,
            speaking_together,
            redirecting,
            with_tasks,
            cancelled,
            many_atomic,
            runs_a_loop,
            changed_before_it_begins,
        )
    ),
    Call.of(Service(3).all_scaled, VALUES),
    Call.of(failing, [2, 0, 3]),
    Call.of(fails, [2, 0, 3]),
    Call.of(fails_in_a_gathering, [2, 0, 3]),
    Call.of(failed_tasks, [2, 0, 3]),
    Call.of(called_wrongly, 3),
    Call.of(called_wrongly, "x"),
)
