"""Checks the first functional calls of a program while it runs."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from pydron_ng.contract.checker import Checker
from pydron_ng.contract.report import Report
from pydron_ng.contract.trial import Trial
from pydron_ng.runtime.checked import End
from pydron_ng.runtime.process import checks, wake_all
from pydron_ng.values.importable import module_of

#: So many calls of each function are checked; later ones are just made.
CALLS_PER_FUNCTION: Final = 3


@contextmanager
def checking(calls_per_function: int = CALLS_PER_FUNCTION, file: str = "") -> Iterator[Report]:
    """Functional calls of scheduled functions are checked inside of the block; what was found.

    Nothing runs in parallel there: each call is made by the program, as without @schedule.

    file: where the report is kept as well.
    """
    report = Report(file)
    with Checker() as checker:
        checks.append(watch := Watch(checker, report, calls_per_function))
        wake_all()
        try:
            yield report
        finally:
            checks.remove(watch)
            wake_all()


def check_to_the_end() -> None:
    """Check from now on; tell standard error what was found when the program ends.

    ``PYDRON_CHECK_REPORT`` names a file that is told instead, for other programs to read,
    ``PYDRON_CHECK_CALLS`` how many calls of each function are checked.
    """
    calls = os.environ.pop("PYDRON_CHECK_CALLS", "")  # other processes have reports of their own
    file = os.environ.pop("PYDRON_CHECK_REPORT", "")
    checking_ = checking(int(calls) if calls.isdecimal() else CALLS_PER_FUNCTION, file)
    report, process = checking_.__enter__(), os.getpid()

    def end() -> None:
        if os.getpid() != process:  # a fork of the program
            return
        checking_.__exit__(None, None, None)
        if not file:
            print(report, file=sys.stderr)

    atexit.register(end)


class Watch:
    """Decides which calls are checked, and keeps what was found."""

    def __init__(self, checker: Checker, report: Report, calls_per_function: int) -> None:
        self._checker = checker
        self._report = report
        self._most = calls_per_function
        self._lock = threading.Lock()

    def wants(self, function: Any) -> bool:
        """Is the next call of this function to be checked?"""
        return self._report.checked[_name_of(function)] < self._most

    def begin(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> End | None:
        """What to tell the end of the call. Calls of other threads in the meantime are not seen."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            trial = self._checker.begin(function, args, kwargs)
        except BaseException:  # a signal handler of the program's
            self._lock.release()
            raise
        return partial(self._end, trial)

    def _end(
        self, trial: Trial, value: object, failure: BaseException | None, seconds: float
    ) -> None:
        try:
            trial.end(value, failure, seconds)
            self._report.add(trial.name, trial.findings)
        finally:
            self._lock.release()


def _name_of(function: Any) -> str:
    return f"{module_of(function)}.{function.__qualname__}"
