"""Where a parameter is read for an attribute that nothing in the function changes."""

from __future__ import annotations

import ast

import pytest

from pydron_ng import translate
from pydron_ng.translation.fields import lasting_fields
from tests.translation.written import function, run_ahead


def lasting(body: str) -> dict[str, bool]:
    """The attributes that are taken to last, and whether that is sure."""
    lines = "\n".join("    " + line for line in body.splitlines())
    plan = translate(function(f"def f(o, p, xs):\n{lines}\n")).program.analysis.plan
    found = lasting_fields(plan.outline, plan.effects)
    reads = [n for n in ast.walk(plan.outline.definition) if isinstance(n, ast.Attribute)]
    at = {(n.value.lineno, n.value.col_offset): ast.unparse(n) for n in reads}
    return {at[position]: is_sure for position, is_sure in found.items()}


@pytest.mark.parametrize(
    "body",
    [
        "o.found[1] = work(o.size)",
        "o.count += work(o.size)",
        "o.count.deeper = work(o.size)",
        "del o.old\nwork(o.size)",
        "o.inside.launch(work(o.size))",
        "p.found[1] = 2\no.count = [work(o.size) for x in xs]",
    ],
)
def test_an_attribute_lasts_beside_others_that_change(body: str) -> None:
    assert lasting(body) == {"o.size": True}


@pytest.mark.parametrize(
    "body",
    [
        "work(o.size)",
        "o.size = work(o.size)",
        "o.size += work(1)\nwork(o.size)",
        "o[0] = work(o.size)",
        "o.launch()\nwork(o.size)",
        "xs[0](o)\nwork(o.size)",
        "o.__dict__['size'] = work(o.size)",
        "o.count = 1\no = p\nwork(o.size)",
        "o.count = 1\ndef g():\n    nonlocal o\n    o = p\nwork(o.size)",
        "o.count = 1\nwork([o.size for o in xs])",
        "o.count = 1\nwork(lambda o: o.size)",
        "q = p\nq.count = 1\nwork(q.size)",
    ],
)
def test_an_attribute_may_change(body: str) -> None:
    assert lasting(body) == {}


@pytest.mark.parametrize("callee", ["xs[0]", "xs", "nobody_knows_it"])
def test_what_was_handed_on_lasts_if_it_is_a_number_or_a_text(callee: str) -> None:
    assert lasting(f"o.count = {callee}(o.size)\nwork(o.size)") == {"o.size": False}


@pytest.mark.parametrize("call", ["o.size()", "list(map(o.size, xs))", "sorted(xs, key=o.size)"])
def test_what_is_called_lasts_if_it_is_no_method(call: str) -> None:
    assert lasting(f"o.count = {call}") == {"o.size": False}


def test_no_change_before_it_holds_up_a_read_of_an_attribute_that_lasts() -> None:
    text = run_ahead("def f(o, xs):\n    for x in xs:\n        o.found[x] = work(o.size)\n")
    assert "field(ra, o_o, o_o, 'size')" in text
    assert "touched" not in text
