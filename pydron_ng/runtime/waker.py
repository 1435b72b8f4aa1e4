"""Wakes functions that rest when their time has come."""

from __future__ import annotations

import heapq
from _thread import allocate_lock, start_new_thread
from collections import deque
from contextlib import suppress
from itertools import count
from time import perf_counter
from typing import Any, Protocol
from weakref import ref


class Sleeper(Protocol):
    """What rests."""

    def awake(self) -> None:
        """The next call is to ask."""


class Waker:
    """Sleepers and their times. Its thread is there only while somebody sleeps.

    There is no lock to be taken by who goes to sleep: a signal handler may interrupt that.
    """

    def __init__(self) -> None:
        self._new: deque[tuple[float, int, ref[Any]]] = deque()
        self._numbers = count()
        self._bell = allocate_lock()
        self._bell.acquire()
        self._at_work = allocate_lock()
        self._is_running = False
        self._is_stopping = False
        self._next = 0.0

    def wake_at(self, when: float, sleeper: Sleeper) -> None:
        """Wake it when perf_counter() says so.

        Raises:
            RuntimeError: there are no more threads to be had.
        """
        self._new.append((when, next(self._numbers), ref(sleeper)))
        if not self._is_running:
            start_new_thread(self._run, ())
        elif when < self._next:
            self._ring()

    def stop(self) -> None:
        """Wake all; when it returns, there is no thread."""
        self._is_stopping = True
        self._ring()
        with self._at_work:
            self._is_stopping = False
            while self._new:
                _wake(self._new.popleft()[2])

    def _ring(self) -> None:
        with suppress(RuntimeError):  # it rings already
            self._bell.release()

    def _run(self) -> None:
        with self._at_work:
            self._is_running = True
            self._serve()

    def _serve(self) -> None:
        waiting: list[tuple[float, int, ref[Any]]] = []
        while True:
            while self._new:
                heapq.heappush(waiting, self._new.popleft())
            while waiting and (self._is_stopping or waiting[0][0] <= perf_counter()):
                _wake(heapq.heappop(waiting)[2])
            if waiting:
                self._next = waiting[0][0]
                self._bell.acquire(timeout=max(0.0, self._next - perf_counter()))
            elif not self._new:
                self._is_running = False
                if not self._new:  # who comes from now on starts another thread
                    return
                self._is_running = True


def _wake(sleeper: ref[Any]) -> None:
    found = sleeper()
    if found is not None:
        with suppress(Exception):  # an audit hook of the program's may forbid it
            found.awake()
