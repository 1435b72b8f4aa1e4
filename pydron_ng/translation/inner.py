"""Functions inside of a scheduled one: ``def`` and ``lambda``, each with a plan of its own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING

from pydron_ng.translation.codes import (
    ASYNC_GENERATOR,
    COROUTINE,
    GENERATOR,
    ITERABLE_COROUTINE,
    all_codes,
    captured_in,
)
from pydron_ng.translation.effects import Kind, effects
from pydron_ng.translation.frames import reads_its_frame
from pydron_ng.translation.names import expression_names
from pydron_ng.translation.outline import Outline, Site, is_plain_lambda, outline

if TYPE_CHECKING:
    from pydron_ng.translation.plan import Plan

Classify = Callable[[Site], Kind]
#: A classifier of the calls of a function with these names of its own.
ClassifyIn = Callable[[frozenset[str]], Classify]
Node = ast.FunctionDef | ast.Lambda
#: Generators and coroutines begin when they are asked to.
_SUSPENDS = GENERATOR | COROUTINE | ITERABLE_COROUTINE | ASYNC_GENERATOR


@dataclass(frozen=True, slots=True)
class Inner:
    """A function inside of another, as the other's programs know it.

    free: the names of the enclosing functions that it reads.
    """

    number: int
    plan: Plan
    code: CodeType
    free: tuple[str, ...]


def inner_functions(
    around: Outline, code: CodeType, classify_in: ClassifyIn, own: frozenset[str]
) -> dict[ast.AST, Inner]:
    """The functions that may make functional calls, by their nodes.

    own: the names of the enclosing functions.
    """
    found: dict[ast.AST, Inner] = {}
    for node in _written_in(around):
        compiled = _compiled(node, code)
        plan = None if compiled is None else _planned(node, compiled, classify_in, own)
        if plan is not None and compiled is not None:
            found[node] = Inner(len(found), plan, compiled, compiled.co_freevars)
    return found


def _planned(
    node: Node, code: CodeType, classify_in: ClassifyIn, own: frozenset[str]
) -> Plan | None:
    from pydron_ng.translation.plan import plan

    local = own | {*code.co_varnames, *code.co_cellvars}
    outlined = outline(definition_of(node))
    captured = captured_in(code).union(code.co_freevars)
    classify = classify_in(local.union(expression_names(node)))
    facts = effects(outlined, classify, local, captured)
    inner = inner_functions(outlined, code, classify_in, local)
    if Kind.FUNCTIONAL not in facts.kinds and not inner:
        return None
    return plan(outlined, facts, inner)


def definition_of(node: Node) -> ast.FunctionDef:
    """The function as a definition: a lambda returns its expression."""
    if isinstance(node, ast.FunctionDef):
        return node
    returned = ast.copy_location(ast.Return(node.body), node.body)
    made = ast.parse("def f(): pass").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.name, made.args, made.body = "<lambda>", node.args, [returned]
    return ast.copy_location(made, node)


def _written_in(around: Outline) -> Iterator[Node]:
    """The functions of the body, those in functions and classes inside of it left out.

    A plain lambda that is handed to map() or its like is the body of a loop.
    """
    loops = {site.handed for site in around.sites if is_plain_lambda(site.handed)}
    waiting: list[ast.AST] = [*reversed(around.definition.body)]
    while waiting:
        node = waiting.pop()
        if node in loops:
            continue
        if isinstance(node, ast.Lambda) or (
            isinstance(node, ast.FunctionDef) and not node.decorator_list
        ):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _compiled(node: Node, code: CodeType) -> CodeType | None:
    """The code of the function; None where it is not plain, or not the only one there."""
    name = node.name if isinstance(node, ast.FunctionDef) else "<lambda>"
    found = [c for c in all_codes(code) if c.co_name == name and c.co_firstlineno == node.lineno]
    if len(found) > 1 and isinstance(node, ast.Lambda):
        found = [c for c in found if _is_within(c, node.body)]
    if len(found) != 1 or found[0].co_flags & _SUSPENDS or reads_its_frame(found[0]):
        return None
    return found[0]


def _is_within(code: CodeType, body: ast.expr) -> bool:
    """Is it the code of this expression, of several on a line?"""
    places = [p for p in code.co_positions() if None not in p and p[3] != 0]
    first = min(((p[0], p[2]) for p in places), default=None)
    return first == (body.lineno, body.col_offset)
