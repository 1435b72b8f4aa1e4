"""Which functions of a package keep the contract of @functional, as far as its tests call them."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, process_time
from typing import Any

from pydron_ng.contract import Checker, Trial

_CHECKED = 6  # calls of each function; the others are counted
_SECONDS = 40.0  # of this process, for all checks together; then only what never was checked is
_MOST_CALLS = 3000  # of a function that is called more often each call would go to a worker


class Recorder:
    """Decorates functions so that their calls are checked."""

    def __init__(self) -> None:
        self._checker = Checker()
        self._calls: Counter[str] = Counter()
        self._clean: Counter[str] = Counter()
        self._tried: set[str] = set()
        self._broken: set[str] = set()
        self._open: Trial | None = None
        self._is_ending = False
        self._spent = 0.0

    def decorate(self, function: Any) -> Any:
        """The function, whose first calls are checked."""
        name = name_of(function)
        if not may_be_functional(function):
            return function

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            self._calls[name] += 1
            if self._wants(name):
                return self._check(name, function, args, kwargs)
            return function(*args, **kwargs)

        checked.__dict__["__pydron_scheduled__"] = True  # so it travels as what it wraps
        return checked

    def _wants(self, name: str) -> bool:
        """Is a call to be checked? Within one that is, only that of a function that never was."""
        if self._is_ending or threading.current_thread() is not threading.main_thread():
            return False
        if name not in self._tried:
            return self._spent < 2 * _SECONDS
        few = self._calls[name] <= _CHECKED and self._spent < _SECONDS
        return few and self._open is None

    def _check(
        self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        self._tried.add(name)
        if self._open is not None:
            self._open.drop()
        with self._timed():
            trial = self._open = self._checker.begin(function, args, kwargs)
        value, failure, began = None, None, perf_counter()
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            failure = error
            raise
        else:
            return value
        finally:
            if self._open is trial:
                self._end(name, trial, value, failure, perf_counter() - began)

    def _end(
        self, name: str, trial: Trial, value: Any, failure: BaseException | None, seconds: float
    ) -> None:
        self._is_ending = True
        with self._timed():
            trial.end(value, failure, seconds)
        self._is_ending, self._open = False, None
        if any(finding.is_breach for finding in trial.findings):
            self._broken.add(name)
        elif not trial.findings:
            self._clean[name] += 1

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = process_time()
        try:
            yield
        finally:
            self._spent += process_time() - began

    def functional(self) -> list[str]:
        """The functions that broke nothing, and of which calls can travel."""
        self._checker.close()
        few = {name for name, calls in self._calls.items() if calls <= _MOST_CALLS}
        return sorted((few & self._clean.keys()) - self._broken)


def name_of(function: Any) -> str:
    """Module and qualified name."""
    return f"{function.__module__}:{function.__qualname__}"


def may_be_functional(function: Any) -> bool:
    """Not what makes generators and coroutines, nor what the interpreter calls by itself."""
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        return False
    return not inspect.isasyncgenfunction(function) and not function.__name__.startswith("__")
