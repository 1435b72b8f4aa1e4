"""A running program whose functional calls are checked."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.contract import Finding, Report, checking
from pydron_ng.testing import Call, compare, observe, observe_sequential
from tests.programs import (
    arrays,
    collecting,
    descending,
    expressions,
    failing,
    functions,
    loops,
    pipelines,
    sharing,
    speaking,
)
from tests.scripts import run, write

MODULES = (
    arrays, collecting, descending, expressions, failing, functions, loops, pipelines, sharing,
    speaking,
)  # fmt: skip
SEEN: list[int] = []


@functional
def square(n: int) -> int:
    return n * n


@functional
def double(n: int) -> int:
    return 2 * n


@functional
def note(n: int) -> int:
    SEEN.append(n)
    return n


@functional
def fail(n: int) -> int:
    raise ValueError(n)


@schedule
def survey(n: int) -> list[int]:
    return [note(square(i)) for i in range(n)]


@schedule
def around(n: int) -> list[int]:
    def inner(i: int) -> int:
        return square(i)

    return [inner(i) for i in range(n)]


@schedule
def caught(n: int) -> str:
    try:
        raise KeyError(n)
    except KeyError:
        fail(n)
    return ""


def test_the_first_calls_of_each_function_are_checked() -> None:
    with checking(calls_per_function=2) as report:
        assert survey(4) == [0, 1, 4, 9]
    assert report.checked == {f"{__name__}.square": 2, f"{__name__}.note": 2}
    assert [f.code for f in report.findings if f.function.endswith("square")] == []
    assert "changed-state" in {f.code for f in report.findings if f.function.endswith("note")}


@schedule
def handed(n: int) -> tuple[list[int], list[int], int]:
    found = list(map(square, range(n)))
    return found, sorted(found, key=note), reduce(lambda a, b: a + double(b), range(n))


def test_calls_that_map_and_its_like_make_are_checked() -> None:
    with checking() as report:
        assert handed(5) == ([0, 1, 4, 9, 16], [0, 1, 4, 9, 16], 20)
    counts = {name.rpartition(".")[2]: count for name, count in report.checked.items()}
    assert counts == {"square": 3, "note": 3, "double": 3}


def test_what_is_called_by_that_name_and_is_not_map_gets_what_was_written() -> None:
    kept: list[object] = []
    with checking() as report:
        not_map(kept)
    assert kept == [square]
    assert not report.checked


@schedule
def not_map(kept: list[object]) -> None:
    map: Any = lambda function, _: kept.append(function)  # noqa: A001
    map(square, kept)


def test_calls_in_functions_inside_of_scheduled_ones_are_checked() -> None:
    with checking() as report:
        assert around(2) == [0, 1]
    assert report.checked == {f"{__name__}.square": 2}


def test_nothing_is_checked_outside_of_the_block() -> None:
    with checking() as report:
        pass
    survey(1)
    assert report.checked == {}


def test_an_exception_goes_through_a_check_as_it_is() -> None:
    plain = observe_sequential(Call.of(caught, 1))
    with checking() as report:
        checked = observe(Call.of(caught, 1))
    assert compare(plain, checked) == []
    assert report.checked == {f"{__name__}.fail": 1}


def test_checks_inside_of_checks_report_to_the_inner_one() -> None:
    with checking() as outer:
        with checking() as inner:
            survey(1)
        survey(1)
    assert inner.checked == outer.checked


CALLS = [
    pytest.param(call, id=f"{module.__name__.rpartition('.')[2]}-{call.function.__name__}-{number}")
    for module in MODULES
    for number, call in enumerate(module.CALLS)
]


def test_a_checked_program_is_its_sequential_self_and_breaks_no_contract() -> None:
    with checking(calls_per_function=2) as report:
        for param in CALLS:
            (call,) = param.values
            assert isinstance(call, Call)
            assert compare(observe_sequential(call), observe(call)) == [], param.id
    assert [str(f) for f in report.findings if f.is_breach] == []


SCRIPT = """
    import sys
    from pydron_ng import functional, schedule

    total = 0

    @functional
    def add(n):
        global total
        total += n
        return total

    @schedule
    def main():
        print([add(n) for n in range(3)])

    main()
"""


def test_a_program_that_is_told_to_check_says_what_it_found_when_it_ends(tmp_path: Path) -> None:
    script = str(write(tmp_path, SCRIPT))
    checked = run(tmp_path, script, variables={"PYDRON_CHECK": "1"})
    assert checked.status == 0, checked.err
    assert "1 breaks the contract" in checked.err
    assert "__main__.add: it changed the global __main__.total [changed-state]" in checked.err


def test_the_report_is_short_and_worst_first() -> None:
    report = Report()
    report.add("survey.load", [Finding("aliased-result", "survey.load", "it returns a view")])
    report.add("survey.fit", [Finding("used-random", "survey.fit", "it drew from random")])
    report.add("survey.fit", [Finding("used-random", "survey.fit", "it drew from random")])
    assert str(report).splitlines() == [
        "pydron_ng checked 3 calls of 2 functions: 1 breaks the contract",
        "",
        "survey.fit: it drew from random [used-random]",
        "  try: pass a seed, and make a generator of it inside: random.Random(seed)",
        "",
        "made inline, which is exact:",
        "  survey.load: it returns a view [aliased-result]",
    ]


def test_a_report_of_nothing_but_good_is_one_line() -> None:
    report = Report()
    report.add("survey.fit", [])
    assert str(report) == "pydron_ng checked 1 call of 1 function: all keep the contract"
