"""if: decided at once, or by a strand that waits for the test."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pydron_ng.translation.counters import item_point
from pydron_ng.translation.runahead.registry import emits
from pydron_ng.translation.syntax import walrus_names

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "if {call} > {int}:\n    {statement}\nelse:\n    {statement}",
    "if {call} > {int}:\n    {statement}",
)


@emits(ast.If)
def if_(emitter: Emitter, node: ast.If, index: int) -> None:
    """After:
    t1 = operate(ra, ">", ...)
    if await test(ra, 5, (k2,), t1): ...
    """

    def write() -> None:
        test = decide(emitter, node.test, index)
        bind_walruses(emitter, node.test, index, _keys(emitter, index))
        with emitter.block(f"if {test}:"):
            emitter.body(node.body)
        if node.orelse:
            with emitter.block("else:"):
                emitter.body(node.orelse)

    emitter.as_unit(index, write)


def decide(emitter: Emitter, test: ast.expr, index: int) -> str:
    """Emit the evaluation of a test; the text of its outcome, True or False."""
    value = emitter.temporary()
    keys = _keys(emitter, index)
    emitter.line(f"{value} = {emitter.expression(test)}")
    with emitter.block(f"if type({value}) is Promise:"):
        emitter.line(f"{value} = await {value}")
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        if index in emitter.plan.told | emitter.plan.decided:
            emitter.line(f"{value} = decided(await ra.told({index}, {keys}))")
        else:
            emitter.give_up(index)
    return value


def bind_walruses(emitter: Emitter, test: ast.expr, index: int, keys: str) -> None:
    """What a test binds is told where the body begins."""
    told = emitter.plan.items.get(index, ())
    for name in walrus_names(test):
        if name in told and emitter.is_own(name):
            variable = emitter.name(name)
            at = f"{item_point(index)}, {told.index(name)}, {keys}"
            emitter.line(f"{variable} = bind(ra, {at}, {variable})")


def _keys(emitter: Emitter, index: int) -> str:
    return emitter.keys(emitter.outline.statements[index].loops)
