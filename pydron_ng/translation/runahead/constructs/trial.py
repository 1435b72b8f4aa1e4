"""try: taken to raise nothing, except where a handler decides what follows."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead, Keys
from pydron_ng.translation.runahead.own import OWN
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    TaskFailed,
)
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "try:\n    {new} = {raising}\nexcept ValueError as e:\n    {effect}",
    "try:\n    {new} = {raising}\nexcept ValueError:\n    {name} = {int}",
    "try:\n    {statement}\nfinally:\n    {effect}",
    "try:\n    {new} = {raising}\nexcept ValueError:\n    pass\n{new} = {functional}({name})",
    "try:\n    {new} = {raising}\nexcept* ValueError:\n    {new} = {int}",
    "for {item} in range(3):\n    try:\n        {new} = {raising}\n        break\n"
    "    except ValueError:\n        continue\nelse:\n    {new} = {int}",
)


@emits(ast.Try, ast.TryStar)
def try_(emitter: Emitter, node: ast.Try | ast.TryStar, index: int) -> None:
    if node.handlers and (_handlers_matter(emitter, node) or _leaves(node)):
        emitter.as_unit(index, lambda: _write_careful(emitter, node, index))
        return
    emitter.body([*node.body, *node.orelse, *node.finalbody])
    if node.handlers:
        _survive(emitter, index)


def _leaves(node: ast.Try | ast.TryStar) -> bool:
    """Does it depend on success, whether what follows is done?"""
    parts = [part for statement in (*node.body, *node.orelse) for part in ast.walk(statement)]
    return any(isinstance(part, ast.Return | ast.Break | ast.Continue) for part in parts)


def _survive(emitter: Emitter, index: int) -> None:
    """What the calls that raised did not give a value to is told where the statement ends."""
    keys = emitter.keys(emitter.outline.statements[index].loops)
    for name in emitter.outputs(index):
        rank = emitter.plan.learnt[index].index(name)
        variable = emitter.name(name)
        emitter.line(f"{variable} = survived(ra, {index}, {rank}, {keys}, {variable})")


def _handlers_matter(emitter: Emitter, node: ast.Try | ast.TryStar) -> bool:
    statements = [s for handler in node.handlers for s in handler.body]
    return any(emitter.needed(emitter.outline.of[s]) for s in statements)


def _write_careful(emitter: Emitter, node: ast.Try | ast.TryStar, index: int) -> None:
    """After:
    scope_3 = []
    try:
        v_y = noted(scope_3, call(...))
        await settled(scope_3)
    except TaskFailed as failed:
        if catches(failed, ra.lookup('ValueError')): ...
        else: raise
    """
    scope, outer = f"scope_{index}", emitter.scope
    emitter.line(f"{scope} = []")
    with emitter.block("try:"):
        emitter.scope = scope
        emitter.body(node.body)
        emitter.line(f"await settled({scope})")
        emitter.scope = outer
    emitter.unit.used.pop(scope, None)
    with emitter.block("except TaskFailed as failed:"):
        if isinstance(node, ast.TryStar):
            emitter.give_up(index)
        else:
            _handlers(emitter, node.handlers)
    if node.orelse:
        with emitter.block("else:"):
            emitter.body(node.orelse)
    emitter.body(node.finalbody)


def _handlers(emitter: Emitter, handlers: list[ast.ExceptHandler]) -> None:
    word = "if"
    for handler in handlers:
        kind = emitter.expression(handler.type) if handler.type else "BaseException"
        with emitter.block(f"{word} catches(ra, failed, {kind}):"):
            if handler.name:
                emitter.line(f"{emitter.name(handler.name)} = failed.exception")
            emitter.body(handler.body)
        word = "elif"
    with emitter.block("else:" if handlers else "if True:"):
        emitter.line("raise")


@guard
def survived(ra: Ahead, point: int, rank: int, keys: Keys, value: Any) -> Any:
    """`value`; if it is of a call that raises, what the commit program tells instead."""
    if type(value) is not Promise or (value.kept and value.failure is None):
        return value
    told = ra.expect(point, rank, keys, UNKNOWN)
    told.follow(value)
    return told


@guard
def catches(_: Any, failed: TaskFailed, kinds: Any) -> bool:
    """Does a handler of `kinds` catch it? Not known is an answer of its own: give up.

    Raises:
        TaskFailed: the class could have an opinion of its own.
    """
    classes = tuple(kinds) if OWN.get(type(kinds), type(kinds)) is tuple else (kinds,)
    if any(type(kind) is not type for kind in classes):
        raise failed
    return issubclass(type(failed.exception), classes)
