"""Pieces of syntax tree that rewritten functions are put together from, and names in trees."""

from __future__ import annotations

import ast


def item(value: ast.expr, rank: int) -> ast.Subscript:
    """``value[rank]``"""
    return ast.Subscript(value, ast.Constant(rank), ast.Load())


def call(name: str, *arguments: ast.expr) -> ast.Call:
    """``name(*arguments)``"""
    return ast.Call(load(name), list(arguments), [])


def load(name: str) -> ast.Name:
    """The value of a name."""
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    """A name that is assigned to."""
    return ast.Name(name, ast.Store())


def instead(new: ast.expr, old: ast.expr) -> ast.expr:
    """`new` with all that is in it at the place of `old`."""
    return ast.fix_missing_locations(ast.copy_location(new, old))


def at(node: ast.stmt, line: int) -> ast.stmt:
    """`node` with a place for those of its parts that have none."""
    for part in ast.walk(node):
        if isinstance(part, ast.expr | ast.stmt | ast.excepthandler) and not hasattr(
            part, "lineno"
        ):
            part.lineno = part.end_lineno = line
            part.col_offset = part.end_col_offset = 0
    return node


def walrus_names(node: ast.AST) -> tuple[str, ...]:
    """The names that ``:=`` binds in an expression, or in the expressions of a statement."""
    found = (n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
    return tuple(dict.fromkeys(found))


def target_names(target: ast.expr) -> tuple[str, ...]:
    """The names that a target binds, in order; none where it also changes an object."""
    nodes = list(ast.walk(target))
    if any(isinstance(node, ast.Attribute | ast.Subscript | ast.Starred) for node in nodes):
        return ()
    return tuple(node.id for node in nodes if isinstance(node, ast.Name))
