"""Nothing that looks at frames, lines or local names sees anything of pydron."""

from __future__ import annotations

import inspect
import logging
import sys
import traceback
import warnings
from collections import namedtuple
from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")

log = logging.getLogger("tests.hazards.frames")


@functional
def f(value: Any) -> Any:
    return value + 1


def warn_the_caller() -> None:
    warnings.warn("caller", stacklevel=2)


def caller_name() -> str:
    return sys._getframe(1).f_code.co_name


def visible_names() -> list[str]:
    return list(sys._getframe(1).f_locals)


@schedule
def warned(values: list[int]) -> list[int]:
    results = []
    for value in values:
        warn_the_caller()
        results.append(f(value))
        warnings.warn("own line", stacklevel=1)
    return results


def test_a_warning_names_the_line_that_it_named_before() -> None:
    assert_equivalent(warned, [1, 2])


@schedule
def logged(values: list[int]) -> list[int]:
    results = []
    for value in values:
        log.warning("value %d", value)
        results.append(f(value))
        log.error("done", stacklevel=1)
    return results


def test_a_log_record_names_the_line_and_function_that_it_named_before() -> None:
    assert_equivalent(logged, [1, 2])


@schedule
def looks_at_locals(values: list[int]) -> list[Any]:
    seen: list[Any] = []
    for value in values:
        result = f(value)
        seen.append(sorted(locals()))
        seen.append(sorted(vars()))
    del seen[-1]
    return [
        seen,
        sorted(dir()),
        eval("result + value"),
        caller_name(),
        inspect.stack()[0].lineno,
    ]


def test_locals_holds_the_users_names_and_no_others() -> None:
    assert_equivalent(looks_at_locals, [1, 2])


@schedule
def looks_in_comprehensions(number: int) -> Any:
    kept = [sorted(locals()) for _ in range(f(0))]
    drawn = list(sorted(locals()) for _ in range(f(0)) if f(1))
    return kept, drawn, (lambda other: sorted(locals()))(f(1)), f(number)


@schedule
def runs_text(number: int) -> Any:
    space: dict[str, Any] = {"f": f}
    exec("a = f(1)\nb = [f(i) for i in range(3)]", space)
    return space["a"], space["b"], eval("f(number) + 1"), [eval("f(1)") for _ in range(2)]


@pytest.mark.parametrize("program", [looks_in_comprehensions, runs_text])
def test_comprehensions_and_texts_hold_the_users_names_and_no_others(program: Any) -> None:
    assert_equivalent(program, 3)


@schedule
def is_looked_at(values: list[int]) -> list[Any]:
    seen: list[Any] = []
    for value in values:
        seen.append(f(value))
        seen.append(visible_names())
    return seen


def test_a_callee_that_lists_its_callers_names_sees_the_users_and_marked_ones_of_ours() -> None:
    for names in is_looked_at([1, 2])[1::2]:
        assert sorted(n for n in names if not n.startswith("$")) == ["seen", "value", "values"]


@schedule
def makes_a_type(values: list[int]) -> list[str]:
    Point = namedtuple("Point", "x y")  # noqa: PYI024  the frame trick of namedtuple is the point
    return [Point.__module__, repr(Point(f(values[0]), 2)), caller_name()]


def test_a_namedtuple_finds_its_module() -> None:
    assert_equivalent(makes_a_type, [1])


class Base:
    def describe(self, value: int) -> str:
        return f"base {value}"


class Derived(Base):
    __private = 7

    @schedule
    def describe(self, value: int) -> str:
        return f"{super().describe(f(value))} {self.__private} {__class__.__name__}"  # type: ignore[name-defined]


def test_super_private_names_and_class_cells_work() -> None:
    assert_equivalent(Derived().describe, 1)


@schedule
def prints_its_stack(value: int) -> list[tuple[str, int | None]]:
    f(value)
    frames = traceback.extract_stack()
    return [(frame.name, frame.lineno) for frame in frames[-1:]]


def test_the_innermost_frame_is_the_users() -> None:
    assert_equivalent(prints_its_stack, 1)


@schedule
def numbers(start: int) -> Iterator[int]:
    for step in range(3):
        yield f(start + step)


def test_two_scheduled_generators_may_take_turns() -> None:
    assert list(zip(numbers(0), numbers(10), strict=True)) == [(1, 11), (2, 12), (3, 13)]


@schedule
def raises_with_locals(values: list[int]) -> int:
    kept = []
    for value in values:
        result = f(value)
        kept.append(result)
    return kept[10]


def test_an_exception_shows_the_users_variables() -> None:
    with pytest.raises(IndexError) as caught:
        raises_with_locals([1, 2])
    frame = next(
        f
        for f, _ in traceback.walk_tb(caught.value.__traceback__)
        if f.f_code.co_name == "raises_with_locals"
    )
    assert frame.f_locals == {"values": [1, 2], "kept": [2, 3], "value": 2, "result": 3}
