"""A function is its content: code, defaults, closure and the globals that it names."""

from __future__ import annotations

import collections
import gc
import logging
import math
import random
import types
import weakref
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import pytest

from pydron_ng import schedule
from pydron_ng.values.digest import digest_of
from pydron_ng.values.functions import identify
from pydron_ng.values.library import Library, WorkerLibrary
from pydron_ng.values.unshippable import Unshippable

LIMIT = 3
TABLE = {"a": [1]}
RNG = random.Random(1)
LOG = logging.getLogger(__name__)
NUMBERS = iter(range(9))


def limited(x: int) -> bool:
    return x < LIMIT


def calls_limited(x: int) -> bool:
    return limited(x)


def looks_up(key: str) -> list[int]:
    return TABLE[key]


def draws() -> float:
    return RNG.random()


def logs(x: int) -> int:
    LOG.info("%s", x)
    return x


def with_default(x: int, table: list[int] = []) -> int:
    return x + len(table)


def scaled_by(scale: int) -> Callable[[int], int]:
    def scaled(x: int) -> int:
        return scale * x

    return scaled


def elsewhere(function: Any) -> Any:
    """The function as a worker has it."""
    program, worker = Library(), WorkerLibrary()
    identity = identify(function, program)
    for token in identity.tokens:
        worker.define(token, program.blob(token))
    return worker.resolve(identity.token)


def test_it_is_identified_once_while_it_stays_the_same() -> None:
    library = Library()
    assert identify(limited, library) is identify(limited, library)
    assert identify(limited, library).holds(limited)


@pytest.mark.parametrize("function", [limited, calls_limited])
def test_a_changed_global_changes_the_function(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library()
    before = identify(function, library)
    monkeypatch.setitem(globals(), "LIMIT", 4)
    assert not before.holds(function)
    assert identify(function, library).token != before.token
    monkeypatch.undo()
    assert identify(function, library).token == before.token


def test_a_global_that_is_changed_inside_changes_the_function() -> None:
    library = Library()
    before = identify(looks_up, library)
    TABLE["a"].append(2)
    try:
        assert not before.holds(looks_up)
    finally:
        TABLE["a"].pop()
    assert before.holds(looks_up)


@pytest.mark.parametrize(
    "held, change",
    [
        (np.zeros(2), lambda held: held.fill(1)),
        (np.array([[1], None], object), lambda held: held[0].append(2)),
        (collections.deque([1]), lambda held: held.append(2)),
        (types.SimpleNamespace(x=1), lambda held: setattr(held, "x", 2)),
        (bytearray(b"a"), lambda held: held.append(0)),
    ],
    ids=lambda held: type(held).__name__,
)
def test_a_closure_that_is_changed_inside_changes_the_function(held: Any, change: Any) -> None:
    library = Library()

    def holding() -> Any:
        return held

    before = identify(holding, library)
    assert before.holds(holding)
    change(held)
    assert not before.holds(holding)
    assert identify(holding, library).token != before.token


def test_what_a_class_keeps_of_its_own_kind_is_part_of_the_function() -> None:
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

        def moved(self) -> Point:
            return Point(self.x + Point.zero.x)  # type: ignore[attr-defined]

    Point.zero = Point(0)  # type: ignore[attr-defined]
    library = Library()
    before = identify(Point.moved, library)
    assert before.holds(Point.moved)
    Point.zero.x = 1  # type: ignore[attr-defined]
    assert not before.holds(Point.moved)
    Point.zero.x = 0  # type: ignore[attr-defined]
    assert before.holds(Point.moved)
    Point.__init__.__defaults__ = (3,)
    assert not before.holds(Point.moved)


def test_a_replaced_helper_changes_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    before = identify(calls_limited, library)
    monkeypatch.setitem(globals(), "limited", lambda x: True)
    assert not before.holds(calls_limited)


def test_a_patched_attribute_of_a_module_changes_the_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = Library()

    def area(r: float) -> float:
        return math.pi * r * r

    before = identify(area, library)
    assert before.holds(area)
    monkeypatch.setattr(math, "pi", 3.0)
    assert not before.holds(area)


def test_a_changed_closure_changes_the_function() -> None:
    library, scale = Library(), 1

    def scaled(x: int) -> int:
        return scale * x

    before = identify(scaled, library)
    assert before.holds(scaled)
    scale = 10
    assert not before.holds(scaled)


def test_a_changed_default_changes_the_function() -> None:
    library = Library()
    before = identify(with_default, library)
    assert with_default.__defaults__ is not None
    with_default.__defaults__[0].append(1)
    try:
        assert not before.holds(with_default)
    finally:
        with_default.__defaults__[0].clear()


def test_new_code_changes_the_function() -> None:
    library = Library()

    def old(x: int) -> int:
        return x

    before = identify(old, library)
    old.__code__ = (lambda x: -x).__code__
    assert not before.holds(old)


def test_two_functions_of_equal_content_are_one() -> None:
    library = Library()
    assert identify(scaled_by(2), library).token == identify(scaled_by(2), library).token
    assert identify(scaled_by(2), library).token != identify(scaled_by(3), library).token


def test_functions_of_modules_travel_by_reference() -> None:
    assert elsewhere(limited) is limited
    assert elsewhere(math.sqrt) is math.sqrt
    assert elsewhere(np.linalg.svd) is np.linalg.svd
    assert elsewhere(logs) is logs


def test_closures_and_lambdas_travel_by_value() -> None:
    arrived = elsewhere(scaled_by(7))
    assert arrived(6) == 42
    assert elsewhere(lambda x: x + LIMIT)(1) == 4


def test_a_wrapped_function_travels_with_its_wrapper() -> None:
    def doubling(function: Callable[[int], int]) -> Callable[[int], int]:
        @wraps(function)
        def doubled(x: int) -> int:
            return 2 * function(x)

        return doubled

    @doubling
    def increment(x: int) -> int:
        return x + 1

    assert elsewhere(increment)(3) == 8


def test_a_scheduled_function_travels_as_the_original() -> None:
    def original(x: int) -> int:
        return x + 1

    def scheduled(x: int) -> int:
        raise AssertionError("this one stays at home")

    scheduled.__wrapped__ = original  # type: ignore[attr-defined]
    scheduled.__dict__["__pydron_scheduled__"] = True

    def caller(x: int) -> int:
        return scheduled(x)

    assert elsewhere(caller)(1) == 2


def test_a_source_of_random_numbers_stays_at_home() -> None:
    with pytest.raises(Unshippable) as caught:
        identify(draws, Library())
    assert caught.value.code == "unshippable-state"


def counts() -> int:
    return next(NUMBERS)


def test_an_iterator_among_the_globals_stays_at_home() -> None:
    with pytest.raises(Unshippable) as caught:
        identify(counts, Library())
    assert caught.value.code == "unshippable-state"


def test_a_closure_over_an_iterator_stays_at_home() -> None:
    steps = iter([1, 2])
    with pytest.raises(Unshippable):
        identify(lambda: next(steps), Library())


def test_a_function_that_the_worker_has_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, worker = Library(), WorkerLibrary()
    monkeypatch.setitem(globals(), "LIMIT", 99)
    identity = identify(limited, program)
    worker.define(identity.token, program.blob(identity.token))
    monkeypatch.undo()  # what the worker imports
    with pytest.raises(Unshippable) as caught:
        worker.resolve(identity.token)
    assert caught.value.code == "other-definition"


def test_a_function_of_a_module_that_is_being_imported_travels_by_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(__spec__, "_initializing", True, raising=False)
    assert elsewhere(limited) is not limited
    assert elsewhere(limited)(2) is True


def test_nothing_of_the_program_is_kept_alive() -> None:
    library = Library()
    data = np.arange(3)

    def uses(x: int, more: Any = np.arange(4)) -> Any:
        return data[x]  # noqa: F821

    identify(uses, library)
    assert uses.__defaults__ is not None
    kept = [weakref.ref(data), weakref.ref(uses.__defaults__[0]), weakref.ref(uses)]
    del data, uses
    gc.collect()
    assert [ref() for ref in kept] == [None, None, None]
    assert library.identities == {}


def test_classes_are_identified_by_what_they_define() -> None:
    library = Library()

    class Stepper:
        step = 1

    before = identify(Stepper, library)
    assert before.holds(Stepper)
    Stepper.step = 2
    assert not before.holds(Stepper)
    Stepper.step = 1
    assert before.holds(Stepper)
    setattr(Stepper, "more", 1)
    assert not before.holds(Stepper)


class Unit:
    pass


def names_a_class_twice() -> tuple[Unit, Callable[[], type[Unit]]]:
    return Unit(), lambda: Unit


def test_what_a_scheduled_function_names_is_numbered_as_in_its_original() -> None:
    class Original:
        method = names_a_class_twice
        unit = Unit

    class Scheduled:
        method = schedule(names_a_class_twice)
        unit = Unit

    Scheduled.__qualname__ = Original.__qualname__
    assert digest_of(Scheduled, Library()) == digest_of(Original, Library())


def made_in(file: str, first_line: int) -> Callable[[int], int]:
    source = "\n" * (first_line - 1) + "def scaled(x: int) -> int: return x * 2"
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, file, "exec"), space)
    return space["scaled"]  # type: ignore[no-any-return]


def test_functions_of_other_lines_and_files_are_not_the_same() -> None:
    library = Library()
    places = ("a.py", 1), ("a.py", 2), ("b.py", 1)
    assert len({identify(made_in(*place), library).token for place in places}) == 3


def test_the_name_of_its_file_travels_with_the_code() -> None:
    assert elsewhere(made_in("a.py", 3)).__code__.co_filename == "a.py"
    assert elsewhere(made_in("a.py", 3)).__code__.co_firstlineno == 3
