"""Functional functions that fail in every way there is: exceptions, results, dying workers."""

from __future__ import annotations

import logging
import logging.handlers
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydron_ng import functional
from pydron_ng.runtime.process import in_worker


class Particular(Exception):
    """Takes other arguments than it keeps: unpickling it fails."""

    def __init__(self, number: Any, *, reason: str) -> None:
        super().__init__(f"{number}: {reason}")
        self.number = number


class Annotated(Exception):
    """Has attributes of its own, one of them in a slot."""

    __slots__ = ("place",)
    place: list[Any]

    def __init__(self, number: Any) -> None:
        super().__init__(number)
        self.found = [number]
        self.place = [self.found]


@functional
def particular(n: Any) -> Any:
    if n % 3 == 1:
        raise Particular(n, reason="odd")
    return n


@functional
def annotated(n: Any) -> Any:
    if n % 3 == 1:
        error = Annotated(n)
        error.add_note("with a note")
        raise error
    return n + 1


@functional
def listens(n: Any) -> Any:
    """Fails at what it has heard itself."""
    handler = logging.handlers.BufferingHandler(9)
    log = logging.getLogger("listens")
    log.addHandler(handler)
    try:
        with warnings.catch_warnings(record=n % 2 == 0) as found:
            warnings.simplefilter("always" if n % 3 else "ignore")
            warnings.warn(f"warns {n}", stacklevel=1)
        log.warning("logs %s", n)
    finally:
        log.removeHandler(handler)
    if n % 3 == 1:
        raise ValueError([str(one.message) for one in found or ()])
    return len(handler.buffer)


@functional
def grouped(n: Any) -> Any:
    if n % 3 == 1:
        raise ExceptionGroup("some", [ValueError(n), KeyError(n)])
    return n + 2


@functional
def stops(n: Any) -> Any:
    if n % 4 == 1:
        raise StopIteration(n)
    return n


@functional
def exits(n: Any) -> Any:
    if n % 9 == 4:
        raise SystemExit(n)
    return n


@functional
def lacks(n: Any) -> Any:
    """Fails with what may be different in a worker, so nobody believes it."""
    if n % 4 == 2:
        raise OSError(2, "missing", str(n))
    if n % 4 == 3:
        raise MemoryError(n)
    return n


@functional
def deep(n: Any) -> Any:
    return 0 if n <= 0 else 1 + deep(n - 1)


@functional
def reraises(n: Any) -> Any:
    """Raises while it handles something else."""
    try:
        return 10 // (n % 2)
    except ZeroDivisionError:
        raise LookupError(n)


@functional
def adder(n: Any) -> Callable[[Any], Any]:
    """A closure, made by the call."""
    return lambda k: (k + n) % 97


@functional
def counted(n: Any) -> Iterator[Any]:
    """A generator: it cannot be sent."""
    return (n + k for k in range(3))


@functional
def locked(n: Any) -> list[Any]:
    """Holds what cannot be sent."""
    return [n, threading.Lock()]


@functional
def dawdles(n: Any) -> Any:
    """Takes much longer in a worker, so that outcomes come in another order."""
    if threading.current_thread() is not threading.main_thread() or in_worker():
        time.sleep(0.01)
    return n + 5


@functional
def huge(n: Any) -> Any:
    return 7 ** (int(abs(n)) % 20 * 40)


@functional
def exits_once(folder: str, n: Any) -> Any:
    """Its worker process ends at the first attempt."""
    if in_worker() and n % 3 == 0 and _is_first(folder, f"exit {n}"):
        os._exit(3)
    return n + 6


@functional
def killed_once(folder: str, n: Any) -> Any:
    """Its worker process is killed at the first attempt."""
    if in_worker() and n % 3 == 1 and _is_first(folder, f"kill {n}"):
        os.kill(os.getpid(), signal.SIGKILL)
    return n + 7


def _is_first(folder: str, name: str) -> bool:
    try:
        Path(folder, name).mkdir()
    except FileExistsError:
        return False
    return True
