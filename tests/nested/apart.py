"""Calls that do more than to call: they fork, have threads, await, are interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.nested.work import SECONDS, slow, squares


@functional
def forks(number: int) -> int:
    """A child makes the same calls, and says what came of them."""
    before = sum(squares(number, 3))
    ear, mouth = os.pipe()
    child = os.fork()
    if not child:
        os.write(mouth, str(sum(squares(number, 3))).encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = int(os.read(ear, 100))
    os.close(ear)
    os.close(mouth)
    return before + said + sum(squares(number, 4))


@schedule
def all_fork(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(forks(number))
    return found


@functional
def forks_meanwhile(number: int) -> list[str]:
    """While others have its calls: no warning that there are threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = []
        for value in stream(6):
            subprocess.run([sys.executable, "-c", ""], check=True)
            child = os.fork()
            if not child:
                os._exit(0)
            os.waitpid(child, 0)
            found.append(f"{number} {value}")
    return found


@schedule
def stream(count: int) -> list[int]:
    return [slow(number) for number in range(count)]


@schedule
def all_fork_meanwhile(count: int) -> list[list[str]]:
    found = []
    for number in range(count):
        found.append(forks_meanwhile(number))
    return found


@functional
def has_threads(number: int) -> list[int]:
    found: list[int] = []
    own = [threading.Thread(target=lambda n=n: found.append(sum(squares(n, 3)))) for n in range(3)]
    for thread in own:
        thread.start()
    found_here = sum(squares(number, 3))
    for thread in own:
        thread.join()
    return [*sorted(found), found_here]


@schedule
def all_have_threads(count: int) -> list[list[int]]:
    found = []
    for number in range(count):
        found.append(has_threads(number))
    return found


@functional
async def awaits(number: int) -> int:
    await asyncio.sleep(SECONDS)
    return sum(squares(number, 3))


@schedule
async def all_await(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(await awaits(number))
    return found


@functional
def runs_a_loop(number: int) -> list[int]:
    return asyncio.run(all_await(number))


@schedule
def all_run_a_loop(count: int) -> list[list[int]]:
    found = []
    for number in range(count):
        found.append(runs_a_loop(number))
    return found


class Rung(Exception):
    """Raised by a handler."""


def _ring(_number: int, _frame: object) -> None:
    raise Rung


@functional
def is_interrupted(number: int) -> int:
    """An alarm that comes at any moment, again and again; it is over when the call is."""
    before = signal.signal(signal.SIGALRM, _ring)
    total = 0
    try:
        for round_ in range(4):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0007 * (1 + round_ + number))
                total += sum(squares(number, 3)) > 0
                time.sleep(1)
            except Rung:
                total += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return int(total >= 4)


@schedule
def all_are_interrupted(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(is_interrupted(number))
    return found


@functional(timeout=30)
def in_time(number: int) -> int:
    time.sleep(SECONDS)
    return number


@schedule
def all_in_time(count: int) -> list[int]:
    found = []
    for number in range(count):
        found.append(in_time(number))
    return found


@functional
def has_limits(number: int) -> list[int]:
    return all_in_time(number)


@schedule
def all_have_limits(count: int) -> list[list[int]]:
    found = []
    for number in range(count):
        found.append(has_limits(number))
    return found


@functional
def exits(number: int) -> int:
    if number == 2:
        sys.exit(3)
    return sum(squares(number, 3))


@schedule
def some_exit(count: int) -> list[int]:
    found = []
    for number in range(count):
        try:
            found.append(exits(number))
        except SystemExit as failure:
            found.append(-int(str(failure)))
    return found


CALLS = [
    Call.of(all_fork, 3),
    Call.of(all_fork_meanwhile, 2),
    Call.of(all_have_threads, 3),
    Call.of(all_await, 3),
    Call.of(all_run_a_loop, 3),
    Call.of(all_have_limits, 5),
    Call.of(some_exit, 5),
]
