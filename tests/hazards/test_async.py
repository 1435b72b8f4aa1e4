"""No suspension that the user did not write."""

from __future__ import annotations

import asyncio

import pytest

from pydron_ng import functional, schedule

pytestmark = pytest.mark.usefixtures("workers")


class Account:
    value = 0


@functional
def f(value: int) -> int:
    return value + 1


@functional
async def g(value: int) -> int:
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
    return await g(account.value)


async def gathered(account: Account, update: object) -> list[object]:
    return await asyncio.gather(*(update(account) for _ in range(10)))  # type: ignore[operator]


def test_what_stands_between_two_awaits_stays_atomic() -> None:
    account = Account()
    asyncio.run(gathered(account, update))
    assert account.value == 10


def test_coroutines_interleave_at_their_own_awaits_only() -> None:
    account, plain = Account(), Account()
    results = asyncio.run(gathered(account, update_and_yield))
    assert results == asyncio.run(gathered(plain, update_and_yield.__wrapped__))  # type: ignore[attr-defined]
    assert account.value == plain.value
