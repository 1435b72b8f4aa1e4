"""The window: how many calls of one scheduled call are issued and not yet taken."""

from __future__ import annotations

import threading
import time

import pytest

import pydron_ng
from pydron_ng import functional, schedule


@functional
def made(number: int) -> tuple[int, float]:
    return threading.get_ident(), time.perf_counter()


def now() -> float:
    return time.perf_counter()


@schedule
def one_by_one(count: int) -> list[tuple[int, float, float]]:
    found = []
    for number in range(count):
        thread, begun = made(number)
        found.append((thread, begun, now()))
    return found


@pytest.mark.parametrize("window", [1, 2, 3, 7, 1000])
def test_no_more_calls_are_made_ahead_than_the_window_holds(window: int) -> None:
    workers = [{"type": "threads", "cores": 2}]
    with pydron_ng.configure(workers=workers, inline=False, window=window):
        found = one_by_one(40)
    assert threading.get_ident() not in {thread for thread, _, _ in found}
    for number, (_, _, taken) in enumerate(found):
        ahead = sum(begun < taken for _, begun, _ in found[number + 1 :])
        assert ahead <= window
