"""Which statement gives a name the value that another one reads."""

from __future__ import annotations

import pytest

from pydron_ng import translate
from pydron_ng.translation.names import names
from tests.translation.written import function


def flows(body: str) -> set[tuple[str, int, int]]:
    lines = "\n".join("    " + line for line in body.splitlines())
    plan = translate(function(f"def f(a, xs):\n{lines}\n")).program.analysis.plan
    found = names(plan.outline, plan.effects.mutated)
    return {(flow.name, flow.source, flow.target) for flow in found.flows}


@pytest.mark.parametrize(
    "body, flow",
    [
        ("x = a\nwork(x)", ("x", 1, 2)),
        ("work(a)", ("a", 0, 1)),
        ("xs.append(a)\nwork(xs)", ("xs", 1, 2)),
        ("for x in xs:\n    t = work(x)\nwork(t)", ("t", 2, 3)),
        ("t = 0\nfor x in xs:\n    t = work(t)", ("t", 3, 3)),
        ("if a:\n    x = 1\nelse:\n    x = 2\nwork(x)", ("x", 3, 4)),
        ("with a as x:\n    work(x)", ("x", 1, 2)),
        ("match a:\n    case [x, *y]:\n        work(y)", ("y", 1, 2)),
        ("work(x := a)\nwork(x)", ("x", 1, 2)),
        ("def g(): ...\nwork(g)", ("g", 1, 2)),
        ("import os.path\nwork(os)", ("os", 1, 2)),
        ("import os as o\nwork(o)", ("o", 1, 2)),
        ("from os import path as p, sep\nwork(p)", ("p", 1, 2)),
    ],
)
def test_a_value_flows(body: str, flow: tuple[str, int, int]) -> None:
    assert flow in flows(body)


@pytest.mark.parametrize(
    "body, flow",
    [
        ("x = a\nx = 1\nwork(x)", ("x", 1, 3)),
        ("x = a\n[x for x in xs]\nwork(a)", ("x", 1, 2)),
        ("a = 1\nwork(a)", ("a", 0, 2)),
    ],
)
def test_a_value_that_was_replaced_does_not_flow(body: str, flow: tuple[str, int, int]) -> None:
    assert flow not in flows(body)


def test_the_analysis_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    flows("del a\nwork(unbound, __class__)\nlocal = a")
    assert capfd.readouterr() == ("", "")
