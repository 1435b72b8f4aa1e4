"""Constants and names: local ones are variables of the unit, others are looked up when read."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pydron_ng.translation.runahead.registry import emits

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = ("{new} = {value}", "{new} = {name}")


@emits(ast.Constant)
def constant(emitter: Emitter, node: ast.Constant) -> str:
    text = repr(node.value) if type(node.value) is not type(...) else "..."
    return "UNKNOWN" if text in {"inf", "nan", "infj", "nanj"} else text


@emits(ast.Name)
def name(emitter: Emitter, node: ast.Name) -> str:
    if emitter.is_own(node.id):
        return emitter.name(node.id)
    return f"ra.lookup({node.id!r})"
