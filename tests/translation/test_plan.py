"""What the two programs agree on."""

from __future__ import annotations

import pytest

from pydron_ng import translate
from pydron_ng.translation.counters import FIRST_LOOP
from pydron_ng.translation.plan import Plan
from tests.translation.written import function


def plan(body: str) -> Plan:
    lines = "\n".join("    " + line for line in body.splitlines())
    found: Plan = translate(function(f"def f(a, xs):\n{lines}\n")).program.analysis.plan
    return found


def test_without_routed_sites_there_is_nothing_to_agree_on() -> None:
    made = plan("for x in xs:\n    len(x)")
    assert made.routed == frozenset()
    assert made.counter == {}
    assert made.size == FIRST_LOOP


def test_loops_with_a_routed_site_are_counted() -> None:
    made = plan("for x in xs:\n    for y in xs:\n        work(y)\nfor z in xs:\n    len(z)")
    assert made.counter == {0: FIRST_LOOP, 1: FIRST_LOOP + 2}
    assert made.counters((0, 1)) == (FIRST_LOOP, FIRST_LOOP + 2)
    assert made.size == FIRST_LOOP + 4


def test_names_are_told_after_the_statements_that_bind_them() -> None:
    made = plan("x = work(a)\nif x:\n    y = 1\nxs.append(y)")
    assert made.learnt == {1: ("x",), 2: ("y",), 3: ("y",), 4: ("xs",)}


def test_where_a_body_begins_its_targets_are_told_first() -> None:
    made = plan("t = 0\nfor i, x in xs:\n    t += work(x)\nwith a as y:\n    work(y)")
    assert made.items[2] == ("i", "x", "t")
    assert made.items[4] == ("y",)


def test_names_of_others_are_never_told() -> None:
    made = plan(
        "global g\ng = work(a)\ndel a\ntry:\n    work(1)\nexcept ValueError as e:\n    pass"
    )
    assert made.learnt == {}


@pytest.mark.parametrize(
    "body, told",
    [
        ("for x in xs:\n    work(x)", {1}),
        ("while work(a):\n    pass", {1}),
        ("if work(a):\n    pass", {1}),
        ("if len(xs):\n    work(a)", set()),
        ("if a:\n    work(a)", set()),
    ],
)
def test_tests_and_iterables_are_told(body: str, told: set[int]) -> None:
    assert plan(body).told == told
