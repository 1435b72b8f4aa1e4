"""The command itself, on a package of a few lines: what it decorates, marks, counts and sees."""

from __future__ import annotations

import builtins
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.foreign.hook import NAME, decorated
from tests.foreign.package import Package, pinned
from tests.foreign.trial import Result, attempt, differences

SOURCE = """
    import functools

    SEEN = []

    def double(n):
        return 2 * n

    def note(n):
        SEEN.append(n)
        return n

    def both(ns):
        return [double(n) for n in ns] + [note(n) for n in ns]

    class Shape:
        @staticmethod
        def area(a, b):
            return a * b

        @property
        def side(self):
            return Shape.area(3, 4)

    def stream(n):
        for i in range(n):
            yield double(i)
"""
SUITE = """
    import shapes
    import pytest

    def test_both():
        assert shapes.both([1, 2]) == [2, 4, 1, 2]
        assert shapes.SEEN == [1, 2]

    def test_side():
        assert [shapes.Shape().side for _ in range(3)] == [12, 12, 12]

    def test_stream():
        assert list(shapes.stream(3)) == [0, 2, 4]

    def test_fails_both_ways():
        assert shapes.double(1) == 3

    @pytest.mark.skip
    def test_is_skipped():
        pass
"""
SEES_THE_DECORATOR = """
    def test_nobody_has_decorated_it():
        assert not hasattr(shapes.both, "__wrapped__")
"""
SHAPES = Package("shapes", "1", "shapes", ("tests",), root="src")


def tried(folder: Path, suite: str) -> Result:
    sources, scratch = folder / "shapes", folder / "scratch"
    for place, text in (("src/shapes.py", SOURCE), ("tests/test_shapes.py", suite)):
        (sources / place).parent.mkdir(parents=True)
        (sources / place).write_text(dedent(text))
    scratch.mkdir()
    return attempt(SHAPES, sources, scratch, seconds=50)


@pytest.mark.timeout(120)
def test_a_suite_ends_the_same_with_all_functions_decorated_and_the_pure_ones_in_workers(
    tmp_path: Path,
) -> None:
    result = tried(tmp_path, SUITE)
    assert result.differences == ()
    assert (result.tests, result.functions, result.refused) == (5, 6, {})
    assert result.functional == 3  # double, area and side
    assert result.taken > 0


@pytest.mark.timeout(120)
def test_a_test_that_ends_otherwise_is_named(tmp_path: Path) -> None:
    result = tried(tmp_path, SUITE + SEES_THE_DECORATOR)
    (difference,) = result.differences
    assert difference.startswith(
        "tests/test_shapes.py::test_nobody_has_decorated_it: passed -> failed: Assertion"
    )


def test_a_test_that_is_missing_or_fails_otherwise_is_a_difference() -> None:
    plain = {"a": "passed", "b": "failed: 1", "c": "failed: <f at 0x12>"}
    other = {"b": "failed: 2", "c": "failed: <f at 0xab>", "d": "passed"}
    assert differences(plain, other) == [
        "a: passed -> not run",
        "b: failed: 1 -> failed: 2",
        "d: not run -> passed",
    ]


@pytest.fixture
def decorations(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Name and first line of what is decorated."""
    seen: list[tuple[str, int]] = []

    def decorate(function: Any) -> Any:
        seen.append((function.__qualname__, function.__code__.co_firstlineno))
        return function

    monkeypatch.setattr(builtins, NAME, decorate, raising=False)
    return seen


def test_functions_of_modules_and_classes_are_decorated_where_they_stand(
    decorations: list[tuple[str, int]],
) -> None:
    source = b"""
import functools

try:
    def a(): pass
finally:
    pass

class C:
    @functools.lru_cache
    def m(self):
        def inner(): pass
"""
    exec(decorated(source, "m.py"), {"__name__": "m"})
    assert decorations == [("a", 5), ("C.m", 10)]


def test_all_packages_are_pinned() -> None:
    assert all(package.version and package.tests for package in pinned().values())
