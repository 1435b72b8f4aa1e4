"""Paths, dates and spans of time are computed with ahead."""

from __future__ import annotations

import datetime as dt
import os
import posixpath
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.constructs.operators import is_plain_atom
from pydron_ng.translation.runahead.own import immutable
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.guards import guarded, is_refused


class OwnZone(dt.tzinfo):
    """Answers aloud."""

    def utcoffset(self, when: Any) -> timedelta:
        print("asked", when)
        return timedelta(0)

    dst = utcoffset

    def tzname(self, when: Any) -> str:
        return str(when)


class OwnPath(PurePosixPath):
    """Of the program's own."""


@schedule
def paths(n: Any) -> Any:
    folder = Path("data")
    first = work(len(folder.name))
    base = folder / f"{quick(n)}.fits"
    other = base.with_suffix(".png").parent / base.stem
    return first, work(len(str(other))), work(len(posixpath.join(base, "x"))), work(len(f"{other}"))


@schedule
def paths_as_text(n: Any) -> Any:
    first = work(n, 1)
    folder = os.path.join("data", str(quick(n)))
    base, ending = os.path.splitext(os.path.basename(f"{folder}{os.sep}{quick(n)}.fits"))
    return first, work(len(folder)), work(len(base) + 7), work(len(ending) + 20)


@schedule
def dates(n: Any) -> Any:
    day = dt.date(2024, 2, 28) + timedelta(days=n)
    noon = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
    span = noon.replace(hour=n) - noon.replace(hour=0)
    late = day > dt.date(2024, 1, 1)
    return work(day.day), work(len(day.isoformat())), work(int(span.total_seconds())), work(late)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("calls, program", [(4, paths), (4, paths_as_text), (4, dates)])
def test_meaning(calls: int, program: Any) -> None:
    assert_ahead(calls, program, 3)


def test_only_values_of_these_very_types_are_looked_at() -> None:
    zoned = dt.datetime(2024, 1, 1, tzinfo=OwnZone())
    for value in (OwnPath("a"), zoned, OwnZone()):
        assert not is_plain_atom(value)
        assert not immutable(value)
        assert is_refused(guarded("operate", "==", value, value))
        assert is_refused(guarded("formatted", value, "", ""))
    assert is_refused(guarded("attribute", zoned, "hour"))
    assert is_refused(guarded("attribute", OwnPath("a"), "name"))
    assert immutable(Path("a"))
    universal = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert guarded("attribute", universal, "hour") == 0


@pytest.mark.parametrize(
    "symbol, left, right, result",
    [
        ("/", Path("a"), "b", Path("a/b")),
        ("/", "a", Path("b"), Path("a/b")),
        ("*", timedelta(1), 3, timedelta(3)),
        ("<", dt.date(2024, 1, 1), dt.date(2024, 1, 2), True),
        ("-", dt.date(2024, 1, 3), dt.date(2024, 1, 1), timedelta(2)),
    ],
)
def test_operators(symbol: str, left: Any, right: Any, result: Any) -> None:
    assert guarded("operate", symbol, left, right) == result


def test_what_looks_at_files_or_the_clock_is_left_alone() -> None:
    for value, name in ((Path("a"), "exists"), (Path("a"), "resolve"), (Path, "cwd")):
        called = guarded("call", 0, (), guarded("method", value, name), (), {})
        assert is_refused(called)
    now = guarded("method", dt.datetime, "now")
    assert is_refused(guarded("call", 0, (), now, (), {}))
