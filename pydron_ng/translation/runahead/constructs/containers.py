"""Changing own containers: append and its like, and item assignment, in the order of the names."""

from __future__ import annotations

import ast
from typing import Any

from pydron_ng.purity.methods import MUTATORS
from pydron_ng.translation.effects import Kind
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.displays import is_hashable, items_of
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.promises import (
    OWN,
    OwnDict,
    OwnList,
    OwnSet,
    Promise,
    Refused,
    lifted,
)
from pydron_ng.translation.runahead.registry import guard

PRODUCTIONS = (
    "{list}.append({call})",
    "{list}.extend([{call}, {call}])",
    "{dict}.update({{{int}: {call}}})",
    "{set}.add({call})",
    "{list}.insert(0, {call})",
    "{dict}.setdefault({int}, []).append({call})",
)


def change(emitter: Emitter, node: ast.expr, index: int) -> bool:
    """Emit ``name.append(...)`` and its like; False if `node` is something else."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.keywords:
        return False
    receiver, method = node.func.value, node.func.attr
    kind = emitter.plan.effects.kinds[emitter.outline.of[node]]
    if kind is not Kind.CONTAINER or method not in MUTATORS:
        return False
    if not isinstance(receiver, ast.Name) or not emitter.is_own(receiver.id):
        return False
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return False
    _emit_change(emitter, node, receiver.id, index)
    return True


def _emit_change(emitter: Emitter, node: ast.Call, name: str, index: int) -> None:
    assert isinstance(node.func, ast.Attribute)
    arguments = "".join(f", {_argument(emitter, a)}" for a in node.args)
    variable = emitter.name(name)
    keys = emitter.keys(emitter.outline.statements[index].loops)
    changed = f"changed(ra, {node.func.attr!r}, {variable}{arguments})"
    rank = emitter.plan.learnt[index].index(name)
    emitter.line(f"{variable} = bind(ra, {index}, {rank}, {keys}, {changed})")


def _argument(emitter: Emitter, node: ast.expr) -> str:
    if isinstance(node, ast.GeneratorExp):
        from pydron_ng.translation.runahead.constructs.comprehension import stream

        return stream(emitter, node)
    return emitter.expression(node)


# --- guards ---


@guard
def changed(ra: Ahead, method: str, container: Any, *arguments: Any) -> Any:
    """The own container after the change, or a promise of it; promises go in unread."""
    reads = method not in {"append", "insert", "appendleft"}

    def run(container: Any, *values: Any) -> Any:
        operation = _CHANGES.get((type(container), method))
        if operation is None:
            raise Refused(method)
        operation(container, *values)
        return container

    if reads:
        return lifted(ra.ready, run, container, *arguments)
    return lifted(ra.ready, lambda own: run(own, *arguments), container)


@guard
def with_item(ra: Ahead, container: Any, key: Any, value: Any) -> Any:
    """The own container after ``container[key] = value``."""

    def run(container: Any, key: Any) -> Any:
        if (type(container) is OwnDict and is_hashable(key)) or (
            type(container) is OwnList and type(key) is int
        ):
            container[key] = value
        else:
            raise Refused("item assignment")
        return container

    return lifted(ra.ready, run, container, key)


def _update(container: OwnDict, other: Any) -> None:
    if OWN.get(type(other), type(other)) is not dict or not all(map(is_hashable, other)):
        raise Refused("update")
    container.update(other)


def _add(container: OwnSet, item: Any) -> None:
    if not is_hashable(item):
        raise Refused("add")
    container.add(item)


def _set_update(container: OwnSet, other: Any) -> None:
    for item in items_of(other):
        _add(container, item.result() if type(item) is Promise else item)


def _clear(container: Any) -> None:
    container.clear()


_CHANGES: dict[tuple[type, str], Any] = {
    (OwnList, "append"): list.append,
    (OwnList, "insert"): list.insert,
    (OwnList, "extend"): lambda own, other: own.extend(items_of(other)),
    (OwnList, "clear"): _clear,
    (OwnList, "reverse"): list.reverse,
    (OwnDict, "update"): _update,
    (OwnDict, "clear"): _clear,
    (OwnSet, "add"): _add,
    (OwnSet, "update"): _set_update,
    (OwnSet, "clear"): _clear,
}
