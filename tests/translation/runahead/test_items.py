"""What comprehensions, map() and its like go over, where only the commit program can compute it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.constructs.items import ARRIVES
from tests.translation.gate import assert_ahead, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, library
from tests.translation.written import expression, statement


@pytest.mark.parametrize(
    "text, emitted",
    [
        ("[work(x) for x in xs]", "begun(ra, bind(ra, 2, -1, (), v_xs), "),
        ("{work(x) for x in xs}", "as_set(ra, begun(ra, bind(ra, 2, -1, (), v_xs), "),
    ],
)
def test_shape(text: str, emitted: str) -> None:
    assert statement(text).splitlines()[-1].startswith(emitted)


def test_shape_of_what_makes_no_functional_call() -> None:
    assert "bind" not in statement("work([x for x in xs])")
    assert "bind" not in expression("min(xs, a, key=work)")


def found(n: Any) -> list[Any]:
    return [n, n + 1]


def used_up(n: Any) -> Iterator[Any]:
    yield from (n, n + 1)


@schedule
def told(n: Any) -> Any:
    rows = [work(x) for x in found(n)]
    total = sum(work(x) for x in found(n) if x)
    by_name = {x: work(x) for x in found(n)}
    return rows, total, by_name, list(map(work, found(n))), max(found(n), key=lambda x: work(x, n))


@schedule
def told_inside(n: Any) -> Any:
    return [[work(x, y) for y in found(x)] for x in [n, n + 1]]


@schedule
def told_in_a_loop(n: Any) -> Any:
    return [sorted(found(n + x), key=work) for x in range(2)]


@schedule
def one_by_one(n: Any) -> Any:
    return [work(x) for x in used_up(n)] + list(map(work, used_up(n)))


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function", [(2, told), (2, told_inside), (2, told_in_a_loop), (1, one_by_one)]
)
def test_meaning(calls: int, function: Any) -> None:
    assert_ahead(calls, function, 3)


def test_guards_touch_nothing() -> None:
    assert_untouched(lambda w: list(library("over")(FakeAhead(), [w], 1)))


def test_what_code_of_the_users_would_give_is_told_item_by_item() -> None:
    ra = FakeAhead()
    assert next(iter(library("over")(ra, used_up(1), 7))) is ARRIVES
    assert ra.blamed == ["iterator"]
