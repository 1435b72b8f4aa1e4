"""Clocks, process numbers and the like that get into what a function returns or decides.

``began = time.time()`` for a message to the user is fine; ``return time.time()`` is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from pydron_ng.contract.lint.functions import Function
from pydron_ng.contract.lint.spelling import Spelling
from pydron_ng.contract.lint.suspicion import Sight
from pydron_ng.purity.effects import HIDDEN_INPUTS, HIDDEN_WITHOUT_ARGUMENTS
from pydron_ng.purity.methods import OBSERVERS

_WHY: Final = {
    "differs-each-time": "what the function gives depends on when it is called",
    "differs-elsewhere": "what the function gives depends on the process that it runs in",
}


def hidden_inputs(function: Function, spelling: Spelling) -> Iterator[Sight]:
    """Each call of such a function whose value, or what is made of it, gets out."""
    local = function.bound | function.around
    sources = [
        (node, full)
        for node in ast.walk(function.node)
        if isinstance(node, ast.Call) and (full := spelling.full(node.func, local))
        if full in HIDDEN_INPUTS or _is_unseeded(node, full)
    ]
    for node, full in sources:
        if _gets_out(function.node, node, frozenset(spelling.imported)):
            code = HIDDEN_INPUTS.get(full, "differs-each-time")
            said = f"{ast.unparse(node)} gets into what the function gives"
            yield Sight(node, code, said, _WHY[code], full)


def _is_unseeded(call: ast.Call, full: str) -> bool:
    if full not in HIDDEN_WITHOUT_ARGUMENTS:
        return False
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(isinstance(a, ast.Constant) and a.value is None for a in given)


def _gets_out(function: ast.AST, source: ast.Call, imported: frozenset[str]) -> bool:
    """Does the value reach a return, a yield, an exception, or a decision?"""
    names: set[str] = set()
    while True:
        before = len(names)
        for node in ast.walk(function):
            if _gives(node, source, names):
                return True
            names.update(name for name in _taken(node, source, names) if name not in imported)
        if len(names) == before:
            return False


def _holds(node: ast.AST | None, source: ast.Call, names: set[str]) -> bool:
    if node is None:
        return False
    return any(
        part is source
        or (isinstance(part, ast.Name) and part.id in names and isinstance(part.ctx, ast.Load))
        for part in ast.walk(node)
    )


def _gives(node: ast.AST, source: ast.Call, names: set[str]) -> bool:
    match node:
        case ast.Return(value=value) | ast.Yield(value=value) | ast.YieldFrom(value=value):
            return _holds(value, source, names)
        case ast.While(body=[ast.Pass()]):
            return False  # it only waits
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return _holds(test, source, names)
        case ast.Raise(exc=value):
            return _holds(value, source, names)
        case _:
            return False


def _taken(node: ast.AST, source: ast.Call, names: set[str]) -> Iterator[str]:
    """The names that a part of the function binds to what holds the value, or fills with it."""
    match node:
        case ast.Assign(targets=targets, value=value) if _holds(value, source, names):
            yield from _bases(targets)
        case ast.AugAssign(target=target, value=value) if _holds(value, source, names):
            yield from _bases([target])
        case ast.AnnAssign(target=target, value=value) if _holds(value, source, names):
            yield from _bases([target])
        case ast.NamedExpr(target=target, value=value) if _holds(value, source, names):
            yield target.id
        case ast.For(target=target, iter=value) if _holds(value, source, names):
            yield from _bases([target])
        case ast.Call(func=ast.Attribute(value=receiver, attr=name), args=args):
            if name not in OBSERVERS and any(_holds(arg, source, names) for arg in args):
                yield from _bases([receiver])
        case _:
            pass


def _bases(targets: list[ast.expr]) -> Iterator[str]:
    for target in targets:
        inner = target
        while isinstance(inner, ast.Attribute | ast.Subscript | ast.Starred):
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Tuple | ast.List):
            yield from _bases(inner.elts)
