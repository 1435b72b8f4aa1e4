"""Coroutines and async generators: awaits, loops, contexts, tasks, cancellation, timeouts."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Self

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin

STEPS: list[Any] = []
STAGE: contextvars.ContextVar[str] = contextvars.ContextVar("STAGE", default="none")


@functional
def square(value: int) -> int:
    spin(300)
    return value * value


@functional
def inverse(value: int) -> float:
    spin(100)
    return 12 / value


@functional
def talkative(value: int) -> int:
    print("working on", value)
    return value + 1


class Client:
    """Something that is sent to, and waited for."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.total = 0

    async def send(self, value: Any) -> int:
        await asyncio.sleep(0)
        self.sent.append(value)
        return len(self.sent)

    async def receive(self, count: int) -> AsyncIterator[int]:
        for value in range(count):
            await asyncio.sleep(0)
            yield value

    async def __aenter__(self) -> Self:
        await self.send("hello")
        return self

    async def __aexit__(self, *failure: object) -> bool:
        await self.send(failure[0] and "trouble")
        return failure[0] is ZeroDivisionError


@schedule
async def sends_each(client: Client, values: list[int]) -> list[Any]:
    for value in values:
        await client.send(square(value))
    return client.sent


@schedule
async def awaited_in_expressions(client: Client, values: list[int]) -> list[Any]:
    replies = [await client.send(square(value)) for value in values]
    first = square(values[0]) + await client.send(square(values[1])) + square(values[2])
    return [replies, first, square(len(replies))]


@schedule
async def receives(client: Client, count: int) -> list[Any]:
    results = []
    async for value in client.receive(count):
        if square(value) == 9:
            continue
        if square(value) > 30:
            break
        results.append((value, square(value + 1)))
    else:
        results.append((-1, square(5)))
    return results


@schedule
async def receives_into_an_attribute(client: Client, count: int) -> list[int]:
    results = []
    async for client.total in client.receive(count):
        results.append(square(client.total))
    return results


@schedule
async def asynchronous_comprehensions(client: Client, count: int) -> list[Any]:
    squares = [square(value) async for value in client.receive(count) if value % 2]
    table = {value: square(value) async for value in client.receive(count)}
    return [squares, table, {square(v) for v in squares}]


@schedule
async def contexts(client: Client, values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        async with client as same, Client() as other:
            results.append(inverse(value))
            results.append(await same.send(square(value)))
            await other.send(square(value + 1))
        results.append(square(len(client.sent)))
    return results


@schedule
async def handlers(client: Client, values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        try:
            results.append(inverse(value))
        except ZeroDivisionError as error:
            await client.send(str(error))
        finally:
            await client.send(square(value))
            STEPS.append(value)
    return results + client.sent


@schedule
async def numbers(client: Client, values: list[int]) -> AsyncGenerator[Any, Any]:
    for value in values:
        await client.send(value)
        got = yield square(value)
        STEPS.append(got)
    yield square(len(client.sent))


@schedule
async def endless(start: int) -> AsyncGenerator[int, None]:
    value = start
    try:
        while True:
            yield square(value)
            value += 1
    finally:
        await asyncio.sleep(0)
        STEPS.append(square(value))


async def sends_to_a_generator(values: list[int]) -> list[Any]:
    generator = numbers(Client(), values)
    results = [await generator.asend(None)]
    for value in values:
        results.append(await generator.asend(f"got {value}"))
    with contextlib.suppress(StopAsyncIteration):
        await generator.asend("last")
    return results


async def throws_into_a_generator(values: list[int]) -> list[Any]:
    generator = numbers(Client(), values)
    results = [await anext(generator)]
    try:
        await generator.athrow(KeyError("thrown"))
    except KeyError as error:
        results.append(repr(error))
    return results


async def closes_a_generator(start: int) -> list[int]:
    generator = endless(start)
    results = [await anext(generator), await anext(generator)]
    await generator.aclose()
    return results


@schedule
async def one_of_many(client: Client, value: int, *, pause: float = 0.0) -> int:
    before = client.total
    result = square(value)
    client.total = before + result  # atomic: no suspension since it was read
    STAGE.set(f"{STAGE.get()} {value}")
    await asyncio.sleep(pause)
    client.sent.append((value, STAGE.get()))
    return talkative(client.total)


async def gathered(values: list[int]) -> list[Any]:
    client = Client()
    results = await asyncio.gather(*(one_of_many(client, value) for value in values))
    return [results, client.sent, STAGE.get()]


async def grouped(values: list[int]) -> list[Any]:
    client = Client()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one_of_many(client, value)) for value in values]
    return [[task.result() for task in tasks], client.sent]


@schedule
async def waits_for_ever(client: Client, value: int) -> int:
    try:
        await client.send(square(value))
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        STEPS.append(square(value + 1))
        raise
    finally:
        await client.send(square(value + 2))
    return square(value)


async def cancelled(value: int) -> list[Any]:
    client = Client()
    task = asyncio.create_task(waits_for_ever(client, value))
    other = asyncio.create_task(one_of_many(client, value))
    while len(client.sent) < 2:  # noqa: ASYNC110  steps of the others, counted
        await asyncio.sleep(0)
    task.cancel("enough")
    results = await asyncio.gather(task, other, return_exceptions=True)
    return [repr(results[0]), results[1], client.sent, task.cancelled()]


async def timed_out(value: int) -> list[Any]:
    client = Client()
    try:
        async with asyncio.timeout(0.01):
            await waits_for_ever(client, value)
    except TimeoutError:
        client.sent.append("late")
    return client.sent


async def failing_in_a_group(values: list[int]) -> list[Any]:
    client = Client()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(waits_for_ever(client, 1))
            group.create_task(raises_late(client, values))
    except* ZeroDivisionError as failures:
        client.sent.append([str(failure) for failure in failures.exceptions])
    return client.sent


@schedule
async def raises_late(client: Client, values: list[int]) -> list[float]:
    results = []
    for value in values:
        results.append(inverse(value))
        await client.send(value)
    return results


async def stepped_by_hand(value: int) -> list[Any]:
    coroutine = one_of_many(Client(), value)
    first = coroutine.send(None)
    coroutine.close()
    return [first]


@schedule
async def calls_itself(value: int) -> int:
    if value < 2:
        return square(value)
    left, right = await asyncio.gather(calls_itself(value - 1), calls_itself(value - 2))
    return square(left % 7) + right


@schedule
async def the_unknown_decides(client: Client, ask: Callable[[int], Awaitable[int]]) -> list[int]:
    results = []
    value = 1
    while await ask(value) < 20:
        results.append(square(value))
        value += await client.send(square(value))
    return results


async def ask(value: int) -> int:
    return value * 2


VALUES = [1, 2, 3, 4, 5, 6]


def _client(function: Callable[..., Any], *args: Any) -> Call:
    return Call(function, lambda: ((Client(), *args), {})).watching("STEPS")


CALLS = (
    _client(sends_each, VALUES),
    _client(sends_each, [1, "x", 3]),
    _client(awaited_in_expressions, VALUES),
    _client(receives, 3),
    _client(receives, 12),
    _client(receives_into_an_attribute, 4),
    _client(asynchronous_comprehensions, 5),
    _client(contexts, [1, 0, 2]),
    _client(contexts, [1, "x", 2]),
    _client(handlers, [1, 0, 2]),
    _client(handlers, [1, None, 2]),
    _client(numbers, VALUES),
    _client(numbers, [1, "x"]),
    Call.of(sends_to_a_generator, VALUES).watching("STEPS"),
    Call.of(throws_into_a_generator, VALUES).watching("STEPS"),
    Call.of(closes_a_generator, 4).watching("STEPS"),
    Call.of(gathered, VALUES),
    Call.of(grouped, VALUES),
    Call.of(cancelled, 3).watching("STEPS"),
    Call.of(timed_out, 3).watching("STEPS"),
    Call.of(failing_in_a_group, [2, 1, 0]).watching("STEPS"),
    Call.of(stepped_by_hand, 3),
    Call.of(calls_itself, 5),
    _client(the_unknown_decides, ask),
)
