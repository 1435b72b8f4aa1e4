"""Methods of texts, numbers and containers, with keyword arguments as well."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import OwnList
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library


def call_method(receiver: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    return guarded("call", 0, (), guarded("method", receiver, name), args, kwargs)


@schedule
def words(n: Any) -> Any:
    text = "{},{a}".format(quick(n), a=n)  # noqa: UP032
    left, right = text.split(sep=",", maxsplit=1)
    shown = "%s-%r" % (left, quick(n))  # noqa: UP031
    return work(int(left)), work(int(right)), work(len(shown)), work(len("%5.1f" % n))  # noqa: UP031


@schedule
def sorted_words(n: Any) -> Any:
    names = sorted(["b", "A", "c"], key=str.lower, reverse=True)
    sizes = sorted([[1, 2, n], [1]], key=len)
    most = max([quick(n), quick(n + 1)], key=abs, default=0)
    return [work(n, len(name)) for name in names], work(len(sizes[0])), work(most)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("calls, function", [(4, words), (5, sorted_words)])
def test_meaning(calls: int, function: Any) -> None:
    assert_ahead(calls, function, 3)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        lambda w: call_method("{}", "format", w),
        lambda w: call_method("{a}", "format", a=w),
        lambda w: call_method("a b", "split", sep=w),
        lambda w: call_method({1}, "union", [w]),
        lambda w: call_method(5, "to_bytes", w),
        lambda w: guarded("percent", "%s", w),
        lambda w: guarded("percent", "%s %s", (1, w)),
        lambda w: guarded("percent", "%(a)s", {"a": w}),
        lambda w: guarded("formatted", [w], "", ""),
        lambda w: guarded("call", 0, (), sorted, ([3, 1],), {"key": w}),
        lambda w: guarded("call", 0, (), sorted, ([w, w],), {"key": len}),
        lambda w: guarded("call", 0, (), max, ([w],), {"default": 1}),
    )


@pytest.mark.parametrize(
    "receiver, args",
    [
        ("{:99999}", (1,)),
        ("{:{}}", (1, 99_999)),
        ("{0:>{1}}", (1, 99_999)),
        ("{}" * 600, range(600)),
    ],
)
def test_a_format_that_could_be_huge_is_refused(receiver: str, args: Any) -> None:
    assert is_refused(call_method(receiver, "format", *args))


@pytest.mark.parametrize("text", ["%99999d", "%*d", "%.99999f", "%s" * 600])
def test_a_percent_format_that_could_be_huge_is_refused(text: str) -> None:
    assert is_refused(guarded("percent", text, (1,)))


@pytest.mark.parametrize(
    "receiver, name, args, kwargs",
    [
        ("a,b,c", "split", (), {"sep": ",", "maxsplit": 1}),
        ("{} {k}", "format", (1.5,), {"k": "x"}),
        ("{0[0]}", "format", ([7],), {}),
        ("abc", "translate", ({97: "x"},), {}),
        ({1, 2}, "union", ([3],), {}),
        (258, "to_bytes", (2, "big"), {}),
        (b"a b", "split", (), {}),
        (range(5), "index", (3,), {}),
    ],
)
def test_a_method_is_what_it_is(
    receiver: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    assert call_method(receiver, name, *args, **kwargs) == getattr(receiver, name)(*args, **kwargs)


def test_a_translation_into_long_texts_is_refused() -> None:
    assert is_refused(call_method("a" * 1000, "translate", {97: "x" * 1000}))
    assert is_refused(call_method("\t\t" * 1000, "expandtabs", 90_000))


def test_a_sort_by_a_function_of_the_users_is_left_to_the_program() -> None:
    assert is_refused(guarded("call", 0, (), sorted, ([3, 1],), {"key": lambda x: -x}))


def test_a_method_waits_for_what_it_reads() -> None:
    ra = FakeAhead()
    part = ra.promise()
    callee = library("method")(ra, "-", "join")
    result = library("call")(ra, -1, (), callee, (OwnList([part, "b"]),), {})
    part.keep("a")
    ra.run()
    assert result.value == "a-b"
