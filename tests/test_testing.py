"""The equivalence harness sees what a caller could see, and nothing else."""

from __future__ import annotations

import logging
import math
import struct
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from pydron_ng import schedule
from pydron_ng.testing import Call, NotEquivalent, assert_equivalent, compare, observe
from pydron_ng.testing.portrait import portray

LOG: list[str] = []


@dataclass
class Box:
    items: list[int] = field(default_factory=list)


def paint(value: object) -> object:
    return portray({"value": value})


SHARED = [1]
NEGATIVE_NAN = struct.unpack("<d", b"\x01\x00\x00\x00\x00\x00\xf8\xff")[0]
DIFFERENT = {
    "int and bool": (1, True),
    "int and float": (1, 1.0),
    "the sign of zero": (0.0, -0.0),
    "the bits of nan": (math.nan, NEGATIVE_NAN),
    "list and tuple": ([1], (1,)),
    "the order of a dictionary": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "keys of a dictionary": ({1: 0}, {True: 0}),
    "the order of a set": ({0, 8}, {8, 0}),
    "a shared item": ([SHARED, SHARED], [[1], [1]]),
    "the layout of an array": (np.ones((3, 3)), np.asfortranarray(np.ones((3, 3)))),
    "an element of an array": (np.zeros(100), np.full(100, -0.0)),
    "the type of an array": (np.zeros(3), np.zeros(3, np.float32)),
    "an item of an object": (Box([1]), Box([2])),
    "a closure": ((lambda n: lambda: n)(1), (lambda n: lambda: n)(2)),
    "arguments of an exception": (ValueError(1), ValueError("1")),
    "what is left of an iterator": (iter([1, 2]), iter([2])),
    "a note on an exception": (ValueError(1), None),
}
noted = ValueError(1)
noted.add_note("seen")
DIFFERENT["a note on an exception"] = (ValueError(1), noted)


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_a_portrait_tells_apart(pair: tuple[object, object]) -> None:
    assert paint(pair[0]) != paint(pair[1])


@pytest.mark.parametrize(
    "make", [lambda: math.nan, lambda: Box([1]), lambda: [{1: {"a"}}], lambda: np.arange(5)]
)
def test_equal_values_have_equal_portraits(make: Callable[[], object]) -> None:
    assert paint(make()) == paint(make())


def test_views_of_one_array_show_as_shared() -> None:
    image = np.zeros((4, 4))
    assert paint([image, image[1:]]) != paint([image, image[1:].copy()])


def test_a_value_that_holds_itself_has_a_portrait() -> None:
    ring: list[object] = []
    ring.append(ring)
    assert ("value[0]", "the object at value") in portray({"value": ring})


def pretend(behaviour: Callable[..., Any], undecorated: Callable[..., Any]) -> Callable[..., Any]:
    """A "scheduled" function that does something else than its undecorated one."""

    def scheduled(*args: Any, **kwargs: Any) -> Any:
        return behaviour(*args, **kwargs)

    scheduled.__dict__.update(__wrapped__=undecorated, __pydron_scheduled__=True)
    return scheduled


def differences(
    behaviour: Callable[..., Any], undecorated: Callable[..., Any], *args: Any
) -> list[str]:
    with pytest.raises(NotEquivalent) as caught:
        assert_equivalent(pretend(behaviour, undecorated), *args, globals=("LOG",))
    return [f"{d.observation}: {d.path}" for d in caught.value.differences]


def test_another_value_is_seen_with_its_path() -> None:
    assert differences(lambda: [1, {"a": 2}], lambda: [1, {"a": 3}]) == [
        "outcome: value[1][str 'a']"
    ]


def test_another_order_of_prints_is_seen() -> None:
    def one() -> None:
        print("a\nb")

    def other() -> None:
        print("b\na")

    assert all(difference.startswith("effects: line") for difference in differences(one, other))


def test_a_print_that_changes_places_with_a_warning_is_seen() -> None:
    def one() -> None:
        print("a")
        warnings.warn_explicit("w", UserWarning, "file.py", 1)

    def other() -> None:
        warnings.warn_explicit("w", UserWarning, "file.py", 1)
        print("a")

    assert differences(one, other)


def test_a_lost_log_record_is_seen() -> None:
    def other() -> None:
        logging.getLogger("survey").warning("noisy")

    assert differences(lambda: None, other) == ["effects: line 1"]


def test_a_changed_argument_is_seen() -> None:
    assert differences(lambda box: None, lambda box: box.items.append(1), Box()) == [
        "state: args[0].items",
        "state: args[0].items[0]",
    ]


def test_a_changed_global_is_seen_and_put_back() -> None:
    assert differences(lambda: None, lambda: LOG.append("x"))[0] == "state: globals[str 'LOG']"
    assert LOG == []


def test_a_changed_closure_cell_is_seen_and_put_back() -> None:
    total = 0

    def add(n: int) -> None:
        nonlocal total
        total += n

    assert differences(lambda n: None, add, 1) == ["state: cells[str 'total']"]
    assert total == 0


def test_a_result_that_is_an_argument_is_told_from_a_copy() -> None:
    assert differences(list, lambda xs: xs, [1]) != []


def test_an_exception_from_another_line_is_seen() -> None:
    def fail(early: bool) -> None:
        if early:
            raise ValueError("no")
        raise ValueError("no")

    assert differences(lambda: fail(True), lambda: fail(False))


def test_a_lost_context_of_an_exception_is_seen() -> None:
    def one() -> None:
        try:
            raise KeyError(1)
        except KeyError:
            raise ValueError(2)

    def other() -> None:
        try:
            raise KeyError(1)
        except KeyError:
            raise ValueError(2) from None

    assert "outcome: exception.__suppress_context__" in differences(one, other)


def test_a_generator_is_observed_to_its_end() -> None:
    def one() -> Any:
        yield 1
        raise ValueError

    assert any(
        "exception" in difference for difference in differences(one, lambda: (n for n in [1]))
    )


def test_system_exit_is_an_outcome() -> None:
    assert differences(lambda: sys.exit(1), lambda: sys.exit(2))


def test_a_difference_reads_as_what_where_and_both_sides() -> None:
    found = compare(observe(Call.of(lambda: 1)), observe(Call.of(lambda: 2)))
    assert [str(difference) for difference in found] == [
        "outcome: value\n    sequential: int 1\n    scheduled:  int 2"
    ]


def test_a_bound_method_is_called_on_a_copy_of_its_object_each_time() -> None:
    class Counter:
        count = 0

        @schedule
        def add(self, n: int) -> int:
            self.count += n
            return self.count

    counter = Counter()
    assert_equivalent(counter.add, 2)


def test_numbers_and_dates_may_be_equal_copies_in_a_result() -> None:
    import datetime as dt

    import numpy as np

    number, day = np.float64(0.1), dt.date(2020, 2, 2)
    copies = [np.float64(0.1), dt.date(2020, 2, 2)]
    assert portray({"x": [number, day, number, day]}) == portray({"x": [number, day, *copies]})
    assert portray({"x": number}) != portray({"x": np.float64(0.2)})
