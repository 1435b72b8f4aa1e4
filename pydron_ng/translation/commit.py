"""The commit program: the original function, statement for statement, with routed callees.

The names that it adds cannot be written in Python, so they meet none of the user's.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import cast

from pydron_ng.translation.entering import entered, entered_lambda
from pydron_ng.translation.entries import ENTRY
from pydron_ng.translation.inner import Inner
from pydron_ng.translation.outline import Outline
from pydron_ng.translation.plan import Plan
from pydron_ng.translation.routing import Route
from pydron_ng.translation.source import Definition


def commit_program(plan: Plan, entry: str = ENTRY) -> Definition:
    """The definition of the commit program; the original tree stays as it is.

    entry: stands for what is called at its entry.

    Before:
        def survey(xs):
            return [f(x) for x in xs]
    After:
        def survey(xs):
            $entered = ENTRY
            try: $entered = $entered(xs)
            except: $entered.tidy(); raise
            if $entered is None:
                return [f(x) for x in xs]
            else:
                $route, $counters, ... = $entered
                try:
                    return [(f if $counters[2] else $route(0, f))(x)
                            for x in $begin(4, xs) if $step(4)]
                finally:
                    $leave()
    """
    original = plan.outline.definition
    definition, numbered, inner = _copied(plan, entry)
    docstring = (
        definition.body[:1] if ast.get_docstring(definition, clean=False) is not None else []
    )
    body = definition.body[len(docstring) :]
    routed = Route(plan, numbered, inner).block(body)
    plain = copy.deepcopy(original.body[len(docstring) :])
    declarations = _hoisted(plain) if plain else []
    _hoisted(routed)
    begun = entered(original, entry, plain or [ast.Pass()], routed or [ast.Pass()])
    definition.body = [*docstring, *declarations, *begun]
    return definition


def _commit_lambda(node: ast.Lambda, plan: Plan, entry: str) -> ast.Lambda:
    definition, numbered, inner = _copied(plan, entry)
    returned = definition.body[0]
    assert isinstance(returned, ast.Return)
    assert returned.value is not None
    return entered_lambda(node, entry, Route(plan, numbered, inner).visit(returned.value))


def _copied(plan: Plan, entry: str) -> tuple[Definition, Outline, Callable[[ast.AST], ast.AST]]:
    """A copy of the definition, the outline in terms of its nodes, and what stands for functions.

    entry: stands for what is called at its entry.
    """
    memo: dict[int, object] = {}
    outline = plan.outline
    definition = copy.deepcopy(outline.definition, memo)

    def moved(table: dict[ast.AST, int]) -> dict[ast.AST, int]:
        return {cast(ast.AST, memo[id(node)]): index for node, index in table.items()}

    numbered = Outline(
        definition,
        outline.statements,
        outline.sites,
        outline.loops,
        moved(outline.of),
        moved(outline.loop_of),
    )
    inner = {cast(ast.AST, memo[id(node)]): found for node, found in plan.inner.items()}

    def stands_for(node: ast.AST) -> ast.AST:
        return _commit_inner(node, inner[node], entry) if node in inner else node

    return definition, numbered, stands_for


def _commit_inner(node: ast.AST, inner: Inner, outer: str) -> ast.AST:
    """The commit program of an inner function."""
    entry = f"{outer}.{inner.number}"
    if isinstance(node, ast.Lambda):
        return _commit_lambda(node, inner.plan, entry)
    return commit_program(inner.plan, entry)


def _hoisted(body: list[ast.stmt]) -> list[ast.stmt]:
    """The global and nonlocal statements, taken out: they must stand before all else, once."""
    taken: list[ast.stmt] = []

    class Take(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
            return node if isinstance(node, scope) else super().generic_visit(node)

        def visit_Global(self, node: ast.Global | ast.Nonlocal) -> ast.stmt:
            taken.append(node)
            return ast.copy_location(ast.Pass(), node)

        visit_Nonlocal = visit_Global

    for index, node in enumerate(body):
        body[index] = Take().visit(node)
    return taken
