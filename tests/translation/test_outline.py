"""Statements, loops and call sites, numbered in program order."""

from __future__ import annotations

import ast
import textwrap

from pydron_ng.translation.outline import Outline, outline


def outlined(body: str) -> Outline:
    tree = ast.parse("def f(a, xs):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    "))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    return outline(definition)


def callees(found: Outline) -> list[str]:
    return [site.callee for site in found.sites]


def test_the_entry_is_statement_zero() -> None:
    found = outlined("pass")
    assert [s.index for s in found.statements] == [0, 1]
    assert found.statements[0].parent == -1


def test_calls_are_numbered_as_they_are_made() -> None:
    assert callees(outlined("f(g(1), h(2))\nk()")) == ["g", "h", "f", "k"]


def test_a_call_in_the_iterable_is_outside_of_the_loop() -> None:
    found = outlined("for x in f():\n    g(x)\nelse:\n    h()")
    assert [site.loops for site in found.sites] == [(), (0,), ()]


def test_a_call_in_the_test_is_made_in_every_pass() -> None:
    found = outlined("while f():\n    g()")
    assert [site.loops for site in found.sites] == [(0,), (0,)]


def test_each_clause_of_a_comprehension_is_a_loop() -> None:
    found = outlined("[f(x, y) for x in g() if h(x) for y in k(x)]")
    assert dict(zip(callees(found), [site.loops for site in found.sites], strict=True)) == {
        "g": (),
        "h": (0,),
        "k": (0,),
        "f": (0, 1),
    }


def test_code_of_nested_functions_is_not_part_of_it() -> None:
    found = outlined("def g():\n    h()\nclass K:\n    x = k()\nf(lambda: m())")
    assert callees(found) == ["f"]
    assert len(found.statements) == 4


def test_statements_know_what_they_are_inside_of() -> None:
    found = outlined("if a:\n    try:\n        f()\n    except E:\n        g()\nh()")
    assert [s.parent for s in found.statements] == [-1, 0, 1, 2, 2, 0]
    assert found.inside(3, 1)
    assert not found.inside(5, 1)


def test_the_bodies_of_match_and_with_are_statements() -> None:
    found = outlined("match f():\n    case 1:\n        g()\nwith h() as x:\n    k()")
    assert [site.statement for site in found.sites] == [1, 2, 3, 4]


def test_a_site_knows_its_line() -> None:
    assert [site.line for site in outlined("f()\n\ng()").sites] == [2, 4]
