"""Functional functions that hear their own warnings and log records."""

from __future__ import annotations

import logging
import unittest
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.testing import assert_equivalent

LOG = logging.getLogger(__name__)


class Kept(logging.Handler):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


@functional
def records(number: int) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warnings.warn(f"first {number}", stacklevel=1)
        warnings.warn(f"second {number}", DeprecationWarning, stacklevel=1)
    warnings.warn("outside", stacklevel=1)
    return [str(one.message) for one in found]


@functional
def records_once(number: int) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("default")
        for _ in range(3):
            warnings.warn(f"again {number}", stacklevel=1)
    return [str(one.message) for one in found]


@functional
def records_what_the_program_shows(number: int) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.warn("shown", UserWarning, stacklevel=1)
        warnings.warn("not shown", PendingDeprecationWarning, stacklevel=1)
    return [str(one.message) for one in found]


@functional
def shows_by_itself(number: int) -> list[str]:
    texts: list[str] = []
    before = warnings.showwarning
    warnings.showwarning = lambda message, *_: texts.append(str(message))
    try:
        warnings.warn(f"shown {number}", stacklevel=1)
    finally:
        warnings.showwarning = before
    return texts


@functional
def attaches(number: int) -> list[str]:
    kept = Kept()
    LOG.addHandler(kept)
    try:
        LOG.warning("number %d", number)
    finally:
        LOG.removeHandler(kept)
    return kept.texts


@functional
def asserts_logs(number: int) -> list[str]:
    with unittest.TestCase().assertLogs(LOG) as found:
        LOG.error("number %d", number)
    return found.output


@functional
def attaches_nothing(number: int) -> int:
    LOG.addHandler(logging.NullHandler())
    LOG.warning("number %d", number)
    return number


@functional
async def attaches_and_waits(number: int) -> list[str]:
    import asyncio

    kept = Kept()
    LOG.addHandler(kept)
    try:
        await asyncio.sleep(0)
        LOG.warning("number %d", number)
    finally:
        LOG.removeHandler(kept)
    return kept.texts


@schedule
def each(function: Callable[[int], Any]) -> Any:
    return [function(number) for number in range(4)]


@schedule
async def each_awaited() -> Any:
    return [await attaches_and_waits(number) for number in range(4)]


FUNCTIONS = [
    records,
    records_once,
    records_what_the_program_shows,
    shows_by_itself,
    attaches,
    asserts_logs,
    attaches_nothing,
]


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_what_a_call_hears_itself_it_hears(function: Callable[[int], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        assert_equivalent(each, function)


@pytest.mark.usefixtures("workers")
def test_what_a_coroutine_hears_itself_it_hears() -> None:
    assert_equivalent(each_awaited)


@schedule
def each_recorded() -> Any:
    return [records(number) for number in range(4)]


@pytest.mark.usefixtures("processes")
def test_warnings_that_a_block_has_filtered_itself_are_recorded_by_workers() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert each_recorded() == [[f"first {n}", f"second {n}"] for n in range(4)]
    entry = entry_of(each_recorded)
    assert entry is not None
    assert "own-warnings" not in {reason.code for reason in entry.program.reasons}
