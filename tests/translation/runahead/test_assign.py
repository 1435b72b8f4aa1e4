"""Assignments, also to several targets, with an operator, and inside of expressions."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import OwnList
from pydron_ng.translation.runahead.promises import UNKNOWN
from tests.translation.gate import assert_ahead, listed, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, library
from tests.translation.written import statement, text


@pytest.mark.parametrize(
    "source, emitted",
    [
        ("y = a\nwork(y)", "t1 = v_a\nv_y = bind(ra, 1, 0, (), t1)"),
        ("y: int = a\nwork(y)", "t1 = v_a\nv_y = bind(ra, 1, 0, (), t1)"),
        (
            "y, z = a\nwork(z)",
            """
            t1 = v_a
            t2 = unpack(ra, t1, 2, -1)
            v_y = bind(ra, 1, 0, (), t2[0])
            v_z = bind(ra, 1, 1, (), t2[1])
            """,
        ),
        ("a += b\nwork(a)", "t1 = augment(ra, '+', v_a, v_b)\nv_a = bind(ra, 1, 0, (), t1)"),
        (
            "d[a] = b\nwork(d)",
            """
            t1 = v_b
            v_d = changed(ra, '__setitem__', v_d, (), v_a, t1)
            v_d = bind(ra, 1, 0, (), v_d)
            """,
        ),
        (
            "d[a] -= b\nwork(d)",
            """
            t1 = v_b
            v_d = changed(ra, '+=', v_d, (), v_a, '-', t1)
            v_d = bind(ra, 1, 0, (), v_d)
            """,
        ),
        ("o.x = a\nwork(o)", "t1 = v_a\nv_o = bind(ra, 1, 0, (), touched(ra, v_o))"),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    written = statement(source).splitlines()
    assert "\n".join(written[:-1]) == text(emitted)


def test_shape_of_a_walrus() -> None:
    assert statement("work((y := a))\nwork(y)").splitlines()[:2] == [
        "call(ra, 0, (), ra.lookup('work'), ((v_y := v_a), ), {})",
        "v_y = bind(ra, 1, 0, (), v_y)",
    ]


def test_shape_of_a_walrus_that_may_not_be_evaluated() -> None:
    assert statement("x = a and (y := b)\nwork(x, y)").splitlines()[:2] == [
        "v_y = t2 = Promise(ra.ready)",
        "t1 = either(ra, 'and', v_a, (lambda v_b=v_b, v_y=v_y, t2=t2: "
        "(v_y := passed_on(t2, v_b))))",
    ]


@schedule
def chained(n: Any) -> Any:
    a = (b, c) = work(n), work(n + 1)
    return a, b, c


@schedule
def unpacked(n: Any) -> Any:
    (a, b), c = listed(n)[:2], work(n)
    first, *rest = listed(n)
    return work(a), work(b), c, first, rest


@schedule
def accumulated(numbers: Any) -> Any:
    total = 0
    for number in numbers:
        total += work(number)
    return total


@schedule
def items_added_to(numbers: Any) -> Any:
    counts: dict[int, int] = {}
    sums = list(numbers)
    for index, number in enumerate(numbers):
        counts[number % 2] = 0
        counts[number % 2] += work(number)
        sums[index] -= 1
    return counts, sums


@schedule
def items_are_read_again(n: Any) -> Any:
    slow = work(n)
    known = {}
    known["n"] = n
    known["n"] += 1
    return slow, work(known["n"])


@schedule
def attributes_are_set(n: Any) -> Any:
    def holder() -> None: ...

    holder.x = work(n)  # type: ignore[attr-defined]
    holder.x += work(n + 1)  # type: ignore[attr-defined]
    return holder.x  # type: ignore[attr-defined]


@schedule
def walrus(n: Any) -> Any:
    if (a := quick(n)) > 1 and (b := quick(a)):
        return work(a), work(b)
    return work(n)


@schedule
def walrus_that_may_not_be_evaluated(n: Any) -> Any:
    b = 5
    first = n > 100 and (b := quick(n))
    second = n < 100 and (c := quick(n))
    return first, second, work(b), work(c)


@schedule
def walrus_of_what_nobody_knows(numbers: Any) -> Any:
    kept, left = [], list(numbers)
    while (x := next(iter(left), None)) is not None:
        del left[0]
        kept.append(work(x))
        if (y := getattr(x, "real", None)) is not None:
            kept.append(work(y, 1))
    return kept


@schedule
def walrus_that_may_not_be_evaluated_in_a_loop(numbers: Any) -> Any:
    kept = []
    for n in numbers:
        if n > 0:
            first = n > 1 and (c := quick(n))
            kept.append(work(first))
            kept.append(work(c if first else 0, 1))
    return kept


@schedule
def nested_targets(n: Any) -> Any:
    table: dict[str, Any] = {}
    (a, *[b, c]), table["x"], (*d, e) = [n, n + 1, n + 2], work(n), (1, 2, 3)
    del table["x"]
    for (f, _), *g in [((n, 1), 2, 3)]:
        table["y"] = work(f, len(g))
    return work(a), work(b), work(c), work(d[1]), work(e), table


TOTAL = 0


@schedule
def globals_are_left_alone(numbers: Any) -> Any:
    global TOTAL
    TOTAL = 0
    kept = []
    for x in numbers:
        TOTAL += work(x)
        kept.append(work(x, 1))
    return kept, TOTAL


@schedule
def a_list_grows(numbers: Any) -> Any:
    kept: list[int] = []
    for number in numbers:
        kept += [work(number)]
    return kept


@schedule
def handed_to_unknown_code(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        value = quick(number)
        first = work(number)
        show(value)
        kept.append((first, work(value, 1)))
    return kept


def show(*values: Any) -> None:
    """Nobody knows what it does."""
    print(values, values)


def stranger(n: Any) -> Any:
    """Code that pydron_ng knows nothing about."""
    return n + 1


@schedule
def drawn_first(n: Any) -> Any:
    drawn = [stranger(x) for x in range(3)]
    settings = {"base": stranger(n), "more": 1}
    return [work(x) for x in drawn], work(settings["base"], settings["more"])


@schedule
def drawn_in_a_loop(n: Any) -> Any:
    found = []
    for x in range(3):
        row = {"x": x, "when": stranger(n)}
        found.append(work(row["x"]))
    return found


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, drawn_first, 3),
        (3, drawn_in_a_loop, 3),
        (2, chained, 3),
        (3, unpacked, 3),
        (3, accumulated, [1, 2, 3]),
        (3, items_added_to, [1, 2, 3]),
        (2, items_are_read_again, 3),
        (2, attributes_are_set, 3),
        (1, walrus, 3),
        (2, walrus_that_may_not_be_evaluated, 3),
        (1, walrus_of_what_nobody_knows, [1, 2, 3]),
        (6, nested_targets, 3),
        (6, walrus_that_may_not_be_evaluated_in_a_loop, [1, 2, 3]),
        (6, globals_are_left_alone, [1, 2, 3]),
        (3, a_list_grows, [1, 2, 3]),
        (6, handed_to_unknown_code, [1, 2, 3]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: guarded("whole", w),
        lambda w: guarded("whole", OwnList([w])),
        lambda w: guarded("unpack", w, 2, -1),
        lambda w: guarded("augment", "+", w, 1),
        lambda w: guarded("augment", "+", OwnList(), w),
        lambda w: guarded("augment", "+", OwnList(), [w]),
        lambda w: guarded("augment", "+", 1, w),
        lambda w: guarded("touched", w),
        lambda w: guarded("touched", (w,)),
    )


def test_a_container_with_parts_to_come_is_told_as_a_whole() -> None:
    known = OwnList([1, OwnList([2])])
    assert guarded("whole", known) is known
    assert guarded("whole", OwnList([1, OwnList([UNKNOWN])])) is UNKNOWN
    assert guarded("whole", OwnList([FakeAhead().promise()])) is UNKNOWN


def test_unpacking_gives_as_many_as_there_are_targets() -> None:
    assert list(guarded("unpack", [1, 2], 2, -1)) == [1, 2]
    assert guarded("unpack", [1, 2, 3], 2, -1) == (UNKNOWN, UNKNOWN)
    assert guarded("unpack", iter([1, 2]), 2, -1) == (UNKNOWN, UNKNOWN)
    assert guarded("unpack", range(10**12), 2, -1) == (UNKNOWN, UNKNOWN)


def test_a_starred_target_takes_what_the_others_leave() -> None:
    assert guarded("unpack", [1, 2, 3, 4], 3, 1) == [1, [2, 3], 4]
    assert guarded("unpack", (1, 2), 3, 0) == [[], 1, 2]
    assert guarded("unpack", [1], 3, 0) == (UNKNOWN,) * 3


@pytest.mark.parametrize("values, given", [([1, 2], [1, 2]), ([1, 2, 3], [UNKNOWN, UNKNOWN])])
def test_the_parts_of_a_promise_are_promises(values: list[int], given: list[Any]) -> None:
    ra = FakeAhead()
    promise = ra.promise()
    parts = library("unpack")(ra, promise, 2, -1)
    promise.keep(values)
    ra.run()
    assert [part.value for part in parts] == given


def test_what_unknown_code_touched_is_itself_only_if_it_cannot_change() -> None:
    kept = FakeAhead().promise()
    kept.keep("text")
    assert guarded("touched", (1, "a")) == (1, "a")
    assert guarded("touched", [1]) is UNKNOWN
    assert guarded("touched", kept) == "text"


@pytest.mark.parametrize("outcome, left", [("text", "text"), ([1], UNKNOWN), (([1],), UNKNOWN)])
def test_what_unknown_code_touched_before_it_had_come(outcome: Any, left: Any) -> None:
    ra = FakeAhead()
    value = ra.promise()
    promised = library("touched")(ra, value)
    value.keep(outcome)
    ra.run()
    assert promised.value == left
