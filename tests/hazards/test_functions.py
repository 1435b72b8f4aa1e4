"""A functional function is more than its name: globals, cells, defaults, objects."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent
from tests.scripts import write

pytestmark = pytest.mark.usefixtures("workers")

LIMIT = 1


def helper(value: int) -> int:
    return value + 1


@functional
def limited(value: int) -> int:
    return min(value, LIMIT)


@functional
def helped(value: int) -> int:
    return helper(value) * 10


@functional
def with_default(value: int, factor: list[int] = [2]) -> int:
    return value * factor[0]


@schedule
def global_changes(values: list[int]) -> list[int]:
    global LIMIT
    results = [limited(value) for value in values]
    LIMIT = 4
    results += [limited(value) for value in values]
    return results


def test_a_global_that_a_functional_reads_is_read_as_it_is_now() -> None:
    assert_equivalent(global_changes, [1, 5, 9], globals=("LIMIT",))


def raise_limit() -> None:
    global LIMIT
    LIMIT += 1


@schedule
def global_changes_unseen(values: list[int]) -> list[int]:
    results = []
    for value in values:
        results.append(limited(value))
        raise_limit()
    return results


def test_a_global_changed_by_an_unknown_function_is_seen() -> None:
    assert_equivalent(global_changes_unseen, [5, 5, 5, 5], globals=("LIMIT",))


@schedule
def default_changes(values: list[int]) -> list[int]:
    results = [with_default(value) for value in values]
    with_default.__defaults__[0][0] += 1  # type: ignore[index]
    results += [with_default(value) for value in values]
    with_default.__defaults__[0][0] -= 1  # type: ignore[index]
    return results


def test_a_changed_default_is_seen() -> None:
    assert_equivalent(default_changes, [1, 2])


@schedule
def cell_changes(values: list[int]) -> list[int]:
    scale = 1

    @functional
    def scaled(value: int) -> int:
        return value * scale

    results = []
    for value in values:
        results.append(scaled(value))
        scale = scale * 10
    return results


def test_a_changed_closure_cell_is_seen() -> None:
    assert cell_changes([1, 2, 3]) == [1, 20, 300]
    assert_equivalent(cell_changes, [1, 2, 3])


class Scale:
    """Its bound methods are new objects at each access."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    @functional
    def apply(self, value: int) -> int:
        return value * self.factor


@schedule
def methods(scale: Scale, values: list[int]) -> list[int]:
    apply = scale.apply
    results = [apply(value) for value in values]
    scale.factor += 1
    results += [apply(value) for value in values]
    results += [scale.apply(value) for value in values]
    return results


def test_the_object_of_a_method_is_an_argument() -> None:
    assert_equivalent(methods, Scale(2), [1, 2, 3])


@schedule
def patched(values: list[int]) -> list[int]:
    results = [helped(value) for value in values]
    with mock.patch(f"{__name__}.helper", lambda value: -value):
        results += [helped(value) for value in values]
    return results + [helped(value) for value in values]


def test_a_patched_helper_is_used_and_then_no_longer() -> None:
    assert patched([1]) == [20, -10, 20]
    assert_equivalent(patched, [1, 2])


@functional
def stepped(value: int) -> int:
    attributes = vars(stepped)
    return value * attributes["by"] + len(attributes["more"])


@schedule
def attributes_set(values: list[int]) -> list[int]:
    results = []
    for value in values:
        vars(stepped).update(by=value, more=[])
        results.append(stepped(value))
        vars(stepped)["more"].append(value)
        results.append(stepped(value))
    return results


def test_what_a_function_has_for_attributes_is_seen() -> None:
    assert attributes_set([2, 3]) == [4, 5, 9, 10]
    assert_equivalent(attributes_set, [1, 2, 3])


@schedule
@functional
def counted(value: int) -> int:
    return value + int(vars(counted)["by"])


@functional
def asks(value: int) -> int:
    return value * int(vars(counted)["by"])


@schedule
def attributes_of_scheduled_set(values: list[int]) -> list[int]:
    results = []
    for value in values:
        vars(counted)["by"] = value
        results += [counted(value), asks(value)]
    del vars(counted)["by"]
    return results


def test_what_a_scheduled_function_has_for_attributes_is_seen() -> None:
    assert attributes_of_scheduled_set([2, 3]) == [4, 4, 6, 9]
    assert_equivalent(attributes_of_scheduled_set, [1, 2, 3])


@schedule
def code_exchanged(values: list[int]) -> list[int]:
    @functional
    def first(value: int) -> int:
        return value + 1

    def second(value: int) -> int:
        return value + 2

    results = [first(value) for value in values]
    first.__code__ = second.__code__
    return results + [first(value) for value in values]


def test_exchanged_code_is_the_code_that_runs() -> None:
    assert_equivalent(code_exchanged, [1, 2])


SOURCE = """
from pydron_ng import functional

FACTOR = {factor}

@functional
def work(value):
    return value * FACTOR
"""


@schedule
def by_module(module: types.ModuleType, values: list[int]) -> list[int]:
    return [module.work(value) for value in values]


def test_a_module_edited_on_disk_is_still_the_imported_one(
    tmp_path: Path, monkeypatch: Any
) -> None:
    write(tmp_path, SOURCE.format(factor=2), "hazard_edited.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = __import__("hazard_edited")
    write(tmp_path, SOURCE.format(factor=3), "hazard_edited.py")
    try:
        assert by_module(module, [1, 2]) == [2, 4]
    finally:
        del sys.modules["hazard_edited"]


def test_a_reloaded_module_is_the_new_one(tmp_path: Path, monkeypatch: Any) -> None:
    import importlib

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    write(tmp_path, SOURCE.format(factor=2), "hazard_reloaded.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = __import__("hazard_reloaded")
    try:
        assert by_module(module, [1, 2]) == [2, 4]
        write(tmp_path, SOURCE.format(factor=5), "hazard_reloaded.py")
        importlib.reload(module)
        assert by_module(module, [1, 2]) == [5, 10]
    finally:
        del sys.modules["hazard_reloaded"]
