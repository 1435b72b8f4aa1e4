"""f-strings and other formats, of what can be shown without asking code of the user's."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.operations import (
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.promises import Refused
from pydron_ng.translation.runahead.registry import emits, guard
from pydron_ng.translation.runahead.tame import LARGEST, checked, is_tame

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = f'{{{name}}}-{{{call}:>5}}'",
    "{new} = '%s and %r' % ({call}, {name})",
)
_CONVERSIONS = {-1: "", ord("r"): "r", ord("s"): "s", ord("a"): "a"}
_SHOWN: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
_WIDEST = 20  # characters of a format
_HUGE_WIDTH = re.compile(r"\d{4}")
_WIDE = re.compile(r"\d{4}|\*|:[^}]*\{")  # widths of a format that are large, or computed
_LONGEST_FORMAT = 1_000  # characters


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
    """The text of a value."""

    def run(value: Any, spec: Any) -> str:
        if not is_tame(value) or type(spec) is not str or len(spec) > _WIDEST:
            raise Refused("format")
        if _HUGE_WIDTH.search(spec):
            raise Refused("format")
        shown = _SHOWN[conversion](value) if conversion else value
        return format(shown, spec)

    return deeply(ra.ready, run, value, spec)


@guard
def joined_text(ra: Ahead, *parts: Any) -> Any:
    """The parts of an f-string in one."""

    def run(*texts: Any) -> str:
        if sum(map(len, texts)) > LARGEST:
            raise Refused("length")
        return "".join(texts)

    return lifted(ra.ready, run, *parts)


@guard
def percent(ra: Ahead, text: Any, values: Any) -> Any:
    """``text % values`` of a format that is written out."""

    def run(text: Any, values: Any) -> Any:
        check_format(text)
        return text % checked(values)

    return deeply(ra.ready, run, text, values)


def check_format(text: str) -> None:
    """Refuse a format that could make much out of little.

    Raises:
        Refused: it is long, or has widths that are large or computed.
    """
    if len(text) > _LONGEST_FORMAT or _WIDE.search(text):
        raise Refused("format")
