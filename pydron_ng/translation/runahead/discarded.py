"""Statements of which no call needs what they bind: of them the calls alone are run ahead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)
#: All parts of these are evaluated, once each, and nothing else happens.
_STRICT = (
    ast.Attribute,
    ast.BinOp,
    ast.Call,
    ast.Dict,
    ast.FormattedValue,
    ast.JoinedStr,
    ast.List,
    ast.Set,
    ast.Slice,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
    ast.keyword,
)


def calls_alone(emitter: Emitter, node: ast.stmt) -> bool:
    """Whether that was done: emit the calls of a simple statement, without what is made of them.

    Before:
        total += 2 * f(x)
    After:
        unread(ra, 0, (), ra.lookup('f'), (v_x, ), {})
    """
    if not isinstance(node, _SIMPLE):
        return False
    for part in _outermost(emitter, node):
        emitter.unread = part
        emitter.line(emitter.expression(part))
    return True


def _outermost(emitter: Emitter, node: ast.AST) -> Iterator[ast.expr]:
    """The calls that may be functional, and what may or may not evaluate some, outermost first."""
    if not _holds_calls(emitter, node):
        return
    if isinstance(node, _SIMPLE) or _is_taken_apart(emitter, node):
        for part in ast.iter_child_nodes(node):
            yield from _outermost(emitter, part)
    elif isinstance(node, ast.expr):
        yield node


def _is_taken_apart(emitter: Emitter, node: ast.AST) -> bool:
    """Is each part evaluated for itself? Who is handed a generator decides how far that goes."""
    if not isinstance(node, _STRICT) or _is_routed(emitter, node):
        return False
    return not any(isinstance(part, ast.GeneratorExp) for part in ast.iter_child_nodes(node))


def _holds_calls(emitter: Emitter, node: ast.AST) -> bool:
    return any(_is_routed(emitter, part) for part in ast.walk(node))


def _is_routed(emitter: Emitter, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and emitter.outline.of.get(node) in emitter.plan.routed
