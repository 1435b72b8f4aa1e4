"""f-strings of atoms."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.operators import is_plain_atom
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.promises import Refused, lifted
from pydron_ng.translation.runahead.registry import emits, guard

PRODUCTIONS = ("{new} = f'{{{name}}}-{{{call}:>5}}'",)
_CONVERSIONS = {-1: "", ord("r"): "r", ord("s"): "s", ord("a"): "a"}
_SHOWN: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
_WIDEST = 20  # characters of a format
_HUGE_WIDTH = re.compile(r"\d{4}")
_LONGEST = 100_000  # characters


@emits(ast.JoinedStr)
def joined(emitter: Emitter, node: ast.JoinedStr) -> str:
    parts = [emitter.expression(part) for part in node.values]
    return f"joined_text(ra, {', '.join(parts)})" if parts else "''"


@emits(ast.FormattedValue)
def formatted_value(emitter: Emitter, node: ast.FormattedValue) -> str:
    how = _CONVERSIONS[node.conversion]
    spec = emitter.expression(node.format_spec) if node.format_spec else "''"
    return f"formatted(ra, {emitter.expression(node.value)}, {how!r}, {spec})"


@guard
def formatted(ra: Ahead, value: Any, conversion: str, spec: Any) -> Any:
    """The text of an atom."""

    def run(value: Any, spec: Any) -> str:
        if not is_plain_atom(value) or type(spec) is not str or len(spec) > _WIDEST:
            raise Refused("format")
        if _HUGE_WIDTH.search(spec):
            raise Refused("format")
        shown = _SHOWN[conversion](value) if conversion else value
        return format(shown, spec)

    return lifted(ra.ready, run, value, spec)


@guard
def joined_text(ra: Ahead, *parts: Any) -> Any:
    """The parts of an f-string in one."""

    def run(*texts: Any) -> str:
        if sum(map(len, texts)) > _LONGEST:
            raise Refused("length")
        return "".join(texts)

    return lifted(ra.ready, run, *parts)
