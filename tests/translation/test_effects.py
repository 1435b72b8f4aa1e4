"""What each call is taken for, what a statement may change, and which are sync-points."""

from __future__ import annotations

import pytest

from pydron_ng import functional, translate
from pydron_ng.translation.effects import Effects, Kind
from tests.translation.written import function


def effects(body: str) -> Effects:
    lines = "\n".join("    " + line for line in body.splitlines())
    made = function(f"def f(a, xs, o):\n{lines}\n", note=print_twice)
    found: Effects = translate(made).program.analysis.plan.effects
    return found


def print_twice(value: object) -> None:
    print(value, value)


@pytest.mark.parametrize(
    "call, kind",
    [
        ("work(a)", Kind.FUNCTIONAL),
        ("a(1)", Kind.MAYBE),
        ("len(xs)", Kind.PURE),
        ("ValueError(a)", Kind.PURE),
        ("print(a)", Kind.OBSERVER),
        ("xs.append(1)", Kind.CONTAINER),
        ("o.strip()", Kind.PURE),
        ("o.write(a)", Kind.OBSERVER),
        ("o.launch()", Kind.UNKNOWN),
        ("a.launch()", Kind.MAYBE),
        ("note(a)", Kind.UNKNOWN),
        ("(lambda: 1)()", Kind.UNKNOWN),
    ],
)
def test_a_callee_is_taken_for(call: str, kind: Kind) -> None:
    assert effects(call).kinds[-1] is kind


@pytest.mark.parametrize(
    "statement, changed",
    [
        ("xs.append(a)", ("xs",)),
        ("xs[0] = a", ("xs",)),
        ("o.x.y[1] += a", ("o",)),
        ("del xs[0]", ("xs",)),
        ("note(a)", ("a",)),
        ("note([a, *xs], k={1: o})", ("a", "xs", "o")),
        ("o.launch(a)", ("o", "a")),
        ("(xs[0], [o.x, *y]) = a", ("xs", "o")),
        ("for xs[0] in a: pass", ("xs",)),
        ("work(a)", ()),
        ("len(xs)", ()),
        ("a += 1", ()),
    ],
)
def test_a_statement_may_change(statement: str, changed: tuple[str, ...]) -> None:
    assert effects(statement).mutated[1] == changed


@pytest.mark.parametrize(
    "statement, sync",
    [
        ("note(a)", True),
        ("xs[0] = a", True),
        ("import os", True),
        ("with a: pass", True),
        ("class K: pass", True),
        ("global g; g = 1", False),
        ("y = yield a", True),
        ("print(a)", False),
        ("print(a, file=o)", True),
        ("o.write(a)", True),
        ("y = work(a)", False),
        ("xs.append(a)", False),
        ("def g(): pass", False),
    ],
)
def test_a_statement_is_a_sync_point(statement: str, sync: bool) -> None:
    assert effects(statement).sync[1] is sync


def test_a_name_that_others_see_makes_its_assignment_a_sync_point() -> None:
    assert effects("global g\ng = 1").sync[2]
    assert effects("y = 1\nh = lambda: y\ny = 2").sync[3]


class Box:
    """Its methods are called as those of containers are."""

    @functional
    def insert(self, value: object) -> object:
        return value

    @functional
    def join(self, value: object) -> object:
        return value


@pytest.mark.parametrize(
    "body, kind",
    [
        ("ys = []\nys.insert(0, work(a))", Kind.CONTAINER),
        ("ys: list = list(a)\nys += xs\nys.insert(0, work(a))", Kind.CONTAINER),
        ("d = {}\nd.setdefault(a, []).insert(0, work(a))", Kind.CONTAINER),
        ("d = defaultdict(list)\nd[a].insert(0, work(a))", Kind.CONTAINER),
        ("d = {}\nd[a] = []\nd[a].insert(0, work(a))", Kind.CONTAINER),
        ("d = [[] for _ in xs]\nd[a].insert(0, work(a))", Kind.CONTAINER),
        ("', '.join(work(x) for x in xs)", Kind.PURE),
        ("a.join(xs)", Kind.FUNCTIONAL),
        ("ys = [a, o]\nys[0].insert(0, work(a))", Kind.FUNCTIONAL),
        ("ys = []\nys = o\nys.insert(0, work(a))", Kind.FUNCTIONAL),
        ("ys = []\nfor ys in xs: ys.insert(0, work(a))", Kind.FUNCTIONAL),
        ("xs.insert(0, work(a))", Kind.FUNCTIONAL),
        ("o.xs.insert(0, work(a))", Kind.FUNCTIONAL),
    ],
)
def test_a_method_of_a_builtin_value_is_no_functional_one_of_that_name(
    body: str, kind: Kind
) -> None:
    assert effects(body).kinds[-1] is kind
