"""What the engine costs per task: no-op calls through issue, worker and outcome, nothing else.

    python benchmarks/driver_cost.py [threads|multicore ...]

Beside each round trip stands what the same bytes cost over a bare socket pair.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from pydron_ng.backends import registry
from pydron_ng.backends.base import Blob, Conversation, Say, Token
from pydron_ng.memory.arena import Arena
from pydron_ng.runtime.driver import Driver
from pydron_ng.runtime.task import Task

TASKS = 20_000
WINDOW = 256
TRIPS = 3_000
REPEATS = 3
WORKERS = 2
CALL: Blob = (b"x" * 40,)


class Echo:
    """A performer that does nothing."""

    hold_seconds = 0.001

    def __init__(self, captures: str) -> None:
        pass

    def share(self, arena: Arena) -> None:
        pass

    def define(self, token: Token, blob: Blob) -> None:
        pass

    def settings(self, blob: Blob) -> None:
        pass

    def dwell(self, folder: str) -> None:
        pass

    def nest(self, conversation: Conversation, told: Blob) -> None:
        pass

    def perform(self, blob: Blob, say: Say) -> Blob:  # noqa: ARG002  nothing is said
        return blob


@contextmanager
def driver(kind: str) -> Iterator[Driver]:
    """Workers of that kind, not started yet."""
    models = {model.__struct_config__.tag: model for model in registry.model().__args__}
    backend = registry.create(models[kind](cores=WORKERS), "benchmarks.driver_cost:Echo")
    made = Driver([backend], lambda token: (token,))
    try:
        yield made
    finally:
        with made.lock:
            made.close()


def windowed(made: Driver, seconds: float) -> float:
    """Microseconds per task, a new one issued for each that is settled."""
    left = TASKS - WINDOW
    settled = 0

    def settle(_: Task) -> None:
        nonlocal left, settled
        settled += 1
        if left:
            left -= 1
            made.issue([task()])

    def task() -> Task:
        return Task(made.next_id(), CALL, (), lambda: "echo()", settle, seconds)

    begin = time.perf_counter()
    with made.lock:
        made.issue([task() for _ in range(WINDOW)])
        made.wait(lambda: settled == TASKS)
    return (time.perf_counter() - begin) / TASKS * 1e6


def round_trip(made: Driver) -> None:
    """One task, issued and waited for."""
    settled: list[Task] = []
    with made.lock:
        made.issue([Task(made.next_id(), CALL, (), lambda: "echo()", settled.append)])
        made.wait(lambda: bool(settled))


def bare() -> Iterator[Callable[[], object]]:
    """A round trip over a socket pair with an interpreter that just sends back."""
    ours, theirs = socket.socketpair()
    if not os.fork():
        ours.close()
        while data := theirs.recv(4096):
            theirs.send(data)
        os._exit(0)
    theirs.close()
    yield lambda: (ours.send(CALL[0]), ours.recv(4096))
    ours.close()
    os.wait()


def microseconds(deed: Callable[[], object], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        deed()
    return (time.perf_counter() - begin) / times * 1e6


def best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(REPEATS))


def report(kind: str) -> None:
    begin = time.perf_counter()
    with driver(kind) as made:
        round_trip(made)
        print(f"{kind:10} first result {(time.perf_counter() - begin) * 1e3:8.1f} ms")
        trip = best(lambda: microseconds(lambda: round_trip(made), TRIPS))
        print(f"{kind:10} round trip   {trip:8.1f} us")
        short, unknown = best(partial(windowed, made, 1e-6)), best(partial(windowed, made, 0.0))
        print(f"{kind:10} windowed     {short:8.2f} us a task known to be short")
        print(f"{kind:10} windowed     {unknown:8.2f} us a task of unknown length")


def main(kinds: tuple[str, ...] = ()) -> None:
    for trip in bare():
        cost = best(partial(microseconds, trip, TRIPS))
        print(f"{'socketpair':10} round trip   {cost:8.1f} us")
    for kind in kinds or ("threads", "multicore"):
        report(kind)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
