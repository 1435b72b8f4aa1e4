"""Tuples, lists, sets and dicts written out: run-ahead's own, they may hold promises."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.arrays import is_array
from pydron_ng.translation.runahead.constructs.operators import is_hashable
from pydron_ng.translation.runahead.operations import (
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnSet,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Refused,
)
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = [{call}, {int}]",
    "{new} = ({call}, {call})",
    "{new} = {{'a': {call}, 'b': {int}}}",
    "{new} = [*{list}, {call}]",
    "{new} = {{**{{1: {call}}}, 2: {name}}}",
)


@emits(ast.List, ast.Tuple)
def sequence(emitter: Emitter, node: ast.List | ast.Tuple) -> str:
    kind = "OwnList" if isinstance(node, ast.List) else "OwnTuple"
    if any(isinstance(part, ast.Starred) for part in node.elts):
        return _spread(emitter, node.elts, kind)
    return f"{kind}([{', '.join(emitter.expression(part) for part in node.elts)}])"


def _spread(emitter: Emitter, parts: list[ast.expr], kind: str) -> str:
    pieces = [
        f"(True, {emitter.expression(p.value)})"
        if isinstance(p, ast.Starred)
        else f"(False, {emitter.expression(p)})"
        for p in parts
    ]
    return f"spread(ra, {kind}, [{', '.join(pieces)}])"


@emits(ast.Set)
def set_(emitter: Emitter, node: ast.Set) -> str:
    return f"made_set(ra, [{', '.join(emitter.expression(part) for part in node.elts)}])"


@emits(ast.Dict)
def dict_(emitter: Emitter, node: ast.Dict) -> str:
    if any(key is None for key in node.keys):
        return _merged(emitter, node)
    keys = ", ".join(emitter.expression(key) for key in node.keys if key)
    values = ", ".join(emitter.expression(value) for value in node.values)
    return f"made_dict(ra, [{keys}], [{values}])"


def _merged(emitter: Emitter, node: ast.Dict) -> str:
    """A display with ``**`` parts: each is a dict of its own."""
    pieces = [
        f"made_dict(ra, [{emitter.expression(key)}], [{emitter.expression(value)}])"
        if key
        else emitter.expression(value)
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    return f"merged(ra, {', '.join(pieces)})"


@guard
def made_dict(ra: Ahead, keys: list[Any], values: list[Any]) -> Any:
    """A dict with keys that are atoms; its values may be promises."""

    def run(*known: Any) -> OwnDict:
        if not all(map(is_hashable, known)):
            raise Refused("keys")
        return OwnDict(zip(known, values, strict=True))

    return lifted(ra.ready, run, *keys)


@guard
def merged(ra: Ahead, *parts: Any) -> Any:
    """One dict of all parts, the later ones winning; its values may be promises."""

    def run(*known: Any) -> OwnDict:
        made = OwnDict()
        for part in known:
            if shape(part) is not dict or not all(map(is_hashable, part)):
                raise Refused("**")
            made.update(part)
        return made

    return lifted(ra.ready, run, *parts)


@guard
def made_set(ra: Ahead, items: list[Any]) -> Any:
    """A set of atoms."""

    def run(*known: Any) -> OwnSet:
        if not all(map(is_hashable, known)):
            raise Refused("items")
        return OwnSet(known)

    return deeply(ra.ready, run, *items)


@guard
def spread(ra: Ahead, kind: type, pieces: list[tuple[bool, Any]]) -> Any:
    """A display with starred parts: `kind` of all items."""

    def run(*values: Any) -> Any:
        items: list[Any] = []
        for (starred, _), value in zip(pieces, values, strict=True):
            items.extend(items_of(value) if starred else [value])
        return kind(items)

    if any(value is UNKNOWN and starred for starred, value in pieces):
        return UNKNOWN
    if any(value is UNKNOWN for _, value in pieces):
        return UNKNOWN
    return lifted(ra.ready, run, *(value for _, value in pieces))


_LARGEST = 100_000  # items that run-ahead copies


def items_of(value: Any, most: int = _LARGEST) -> list[Any]:
    """The items of a re-iterable builtin container, if they are not more than `most`.

    Raises:
        Refused: iterating it could run code, or use it up.
    """
    kind = shape(value)
    if kind not in {list, tuple, dict, set, frozenset, str, bytes, range} and not (
        is_array(value) and value.ndim
    ):
        raise Refused("iteration")
    if len(value) > most:
        raise Refused("size")
    return list(value)
