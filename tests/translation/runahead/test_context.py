"""with: the body runs ahead, what it binds is told."""

from __future__ import annotations

from typing import Any, Self

import pytest

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, work
from tests.translation.written import statement, text


def test_shape() -> None:
    assert statement("with a as y, b:\n    work(y)") == text(
        """
        v_a
        v_y = bind(ra, -1, 0, (), UNKNOWN)
        v_b
        unread(ra, 0, (), ra.lookup('work'), (v_y, ), {})
        """
    )


class Stage:
    """A context manager that says what happens, and gives itself."""

    def __init__(self, number: int, *, forgives: bool = False) -> None:
        self.number = number
        self.forgives = forgives

    def __enter__(self) -> Self:
        print("enter", self.number)
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> bool:
        print("leave", self.number, kind)
        return self.forgives


@schedule
def body(stage: Any) -> Any:
    with stage as entered:
        first = work(entered.number)
        second = work(2)
    return first, second


@schedule
def unbound_but_used(stage: Any) -> Any:
    with stage, Stage(5) as inner:
        kept = [work(x, inner.number) for x in [1, 2, 3]]
    return kept


@schedule
def forgiven(stage: Any) -> Any:
    after = 0
    with stage:
        first = work(1)
        second = work(2)
        raise KeyError(first)
    return after, work(second)  # type: ignore[unreachable]


@schedule
def left_early(stage: Any) -> Any:
    for number in [1, 2, 3]:
        with stage:
            if number == 2:
                continue
            if work(number) < 0:
                break
    with stage:
        return work(9)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (2, body, Stage(1)),
        (3, unbound_but_used, Stage(1)),
        (2, forgiven, Stage(1, forgives=True)),
        (1, left_early, Stage(1)),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)
