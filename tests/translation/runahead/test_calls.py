"""Calls: functional, pure, methods of builtin values, star arguments."""

from __future__ import annotations

import copy
import math
import operator
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.purity.functions import pure_functions
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
)
from pydron_ng.translation.runahead.promises import UNKNOWN
from tests.translation.gate import assert_ahead, listed, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library
from tests.translation.written import expression


@pytest.mark.parametrize(
    "text, emitted",
    [
        ("quick(a)", "call(ra, 0, (), ra.lookup('quick'), (v_a, ), {})"),
        ("quick(a, y=b)", "call(ra, 0, (), ra.lookup('quick'), (v_a, ), {'y': v_b})"),
        ("len(a)", "call(ra, -1, (), ra.lookup('len'), (v_a, ), {})"),
        ("a.strip(b)", "call(ra, -1, (), method(ra, v_a, 'strip'), (v_b, ), {})"),
        (
            "quick(*xs, 1, **d)",
            "call(ra, 0, (), ra.lookup('quick'), star_arguments(ra, [(True, v_xs), (False, 1)]), "
            "star_keywords(ra, [(None, v_d)]))",
        ),
    ],
)
def test_shape(text: str, emitted: str) -> None:
    assert expression(text) == emitted


class Model:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    @functional
    def apply(self, x: int) -> Any:
        return work(x) * self.factor

    @staticmethod
    @functional
    def fixed(x: int) -> Any:
        return work(x)


@schedule
def stars(n: Any) -> Any:
    numbers, named = [n, 1], {"z": 2}
    return work(*numbers, **named), work(n, *listed(n), q=3)


@schedule
def methods(n: Any) -> Any:
    model = Model(n)
    return Model.fixed(n), Model.fixed(n + 1), model.factor


@schedule
def methods_of_an_argument(model: Any) -> Any:
    return model.apply(1), model.apply(2), model.fixed(3)


@schedule
def pure_calls(text: Any) -> Any:
    words = text.split()
    first = work(len(words))
    return first, work(max(1, 2)), work(int(words[1])), work(sum([1, 2])), work(round(2.6))


@schedule
def nested(n: Any) -> Any:
    return work(quick(n), y=quick(quick(n))), work(math.floor(2.5) + quick(n))


@schedule
def a_parameter_is_called(f: Any) -> Any:
    return f(1), f(2)


@schedule
def copies(n: Any) -> Any:
    base = {"x": n, "more": [n], "pair": ([n], n)}
    found = []
    for x in range(2):
        own = copy.deepcopy(base)
        own["more"].append(x)
        own["pair"][0].append(x)
        shallow = copy.copy(own)
        shallow["x"] = x
        found.append(work(own["x"], *own["more"], *shallow["pair"][0]) + work(shallow["x"]))
    return found, base


@schedule
def functions_in_a_table(n: Any) -> Any:
    table = {"work": work, "again": work}
    return {name: [function(n, x) for x in range(2)] for name, function in table.items()}


@schedule
def lambdas_on_a_line(n: Any) -> Any:
    steps: Any = [lambda x: work(x) + n, lambda x: work(x, n)]
    return [step(x) for x in range(2) for step in steps]


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, copies, 3),
        (4, functions_in_a_table, 3),
        (4, lambdas_on_a_line, 3),
        (2, stars, 3),
        (2, methods, 3),
        (3, methods_of_an_argument, Model(2)),
        (5, pure_calls, "one 2 three"),
        (2, nested, 3),
        (2, a_parameter_is_called, work),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def call(callee: Any, *args: Any, **kwargs: Any) -> Any:
    return guarded("call", 0, (), callee, args, kwargs)


def call_method(receiver: Any, name: str, *args: Any) -> Any:
    return call(guarded("method", receiver, name), *args)


def test_guards_touch_nothing() -> None:
    pure = list(pure_functions().values())
    names = "split append get items copy join index count x weight".split()
    assert_untouched(
        *(lambda w, f=f: call(f, w) for f in pure),
        *(lambda w, f=f: call(f, [w]) for f in pure),
        *(lambda w, f=f: call(f, 1, w) for f in pure),
        *(lambda w, f=f: call(f, w, int) for f in pure),
        *(lambda w, name=name: guarded("method", w, name) for name in names),
        lambda w: call_method("a", "join", w),
        lambda w: call_method("a", "join", [w]),
        lambda w: call_method([1], "index", w),
        lambda w: call_method([w], "copy"),
        lambda w: call_method([w], "count", 1),
        lambda w: call_method({1: 1}, "get", w),
        lambda w: call_method(OwnDict({1: 1}), "get", w),
        lambda w: call_method({1: w}, "items"),
        lambda w: call_method({1: w}, "get", 1),
        lambda w: call(w),
        lambda w: call(w, 1),
        lambda w: guarded("star_arguments", [(True, w)]),
        lambda w: guarded("star_keywords", [(None, w)]),
        lambda w: library("noted")([], w),
    )


@pytest.mark.parametrize(
    "callee, args",
    [
        (list, (range(10**12),)),
        (tuple, (range(10**12),)),
        (sum, (range(10**12),)),
        (sorted, (range(10**12),)),
        (max, (range(10**30),)),
        (bytes, (10**9,)),
        (round, (5, -(10**9))),
        (operator.mod, ("%999999999d", 1)),
        (sum, ([[1]] * 50_000, [])),
        (enumerate, (range(10**12),)),
        (len, ([[0] * 50_000] * 50_000,)[:0]),
        (repr, ([["x" * 50_000] * 50_000],)),
        (list, (iter([1]),)),
        (int, ("9" * 200_000,)),
    ],
)
def test_a_pure_call_with_a_huge_result_is_refused(callee: Any, args: tuple[Any, ...]) -> None:
    assert is_refused(call(callee, *args))


@pytest.mark.parametrize(
    "receiver, name, args",
    [
        ("", "join", (["x" * 90_000] * 90_000,)),
        ("x" * 1000, "join", (["y"] * 1000,)),
        ("x" * 1000, "replace", ("x", "y" * 1000)),
        ("x", "ljust", (10**9,)),
        ("x", "zfill", (10**9,)),
        ("x" * 200_000, "upper", ()),
    ],
)
def test_a_method_with_a_huge_result_is_refused(
    receiver: Any, name: str, args: tuple[Any, ...]
) -> None:
    assert is_refused(call_method(receiver, name, *args))


@pytest.mark.parametrize(
    "callee, args, result",
    [
        (len, ([1, 2],), 2),
        (list, ((1, 2),), [1, 2]),
        (tuple, ([1, 2],), (1, 2)),
        (reversed, ([1, 2],), [2, 1]),
        (zip, ([1, 2], "ab"), [(1, "a"), (2, "b")]),
        (enumerate, (["a"], 3), [(3, "a")]),
        (sum, ([1, 2], 3), 6),
        (bytes, (3,), b"\0\0\0"),
        (round, (2.55, 1), round(2.55, 1)),
        (isinstance, (3, (int, str)), True),
        (isinstance, ([], dict), False),
        (sorted, ([3, 1],), [1, 3]),
        (dict, ([(1, 2)],), {1: 2}),
        (operator.mod, (7, 4), 3),
    ],
)
def test_a_small_pure_call_is_made(callee: Any, args: tuple[Any, ...], result: Any) -> None:
    assert call(callee, *args) == result


def test_methods_of_builtin_values() -> None:
    assert call_method("a b", "split") == ["a", "b"]
    assert call_method("-", "join", ["a", "b"]) == "a-b"
    assert call_method({1: 2}, "items") == [(1, 2)]
    assert call_method({1: 2}, "get", 1) == 2
    assert call_method(OwnDict({1: 2}), "get", 5, 6) == 6
    assert call_method([3, 4], "index", 4) == 1
    assert is_refused(call_method([3], "pop"))
    assert is_refused(guarded("call", 0, (), guarded("method", "a", "split"), (), {"seq": 1}))


class Pretends:
    __class__ = int  # type: ignore[assignment]


def test_who_pretends_to_be_of_another_class_is_not_judged() -> None:
    assert is_refused(call(isinstance, Pretends(), int))


def test_a_functional_callee_is_issued_with_its_object_first() -> None:
    ra, model = FakeAhead(), Model(2)
    library("call")(ra, 7, (1,), model.apply, (5,), {})
    (issued,) = ra.issued
    assert issued == (7, (1,), Model.apply, (model, 5), {})


def test_an_unrouted_functional_call_is_not_issued() -> None:
    ra = FakeAhead()
    assert library("call")(ra, -1, (), work, (5,), {}) is UNKNOWN
    assert not ra.issued


def test_a_call_waits_for_its_callee() -> None:
    ra = FakeAhead()
    callee = ra.promise()
    result = library("call")(ra, 0, (), callee, (OwnList([1]),), {})
    callee.keep(len)
    ra.run()
    assert result.value == 1


def test_unknown_callees_are_left_alone() -> None:
    assert call(UNKNOWN, 1) is UNKNOWN
    assert call(print, 1) is UNKNOWN
    assert call(len, 1, key=2) is UNKNOWN


def test_a_wrapper_is_what_it_wraps() -> None:
    from tqdm import tqdm

    assert call(tqdm, [1, 2], disable=True) == [1, 2]


def test_copies_are_of_its_own_with_their_aliases() -> None:
    shared = [1]
    made = guarded("call", 0, (), copy.deepcopy, ([shared, shared, {"a": (shared,)}],), {})
    assert made[0] is made[1] is made[2]["a"][0]
    assert [type(made), type(made[0]), type(made[2])] == [OwnList, OwnList, OwnDict]
    assert is_refused(guarded("call", 0, (), copy.deepcopy, (shared, {}), {}))
    assert is_refused(guarded("call", 0, (), copy.copy, (object(),), {}))
