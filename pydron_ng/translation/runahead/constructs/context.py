"""with: its body runs ahead; what it binds is what the commit program tells."""

from __future__ import annotations

import ast

from pydron_ng.translation.plan import item_point, target_names
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.registry import emits

PRODUCTIONS = ("with {manager} as {new}:\n    {statement}",)


@emits(ast.With)
def with_(emitter: Emitter, node: ast.With, index: int) -> None:
    keys = emitter.keys(emitter.outline.statements[index].loops)
    told = emitter.plan.items.get(index, ())
    for item in node.items:
        emitter.line(emitter.expression(item.context_expr))
        for name in target_names(item.optional_vars) if item.optional_vars else ():
            at = f"{item_point(index)}, {told.index(name)}, {keys}"
            emitter.line(f"{emitter.name(name)} = bind(ra, {at}, UNKNOWN)")
    emitter.touched(index)
    emitter.body(node.body)
