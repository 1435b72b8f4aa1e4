"""with and async with: its body runs ahead; what it binds is what the commit program tells."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pydron_ng.translation.counters import item_point
from pydron_ng.translation.runahead.registry import emits
from pydron_ng.translation.syntax import target_names

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = ("with {manager} as {new}:\n    {statement}",)


@emits(ast.With, ast.AsyncWith)
def with_(emitter: Emitter, node: ast.With | ast.AsyncWith, index: int) -> None:
    if not emitter.is_watched(index):
        emitter.give_up(index)
        return
    keys = emitter.keys(emitter.outline.statements[index].loops)
    told = emitter.plan.items.get(index, ())
    for item in node.items:
        emitter.line(emitter.expression(item.context_expr))
        for name in target_names(item.optional_vars) if item.optional_vars else ():
            at = f"{item_point(index)}, {told.index(name)}, {keys}"
            emitter.line(f"{emitter.name(name)} = bind(ra, {at}, UNKNOWN)")
    emitter.settle(index)
    emitter.body(node.body)
