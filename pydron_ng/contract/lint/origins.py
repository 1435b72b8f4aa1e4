"""Whose object an expression is, or is a part of: a parameter's, the module's, or its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydron_ng.contract.lint.functions import Function
from pydron_ng.contract.lint.spelling import Spelling
from pydron_ng.errors import TranslationError

Position = tuple[int, int]
_DEPTH = 12  # names that are other names' objects, one after the other
_GO_OVER = frozenset("enumerate zip reversed sorted iter list tuple".split())
_VIEWS = frozenset("items values".split())


@dataclass(frozen=True, slots=True)
class Root:
    """Whose object it is. kind: ``argument``, ``global``, or ``outer variable`` of a function."""

    name: str
    kind: str

    @property
    def is_parameter(self) -> bool:
        return self.kind == "argument"


@dataclass(frozen=True, slots=True)
class _Binding:
    """What a name is bound to: this value, or the items of it."""

    value: ast.expr
    goes_over: bool = False


class Origins:
    """The origins of the names in one function."""

    def __init__(self, function: Function, spelling: Spelling) -> None:
        self._function, self._spelling = function, spelling
        self._bindings = dict(_bindings(function.node))
        self._grown = set(_grown(function.node))
        self._counting = set(_counting(function.node))
        self._definitions = _definitions(function.node)
        self._globals = _declared(function.node)

    def of(self, expression: ast.expr, depth: int = 0, *, is_bound: bool = False) -> set[Root]:
        """The roots whose objects it is, or is a part of; is_bound: a name is to stand for it."""
        if depth > _DEPTH:
            return set()
        match expression:
            case ast.Name():
                return self._of_name(expression, depth)
            case ast.Subscript(slice=index) if is_bound and not self._is_item(index):
                return set()  # of a list, or of an array by an array of numbers, it is a copy
            case ast.Attribute() | ast.Subscript() | ast.Starred() | ast.NamedExpr():
                parts = [expression.value]
            case ast.IfExp(body=one, orelse=other):
                parts = [one, other]
            case ast.BoolOp(values=values):
                parts = values
            case _:
                return set()
        return {root for part in parts for root in self.of(part, depth + 1, is_bound=is_bound)}

    def _of_name(self, name: ast.Name, depth: int) -> set[Root]:
        if name.id not in self._function.bound or name.id in self._globals:
            return self._of_outer(name.id)
        at = name.lineno, name.col_offset
        return {
            root for where in self._reaching(name, at) for root in self._from(where, name, depth)
        }

    def _from(self, where: Position, name: ast.Name, depth: int) -> set[Root]:
        """What a name is that got its value there."""
        if where in self._bindings:
            return self._of_binding(self._bindings[where], depth + 1)
        if where in _parameters(self._function.node):
            return {Root(name.id, "argument")}
        if where in self._grown and depth < _DEPTH:  # a list or array is the same one after x += y
            before = set(self._reaching(name, where)) - {where}
            return {root for place in before for root in self._from(place, name, depth + 1)}
        return set()

    def _of_outer(self, name: str) -> set[Root]:
        if name in self._function.around and name not in self._globals:
            return {Root(name, "outer variable")}
        spelled = self._spelling
        known = name in spelled.variables or name in spelled.imported or name in spelled.defined
        return {Root(name, "global")} if known else set()

    def _reaching(self, name: ast.Name, at: Position) -> Iterator[Position]:
        """Where the name may have got the value that it has there."""
        if self._definitions is not None:
            yield from self._definitions.get(at, ())
        elif name.id in self._function.all_parameters and not _is_rebound(self._function, name.id):
            yield from (p for p, n in _parameters(self._function.node).items() if n == name.id)

    def _of_binding(self, binding: _Binding, depth: int) -> set[Root]:
        if binding.goes_over:
            return self._items_of(binding.value, depth)
        return self.of(binding.value, depth, is_bound=True)

    def _items_of(self, value: ast.expr, depth: int) -> set[Root]:
        match value:
            case ast.Call(func=ast.Name(id=name), args=args) if name in _GO_OVER:
                return {root for arg in args for root in self._items_of(arg, depth + 1)}
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[]) if name in _VIEWS:
                return self.of(owner, depth + 1)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                return {root for item in items for root in self.of(item, depth + 1)}
            case _:
                return self.of(value, depth + 1)

    def _is_item(self, index: ast.expr) -> bool:
        match index:
            case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
                return True
            case ast.Name(id=name):
                return name in self._counting
            case _:
                return False


def _is_rebound(function: Function, name: str) -> bool:
    stores = (ast.Store, ast.Del)
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, stores)
        for node in ast.walk(function.node)
    )


def _parameters(node: ast.AST) -> dict[Position, str]:
    """Where the parameters stand, without ``*args`` and ``**kwargs``, which are the call's own."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    arguments = node.args
    plain = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return {(arg.lineno, arg.col_offset): arg.arg for arg in plain}


def _declared(node: ast.AST) -> frozenset[str]:
    return frozenset(name for n in ast.walk(node) if isinstance(n, ast.Global) for name in n.names)


def _bindings(function: ast.AST) -> Iterator[tuple[Position, _Binding]]:
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _bound(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _bound(target, value)
            case ast.NamedExpr(target=target, value=value):
                yield from _bound(target, value)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                yield from _bound_to_items(target, value)
            case ast.comprehension(target=target, iter=value):
                yield from _bound_to_items(target, value)
            case _:
                pass


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[Position, _Binding]]:
    match target, value:
        case ast.Name(), _:
            yield (target.lineno, target.col_offset), _Binding(value)
        case ast.Tuple(elts=left) | ast.List(elts=left), ast.Tuple(elts=right):
            if len(left) == len(right):
                for one, other in zip(left, right, strict=True):
                    yield from _bound(one, other)
        case ast.Tuple() | ast.List(), _:
            yield from _bound_to_items(target, value)
        case _:
            pass


def _bound_to_items(target: ast.expr, value: ast.expr) -> Iterator[tuple[Position, _Binding]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield (node.lineno, node.col_offset), _Binding(value, goes_over=True)


def _grown(function: ast.AST) -> Iterator[Position]:
    """Where ``x += y`` stands."""
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.lineno, node.target.col_offset


def _counting(function: ast.AST) -> Iterator[str]:
    """The names that count: ``for i in range(n)``, ``for i, x in enumerate(xs)``."""
    for node in ast.walk(function):
        match node:
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"))):
                yield name
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=name), *_]),
                iter=ast.Call(func=ast.Name(id="enumerate")),
            ):
                yield name
            case _:
                pass


def _definitions(function: Any) -> dict[Position, list[Position]] | None:
    """Of each use of a name, where it was bound; None if that cannot be analysed."""
    from pydron_ng.translation.names import chains_of

    try:
        chains = chains_of(ast.Module([function], type_ignores=[]))
    except TranslationError:
        return None
    found: dict[Position, list[Position]] = {}
    for node, chain in chains.items():
        if getattr(node, "lineno", None) is None:
            continue
        for user in chain.users():
            if getattr(user.node, "lineno", None) is not None:
                where = user.node.lineno, user.node.col_offset
                found.setdefault(where, []).append((node.lineno, node.col_offset))
    return found
