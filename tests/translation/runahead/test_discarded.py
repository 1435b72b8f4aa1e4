"""What no call needs is not computed ahead; its calls are made all the same."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, work
from tests.translation.written import statement

_WORK_A = "unread(ra, {}, (), ra.lookup('work'), (v_a, ), {{}})"
_WORK_B = "unread(ra, {}, (), ra.lookup('work'), (v_b, ), {{}})"


@pytest.mark.parametrize(
    "source",
    [
        "y = 2 * work(a) + b[work(b)]",
        "y = o.unknown(work(a), k=[work(b)])",
        "d += {work(a): -work(b)}",
        "kept = []\nkept.append(f'{work(a)} {work(b)}')",
        "y: int = (work(a), *work(b))",
    ],
)
def test_shape(source: str) -> None:
    emitted = [_WORK_A.format(0), _WORK_B.format(1)]
    assert [line for line in statement(source).splitlines() if "work" in line] == emitted


def test_what_decides_whether_a_call_is_made_is_evaluated() -> None:
    assert "either(ra, 'and', v_a" in statement("y = a and work(b)")


def test_what_a_later_call_needs_is_computed() -> None:
    assert "v_y = " in statement("y = work(a) + 1\nwork(y)")


@schedule
def sums_that_nobody_needs(numbers: list[int]) -> int:
    total = 0
    for number in numbers:
        total += 2 * work(number)
    return total


@schedule
def sums_that_a_call_needs(numbers: list[int]) -> Any:
    total = 0
    for number in numbers:
        total += work(number)
    return work(total)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("function", [sums_that_nobody_needs, sums_that_a_call_needs])
def test_meaning(function: Any) -> None:
    assert_ahead(3, function, [1, 2, 3])
