"""try: taken to raise nothing, except where a handler decides what follows."""

from __future__ import annotations

import ast
from typing import Any

from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.promises import OWN, TaskFailed
from pydron_ng.translation.runahead.registry import emits, guard

PRODUCTIONS = (
    "try:\n    {new} = {raising}\nexcept ValueError as e:\n    {effect}",
    "try:\n    {new} = {raising}\nexcept ValueError:\n    {name} = {int}",
    "try:\n    {statement}\nfinally:\n    {effect}",
)


@emits(ast.Try)
def try_(emitter: Emitter, node: ast.Try, index: int) -> None:
    if _handlers_matter(emitter, node):
        emitter.as_unit(index, lambda: _write_careful(emitter, node, index))
    else:
        emitter.body([*node.body, *node.orelse, *node.finalbody])


def _handlers_matter(emitter: Emitter, node: ast.Try) -> bool:
    statements = [s for handler in node.handlers for s in handler.body]
    return any(emitter.needed(emitter.outline.of[s]) for s in statements)


def _write_careful(emitter: Emitter, node: ast.Try, index: int) -> None:
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
def catches(_: Any, failed: TaskFailed, kinds: Any) -> bool:
    """Does a handler of `kinds` catch it? Not known is an answer of its own: give up.

    Raises:
        TaskFailed: the class could have an opinion of its own.
    """
    classes = tuple(kinds) if OWN.get(type(kinds), type(kinds)) is tuple else (kinds,)
    if any(type(kind) is not type for kind in classes):
        raise failed
    return issubclass(type(failed.exception), classes)
