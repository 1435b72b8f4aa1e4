"""return, break, continue, raise, assert, pass."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.written import statement, text


@pytest.mark.parametrize(
    "source, emitted",
    [
        ("work(a)\nreturn b\nwork(b)", "return ()"),
        ("raise a\nwork(b)", "await Promise(ra.ready)"),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    assert emitted in statement(source).splitlines() or emitted == "return ()"


def test_shape_of_an_assertion() -> None:
    assert statement("assert work(a)\nwork(b)").startswith(
        text(
            """
            t1 = call(ra, 0, (), ra.lookup('work'), (v_a, ), {})
            if type(t1) is Promise:
                t1 = await t1
            t1 = decided(t1)
            """
        )
    )


def test_shape_of_continue_and_break() -> None:
    written = statement("for x in xs:\n    if a:\n        continue\n    if b: break\n    work(x)")
    assert "        return (0, )" in written
    assert "        return (1, )" in written


@schedule
def continued(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        if quick(number) == 11:
            print("skipped", number)
            continue
        kept.append(work(number))
    return kept


@schedule
def broken(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        kept.append((number, work(number)))
        if number == 3:
            break
    return kept


@schedule
def returned(numbers: Any) -> Any:
    for number in numbers:
        for other in numbers:
            if quick(number + other) < 0:
                return number
    return [work(number) for number in numbers]


@schedule
def returned_from_finally(n: Any) -> Any:
    try:
        return work(n)
    finally:
        print("finally")


@schedule
def overridden(n: Any) -> Any:
    for number in range(n):
        try:
            if work(number) > 3:
                return number
        finally:
            print("finally", number)
            if number == 1:
                break
    return work(n)


@schedule
def raised(n: Any) -> Any:
    first, second = work(n), work(n + 1)
    if first != second:
        raise ValueError(first, second)
    return first


@schedule
def without_value(n: Any) -> Any:
    work(n)
    work(n + 1)
    pass
    return


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (2, continued, [1, 2, 3]),
        (3, broken, [1, 2, 3, 4]),
        (3, returned, [1, 2, 3]),
        (1, returned_from_finally, 3),
        (1, overridden, 3),
        (2, raised, 3),
        (2, without_value, 3),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)
