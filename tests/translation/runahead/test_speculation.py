"""speculate=True: calls past exits that are not decided are made ahead; nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule, translate
from pydron_ng.testing import assert_equivalent
from pydron_ng.translation.runahead.branches import BREAK, FALLS, Branch, Passing
from pydron_ng.translation.runahead.own import OwnList
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)
from tests.translation.gate import assert_ahead, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import library
from tests.translation.written import function


def found(numbers: Any) -> Any:
    for number in numbers:
        if work(number) > 10:
            return number, work(number, 1)
    return None


def broken_off(numbers: Any) -> Any:
    kept = []
    total = 0
    for number in numbers:
        value = work(number)
        total += value
        kept.append(value)
        if value > 10:
            break
    else:
        kept.append("nothing")
    return kept, total, work(total)


def left_out(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        if work(number) % 2:
            print("left out", number)
            continue
        kept.append(work(number, 1))
    return kept, work(len(kept))


asserted = function(  # as text: pytest rewrites the assertions of this module
    """
    def f(numbers):
        kept = []
        for number in numbers:
            assert work(number) < 100
            kept.append(work(number, 1))
        return kept
    """
)


def raised(n: Any) -> Any:
    if work(n) > 5:
        raise ValueError(n)
    first = work(n, 1)
    if work(n, 2) > 50:
        return first
    return first, work(n, 3)


def searched_twice(rows: Any) -> Any:
    for row in rows:
        for number in row:
            if work(number) > 10:
                break
        else:
            continue
        if work(number, 1) > 12:
            return row
    return work(7)


def until_it_is_there(n: Any) -> Any:
    tried: list[Any] = []
    while n < 6:
        value = work(n)
        if value == 9:
            tried.append("there")
            break
        tried.append((n, work(n, 1)))
        n += 1
    return tried, n


def with_attempts(numbers: Any) -> Any:
    kept: dict[Any, Any] = {}
    for number in numbers:
        try:
            if work(number) > 10:
                kept[number] = "large"
                continue
            kept[number] = work(number, 1)
        except ValueError:
            break
    return kept


PROGRAMS = (
    found,
    broken_off,
    left_out,
    asserted,
    raised,
    searched_twice,
    until_it_is_there,
    with_attempts,
)
ARGUMENTS = {
    raised: (1, 5),
    searched_twice: ([[1, 2], [4, 1], [5, 6]], []),
    until_it_is_there: (1, 4, 7),
}
LISTS: tuple[list[Any], ...] = ([1, 2, 3, 4], [4, 3, 2], [], [1, 2, "x"])


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
@pytest.mark.parametrize("speculate", [False, True])
def test_with_and_without_it_the_program_is_its_sequential_self(
    program: Any, speculate: bool
) -> None:
    scheduled = schedule(speculate=speculate)(program)
    for argument in ARGUMENTS.get(program, LISTS):
        assert_equivalent(scheduled, argument)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, program, argument",
    [
        (4, found, [1, 2, 3, 3]),
        (4, broken_off, [1, 2, 3, 3]),
        (6, left_out, [2, 4, 6]),
        (6, asserted, [1, 2, 3]),
        (4, raised, 1),
    ],
)
def test_calls_past_undecided_exits_overlap(calls: int, program: Any, argument: Any) -> None:
    assert_ahead(calls, schedule(speculate=True)(program), argument)


def test_what_is_seen_of_a_function_says_whether_it_speculates() -> None:
    assert "beyond(" in translate(schedule(speculate=True)(raised)).run_ahead
    assert "beyond(" not in translate(schedule(raised)).run_ahead


def test_an_exit_that_is_taken_drops_what_is_past_it() -> None:
    ra = FakeAhead()
    how, calls = ra.promise(), [object()]

    async def rest() -> tuple[Any, ...]:
        ra.branch.calls.extend(calls)
        seen.append(ra.branch)
        return ("rest",)

    seen: list[Branch] = []
    (value,) = library("beyond")(ra, how, rest(), ("then",), False)
    assert ra.branch is None
    how.keep(BREAK)
    ra.run()
    assert value.value == "then"
    assert seen[0].is_dropped
    assert ra.abandoned == calls


def test_an_exit_that_is_not_taken_leaves_what_is_past_it() -> None:
    ra = FakeAhead()
    how = ra.promise()

    async def rest() -> tuple[Any, ...]:
        return ("rest",)

    (value,) = library("beyond")(ra, how, rest(), ("then",), False)
    how.keep(FALLS)
    ra.run()
    assert value.value == "rest"
    assert not ra.abandoned


def test_what_is_changed_past_an_exit_is_changed_once_it_is_decided() -> None:
    ra = FakeAhead()
    stays, goes = ra.promise(), ra.promise()
    kept = OwnList([1])
    open_, shut = (library("gated")(ra, how, kept) for how in (stays, goes))
    assert type(open_) is Promise
    stays.keep(FALLS)
    goes.keep(BREAK)
    ra.run()
    assert open_.value is kept
    assert shut.value is UNKNOWN
    assert library("gated")(ra, ra.promise(), 5) == 5


def test_the_first_exit_in_program_order_counts() -> None:
    ra = FakeAhead()
    loop, hows = Passing(ra), [ra.promise() for _ in range(3)]
    branches = []
    for rank, how in enumerate(hows):
        loop.enter()
        branches.append(ra.branch)
        loop.passed(how, (rank,), ())
    hows[1].keep(BREAK)
    ra.run()
    assert loop.ended
    assert [branch is not None and branch.is_dropped for branch in branches] == [False, False, True]
    hows[0].keep(FALLS)
    ra.run()
    waiting = loop.outcome((7,))
    with pytest.raises(StopIteration) as ended:
        waiting.send(None)
    assert ended.value.value == (BREAK, 1)


def test_nothing_is_held_of_iterations_that_are_decided() -> None:
    ra = FakeAhead()
    ra.branch = outer = Branch(None)
    loop = Passing(ra)
    previous = None
    for rank in range(1000):
        loop.enter()
        how = ra.promise()
        loop.passed(how, (rank,), ())
        if previous is not None:
            previous.keep(FALLS)
        previous = how
        ra.run()
    assert len(outer.inner) <= 2


def test_a_speculating_function_is_described_in_its_source() -> None:
    scheduled = schedule(speculate=True)(function("def f(x):\n    assert work(x)\n    work(x)\n"))
    assert "rest_2" in translate(scheduled).run_ahead
