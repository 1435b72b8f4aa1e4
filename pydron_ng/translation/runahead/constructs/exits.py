"""return, break, continue, raise, assert, pass: how a unit is left."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pydron_ng.translation.runahead.constructs.branch import decide
from pydron_ng.translation.runahead.constructs.loops import leave
from pydron_ng.translation.runahead.registry import emits

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "if {call} > {int}:\n    break",
    "if {call} > {int}:\n    continue",
    "if {call} > {int}:\n    return {call}",
    "return {call}",
    "assert {call} > {int}",
)


@emits(ast.Return)
def return_(emitter: Emitter, node: ast.Return, index: int) -> None:
    value = emitter.expression(node.value) if node.value is not None else "None"
    emitter.line(f"ra.returned({value})" if emitter.returns else value)
    emitter.line(leave(emitter, "return"))


@emits(ast.Break)
def break_(emitter: Emitter, node: ast.Break, index: int) -> None:
    emitter.line(leave(emitter, "break"))


@emits(ast.Continue)
def continue_(emitter: Emitter, node: ast.Continue, index: int) -> None:
    emitter.line(leave(emitter, "next"))


@emits(ast.Raise)
def raise_(emitter: Emitter, node: ast.Raise, index: int) -> None:
    """What comes after is for the handlers, which the commit program tells apart."""
    emitter.give_up(index)


@emits(ast.Assert)
def assert_(emitter: Emitter, node: ast.Assert, index: int) -> None:
    with emitter.block(f"if not {decide(emitter, node.test, index)}:"):
        emitter.give_up(index)


@emits(ast.Pass, ast.Global, ast.Nonlocal)
def pass_(emitter: Emitter, node: ast.stmt, index: int) -> None:
    emitter.line("pass")
