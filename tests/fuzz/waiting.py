"""Coroutines for random programs to await."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from tests.fuzz.pool import inc, slow


async def later(n: Any) -> Any:
    """Others get their turn before it ends; its call is functional."""
    await asyncio.sleep(0)
    return slow(n)


async def echo(n: Any) -> Any:
    print("echo", n)
    await asyncio.sleep(0)
    print("echoed", n)
    return n


async def ticks(n: Any) -> AsyncIterator[Any]:
    for step in range(3):
        await asyncio.sleep(0)
        yield inc(n) + step


@contextlib.asynccontextmanager
async def room(n: Any) -> AsyncIterator[Any]:
    print("enter room", n)
    try:
        yield n
    finally:
        print("leave room", n)
