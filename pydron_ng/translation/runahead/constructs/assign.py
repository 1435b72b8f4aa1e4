"""Assignments: names become variables of the unit; own containers are changed, others touched."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.arrays import is_array
from pydron_ng.translation.runahead.constructs.containers import change_alone, change_item
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import _BINARY, operate, united
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    holes,
    immutable,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
    TaskFailed,
)
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new}, {new} = {call}, {call}",
    "{new} = {new} = {call}",
    "{name} += {call}",
    "{list} += [{call}]",
    "{dict}[{int}] = {call}",
    "{new}: int = {call}",
    "{dict} = {{{int}: shout({int}), 7: {call}}}",
    "{list} = [shout({item}) for {item} in {list}][:4]\n{new} = {functional}({int})",
    "{new}, *{list} = [{call}, {call}, {int}]",
    "{new}, ({new}, {new}) = {call}, ({int}, {call})",
    "if ({new} := {call}) > {int}:\n    {statement}",
    "if {name} > {int} and ({new} := {call}) > {int}:\n    {new} = {name}",
    "xs[:1] = [{call}]",
    "{dict} |= {{{int}: {call}}}\n{dict} = {dict} | {{7: {call}}}",
    "del {name}\n{name} = {call}",
)


@emits(ast.Assign)
def assign(emitter: Emitter, node: ast.Assign, index: int) -> None:
    value, text = emitter.temporary(), emitter.expression(node.value)
    if _waits_for_all(emitter, node, index):
        text = f"whole(ra, {text})"
    emitter.line(f"{value} = {text}")
    for target in node.targets:
        to_target(emitter, target, value, index)
    emitter.settle(index)


_CONTAINERS = (ast.List, ast.Dict, ast.Tuple, ast.ListComp, ast.DictComp)


def _waits_for_all(emitter: Emitter, node: ast.Assign, index: int) -> bool:
    """Is it a container with parts that only the commit program computes, made once?

    In a loop, or a callee that has not begun, it is not waited for: its other parts may be of use.
    """
    if emitter.outline.statements[index].loops or emitter.returns:
        return False
    if not isinstance(node.value, _CONTAINERS):
        return False
    if not all(isinstance(target, ast.Name) for target in node.targets):
        return False
    kinds, sites = emitter.plan.effects.kinds, emitter.outline.of
    calls = [part for part in ast.walk(node.value) if isinstance(part, ast.Call) and part in sites]
    return any(kinds[sites[call]] is Kind.UNKNOWN for call in calls)


@emits(ast.AnnAssign)
def annotated(emitter: Emitter, node: ast.AnnAssign, index: int) -> None:
    if node.value is not None:
        value = emitter.temporary()
        emitter.line(f"{value} = {emitter.expression(node.value)}")
        to_target(emitter, node.target, value, index)
    emitter.settle(index)


@emits(ast.AugAssign)
def augmented(emitter: Emitter, node: ast.AugAssign, index: int) -> None:
    """After:
    t1 = augment(ra, '+', v_a, ...)
    v_a = bind(ra, 3, 0, (), t1)
    """
    symbol = _BINARY.get(type(node.op), "@")
    target = node.target
    if isinstance(target, ast.Name) and emitter.is_own(target.id):
        fresh, value = emitter.temporary(), emitter.expression(node.value)
        emitter.line(f"{fresh} = augment(ra, {symbol!r}, {emitter.name(target.id)}, {value})")
        _bind(emitter, target.id, fresh, index)
    else:
        value = emitter.temporary()
        emitter.line(f"{value} = {emitter.expression(node.value)}")
        if isinstance(target, ast.Subscript):
            change_item(emitter, target, "+=", repr(symbol), value)
    emitter.settle(index)


@emits(ast.Delete)
def delete(emitter: Emitter, node: ast.Delete, index: int) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name) and emitter.is_own(target.id):
            emitter.line(f"{emitter.name(target.id)} = UNKNOWN")
        elif isinstance(target, ast.Subscript):
            change_item(emitter, target, "__delitem__")
    emitter.settle(index)


@emits(ast.NamedExpr)
def walrus(emitter: Emitter, node: ast.NamedExpr) -> str:
    """The value, kept in the variable; where it is evaluated later, or never, by a promise."""
    value = emitter.expression(node.value)
    if not emitter.is_own(node.target.id):
        return value
    variable = emitter.name(node.target.id)
    if emitter.unit.deferred == 0:
        return f"({variable} := {value})"
    promised = emitter.captured()
    emitter.line(f"{variable} = {promised} = Promise(ra.ready)")
    return f"({variable} := passed_on({promised}, {value}))"


@emits(ast.Expr)
def expression(emitter: Emitter, node: ast.Expr, index: int) -> None:
    if not change_alone(emitter, node.value):
        emitter.line(emitter.expression(node.value))
    emitter.settle(index)


def to_target(emitter: Emitter, target: ast.expr, value: str, index: int) -> None:
    """Emit the assignment of a value to a target."""
    if isinstance(target, ast.Name):
        _bind(emitter, target.id, value, index)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(emitter, target, value, index)
    elif isinstance(target, ast.Subscript):
        change_item(emitter, target, "__setitem__", value)


def _bind(emitter: Emitter, name: str, value: str, index: int) -> None:
    if emitter.is_own(name):
        emitter.bind(index, name, value)


def _unpack(emitter: Emitter, target: ast.Tuple | ast.List, value: str, index: int) -> None:
    parts, count = emitter.temporary(), len(target.elts)
    starred = [rank for rank, p in enumerate(target.elts) if isinstance(p, ast.Starred)]
    star = starred[0] if starred else -1
    emitter.line(f"{parts} = unpack(ra, {value}, {count}, {star})")
    for rank, part in enumerate(target.elts):
        inner = part.value if isinstance(part, ast.Starred) else part
        to_target(emitter, inner, f"{parts}[{rank}]", index)


# --- guards ---


@guard
def passed_on(promise: Promise, value: Any) -> Any:
    """`value`, also for those who wait for `promise`."""
    promise.keep(value)
    return value


@guard
def whole(_: Ahead, value: Any) -> Any:
    """`value` if all in it is known now; else UNKNOWN: the commit program tells all of it."""
    missing: list[Promise] = []
    return value if holes(value, missing) and not missing else UNKNOWN


@guard
def unpack(ra: Ahead, value: Any, count: int, star: int) -> Any:
    """The items of `value`, one for each of `count` targets: values, promises of them, or UNKNOWN.

    star: the rank of the starred target, or -1.
    """
    if value is UNKNOWN:
        return (UNKNOWN,) * count
    if type(value) is Promise and not value.kept:
        return tuple(lifted(ra.ready, _nth, value, rank, count, star) for rank in range(count))
    try:
        return _targets(value.result() if type(value) is Promise else value, count, star)
    except (Refused, TaskFailed):
        return (UNKNOWN,) * count


def _nth(value: Any, rank: int, count: int, star: int) -> Any:
    return _targets(value, count, star)[rank]


def _targets(value: Any, count: int, star: int) -> list[Any]:
    items = items_of(value)
    rest = len(items) - count + 1
    if rest < 0 or (star < 0 and rest != 1):
        raise Refused("unpacking")
    if star < 0:
        return items
    return [*items[:star], OwnList(items[star : star + rest]), *items[star + rest :]]


@guard
def augment(ra: Ahead, symbol: str, left: Any, right: Any) -> Any:
    """``left += right``: own lists are extended, own dicts updated, atoms added."""

    def run(left: Any, right: Any) -> Any:
        if symbol == "+" and type(left) is OwnList:
            left.extend(items_of(right))
            return left
        if symbol == "|" and type(left) is OwnDict:
            left.update(united(right))
            return left
        if is_array(left) or type(left) is dict:
            raise Refused("what others may hold changes")
        return operate(ra, symbol, left, right)

    return lifted(ra.ready, run, left, right)


@guard
def touched(ra: Ahead, value: Any) -> Any:
    """What is left of `value` when code that nobody knows had it: itself if it cannot change.

    A promise of that, as long as it has not come.
    """
    if type(value) is Promise and value.failure is not None:
        return UNKNOWN
    return lifted(ra.ready, _unless_it_changes, value)


def _unless_it_changes(value: Any) -> Any:
    return value if immutable(value) else UNKNOWN
