"""Assignments: names become variables of the unit; own containers are changed, others touched."""

from __future__ import annotations

import ast
from typing import Any, TypeGuard

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import _BINARY, operate
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    OwnList,
    Promise,
    Refused,
    TaskFailed,
    immutable,
    lifted,
)
from pydron_ng.translation.runahead.registry import emits, guard

PRODUCTIONS = (
    "{new}, {new} = {call}, {call}",
    "{new} = {new} = {call}",
    "{name} += {call}",
    "{list} += [{call}]",
    "{dict}[{int}] = {call}",
    "{new}: int = {call}",
)


@emits(ast.Assign)
def assign(emitter: Emitter, node: ast.Assign, index: int) -> None:
    value = emitter.temporary()
    emitter.line(f"{value} = {emitter.expression(node.value)}")
    for target in node.targets:
        _to(emitter, target, value, index)
    emitter.touched(index, but=_items_set(emitter, node.targets))


@emits(ast.AnnAssign)
def annotated(emitter: Emitter, node: ast.AnnAssign, index: int) -> None:
    if node.value is not None:
        value = emitter.temporary()
        emitter.line(f"{value} = {emitter.expression(node.value)}")
        _to(emitter, node.target, value, index)
    emitter.touched(index)


@emits(ast.AugAssign)
def augmented(emitter: Emitter, node: ast.AugAssign, index: int) -> None:
    value = emitter.expression(node.value)
    symbol = _BINARY.get(type(node.op), "@")
    if isinstance(node.target, ast.Name) and emitter.is_own(node.target.id):
        variable = emitter.name(node.target.id)
        fresh = emitter.temporary()
        emitter.line(f"{fresh} = augment(ra, {symbol!r}, {variable}, {value})")
        _bind(emitter, node.target.id, fresh, index)
    elif _is_item_of_own(node.target, emitter):
        _augment_item(emitter, node.target, symbol, value, index)
    else:
        emitter.line(value)
    emitter.touched(index, but=_items_set(emitter, [node.target]))


def _augment_item(
    emitter: Emitter, target: _ItemOfName, symbol: str, value: str, index: int
) -> None:
    """After:
    t1 = v_key
    t2 = augment(ra, '+', item(ra, v_d, t1), ...)
    v_d = bind(ra, 3, 0, (), with_item(ra, v_d, t1, t2))
    """
    name, key, fresh = target.value.id, emitter.temporary(), emitter.temporary()
    variable = emitter.name(name)
    emitter.line(f"{key} = {emitter.expression(target.slice)}")
    emitter.line(f"{fresh} = augment(ra, {symbol!r}, item(ra, {variable}, {key}), {value})")
    _bind(emitter, name, f"with_item(ra, {variable}, {key}, {fresh})", index)


@emits(ast.NamedExpr)
def walrus(emitter: Emitter, node: ast.NamedExpr) -> str:
    if not emitter.is_own(node.target.id):
        return "UNKNOWN"
    return f"({emitter.name(node.target.id)} := {emitter.expression(node.value)})"


@emits(ast.Expr)
def expression(emitter: Emitter, node: ast.Expr, index: int) -> None:
    from pydron_ng.translation.runahead.constructs.containers import change

    if not change(emitter, node.value, index):
        emitter.line(emitter.expression(node.value))
        emitter.touched(index)


@emits(ast.Yield, ast.YieldFrom, ast.Await)
def handed_out(emitter: Emitter, node: ast.Yield | ast.YieldFrom | ast.Await) -> str:
    """What comes back is anybody's; what goes out is computed ahead all the same."""
    return f"let_go({emitter.expression(node.value)})" if node.value else "UNKNOWN"


def _to(emitter: Emitter, target: ast.expr, value: str, index: int) -> None:
    if isinstance(target, ast.Name):
        _bind(emitter, target.id, value, index)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(emitter, target, value, index)
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        _set_item(emitter, target, value, index)


def _bind(emitter: Emitter, name: str, value: str, index: int) -> None:
    if not emitter.is_own(name):
        return
    learnt = emitter.plan.learnt.get(index, ())
    variable = emitter.name(name)
    if name not in learnt:
        emitter.line(f"{variable} = {value}")
        return
    keys = emitter.keys(emitter.outline.statements[index].loops)
    emitter.line(f"{variable} = bind(ra, {index}, {learnt.index(name)}, {keys}, {value})")


def _unpack(emitter: Emitter, target: ast.Tuple | ast.List, value: str, index: int) -> None:
    parts = emitter.temporary()
    starred = any(isinstance(part, ast.Starred) for part in target.elts)
    count = -1 if starred else len(target.elts)
    emitter.line(f"{parts} = unpack(ra, {value}, {count}, {len(target.elts)})")
    for rank, part in enumerate(target.elts):
        inner = part.value if isinstance(part, ast.Starred) else part
        _to(emitter, inner, f"{parts}[{rank}]", index)


def _set_item(emitter: Emitter, target: ast.Subscript, value: str, index: int) -> None:
    if not _is_item_of_own(target, emitter):
        return
    name = target.value.id
    variable, key = emitter.name(name), emitter.expression(target.slice)
    _bind(emitter, name, f"with_item(ra, {variable}, {key}, {value})", index)


def _is_item_of_own(target: ast.expr, emitter: Emitter) -> TypeGuard[_ItemOfName]:
    return (
        isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Name)
        and emitter.is_own(target.value.id)
    )


def _items_set(emitter: Emitter, targets: list[ast.expr]) -> frozenset[str]:
    """The names of the containers whose items alone are assigned."""
    return frozenset(t.value.id for t in targets if _is_item_of_own(t, emitter))


class _ItemOfName(ast.Subscript):
    """The type of ``name[...]``."""

    value: ast.Name


# --- guards ---


@guard
def let_go(_: Any) -> Any:
    """Unknown, whatever went out."""
    return UNKNOWN


@guard
def unpack(ra: Ahead, value: Any, count: int, size: int) -> Any:
    """The items of `value`, one for each target: values, promises of them, or UNKNOWN."""
    if count < 0 or value is UNKNOWN:
        return (UNKNOWN,) * size
    if type(value) is Promise and not value.kept:
        return tuple(lifted(ra.ready, _nth, value, rank, count) for rank in range(count))
    try:
        items = items_of(value.result() if type(value) is Promise else value)
    except (Refused, TaskFailed):
        return (UNKNOWN,) * size
    return items if len(items) == count else (UNKNOWN,) * size


def _nth(value: Any, rank: int, count: int) -> Any:
    items = items_of(value)
    return items[rank] if len(items) == count else UNKNOWN


@guard
def augment(ra: Ahead, symbol: str, left: Any, right: Any) -> Any:
    """``left += right``: own lists are extended, atoms added."""

    def run(left: Any, right: Any) -> Any:
        if symbol == "+" and type(left) is OwnList:
            left.extend(items_of(right))
            return left
        return operate(ra, symbol, left, right)

    return lifted(ra.ready, run, left, right)


@guard
def touched(_: Ahead, value: Any) -> Any:
    """What is left of `value` when code that nobody knows had it: itself if it cannot change."""
    if type(value) is Promise:
        return touched(_, value.value) if value.kept and value.failure is None else UNKNOWN
    return value if immutable(value) else UNKNOWN
