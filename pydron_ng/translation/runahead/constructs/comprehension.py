"""Comprehensions: their items are started one after the other, conditions waited for apart."""

from __future__ import annotations

import ast
from typing import Any

from pydron_ng.translation.outline import Comprehension
from pydron_ng.translation.runahead.ahead import Ahead, spawn
from pydron_ng.translation.runahead.constructs.assign import _to
from pydron_ng.translation.runahead.constructs.displays import is_hashable
from pydron_ng.translation.runahead.constructs.loops import ARRIVES, over
from pydron_ng.translation.runahead.emitter import Emitter, Unit, returned
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    OwnDict,
    OwnList,
    OwnSet,
    Refused,
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.registry import emits, guard

PRODUCTIONS = (
    "{new} = [{functional}({item}) for {item} in {list}]",
    "{new} = [{functional}({item}) for {item} in {list} if {functional}({item}) > {int}]",
    "{new} = {{{item}: {functional}({item}) for {item} in range({small})}}",
    "{new} = sum({functional}({item}) for {item} in {list})",
)


@emits(ast.ListComp)
def list_(emitter: Emitter, node: ast.ListComp) -> str:
    return _collected(emitter, node)


@emits(ast.SetComp)
def set_(emitter: Emitter, node: ast.SetComp) -> str:
    return f"as_set(ra, {_collected(emitter, node)})"


@emits(ast.DictComp)
def dict_(emitter: Emitter, node: ast.DictComp) -> str:
    return f"as_dict(ra, {_collected(emitter, node)})"


def stream(emitter: Emitter, node: ast.GeneratorExp) -> str:
    """A generator expression, as the list of what it will yield."""
    return _collected(emitter, node)


def _collected(emitter: Emitter, node: Comprehension) -> str:
    plain = not any(clause.is_async for clause in node.generators)
    if not plain or any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
        return "UNKNOWN"
    places = [emitter.plan.counter.get(emitter.outline.loop_of[c]) for c in node.generators]
    counted = [place for place in places if place is not None]
    if len(counted) != len(places):
        counted = [-1 - emitter.outline.loop_of[c] for c in node.generators]
    return _clause(emitter, node, 0, counted)


def _clause(emitter: Emitter, node: Comprehension, level: int, places: list[int]) -> str:
    """Emit the unit of one ``for`` clause; the text that starts it and gives its list."""
    clause = node.generators[level]
    counter = f"k{places[level]}" if places[level] >= 0 else f"n{-places[level]}"
    names = frozenset(n.id for n in ast.walk(clause.target) if isinstance(n, ast.Name))
    items = emitter.expression(clause.iter)
    with emitter.opened(f"comprehension_{emitter.outline.loop_of[clause]}") as unit:
        emitter.line("collected = OwnList()")
        emitter.line(f"{counter} = -1")
        with emitter.block("for each in over_now(ra, listed):"):
            emitter.line(f"{counter} += 1")
            with emitter.block("if ra.parked:"):
                emitter.line("await ra.room()")
            with emitter.binding(names):
                inner = _item(emitter, node, level, places, names)
            emitter.line(f"collected.append({inner})")
        emitter.line(returned(["gathered(ra, collected)"]))
    unit.used = {v: None for v in unit.used if v != counter and v[2:] not in names}
    unit.used["listed"] = None
    emitter.finish(unit)
    return _start(emitter, unit, items)


def _start(emitter: Emitter, unit: Unit, items: str) -> str:
    for variable in unit.used:
        if variable != "listed":
            emitter.use(variable)
    kept = sorted(v for v in unit.used if v != "listed")
    defaults = "".join(f", {v}={v}" for v in kept)
    arguments = "".join(f", {v}={v}" for v in kept)
    start = f"lambda listed{defaults}: {unit.name}(ra{arguments}, listed=listed)"
    return f"begun(ra, {items}, {start})"


def _item(
    emitter: Emitter, node: Comprehension, level: int, places: list[int], names: frozenset[str]
) -> str:
    """Emit the unit of one item, which may have to wait for its conditions."""
    clause = node.generators[level]
    loop = emitter.outline.loop_of[clause]
    _to(emitter, clause.target, "each", -1)
    if not clause.ifs and level == len(node.generators) - 1:
        return f"OwnList([{_element(emitter, node)}])"
    with emitter.opened(f"item_{loop}") as unit:
        for test in clause.ifs:
            _condition(emitter, test)
        if level + 1 < len(node.generators):
            emitter.line(returned([_clause(emitter, node, level + 1, places)]))
        else:
            emitter.line(returned([f"OwnList([{_element(emitter, node)}])"]))
    emitter.finish(unit)
    for variable in unit.used:
        emitter.use(variable)
    return f"spawn(ra, {unit.name}({emitter.parameters(unit.used)}), 0, (), (None,))[0]"


def _condition(emitter: Emitter, test: ast.expr) -> None:
    value = emitter.temporary()
    emitter.line(f"{value} = {emitter.expression(test)}")
    with emitter.block(f"if type({value}) is Promise:"):
        emitter.line(f"{value} = await {value}")
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        emitter.line("await Promise(ra.ready)")
    with emitter.block(f"if not {value}:"):
        emitter.line(returned(["OwnList()"]))


def _element(emitter: Emitter, node: Comprehension) -> str:
    if isinstance(node, ast.DictComp):
        key, value = emitter.expression(node.key), emitter.expression(node.value)
        return f"OwnTuple([{key}, {value}])"
    return emitter.expression(node.elt)


# --- guards ---


@guard
def begun(ra: Ahead, items: Any, unit: Any) -> Any:
    """The list of a comprehension, started as soon as its iterable is known."""

    def run(known: Any) -> Any:
        return spawn(ra, unit(known), 0, (), (None,))[0]

    return lifted(ra.ready, run, items)


@guard
def over_now(ra: Ahead, items: Any) -> Any:
    """The items of a re-iterable container.

    Raises:
        Refused: iterating it could run code or use it up.
    """
    for item in over(ra, items, 0):
        if item is ARRIVES:
            raise Refused("iterator")
        yield item


@guard
def gathered(ra: Ahead, pieces: OwnList) -> Any:
    """The pieces in one list; a promise of it while the length of a piece is to come."""

    def run(*known: Any) -> OwnList:
        return OwnList([item for piece in known for item in piece])

    if any(piece is UNKNOWN for piece in pieces):
        return UNKNOWN
    return lifted(ra.ready, run, *pieces)


@guard
def as_set(ra: Ahead, items: Any) -> Any:
    """A set of the items, once all are known."""

    def run(known: Any) -> OwnSet:
        if not all(map(is_hashable, known)):
            raise Refused("items")
        return OwnSet(known)

    return deeply(ra.ready, run, items)


@guard
def as_dict(ra: Ahead, pairs: Any) -> Any:
    """A dict of the pairs, once all keys are known; the values may be promises."""

    def run(pairs: Any) -> Any:
        keys = [pair[0] for pair in pairs]
        return lifted(ra.ready, lambda *known: _dict(known, pairs), *keys)

    return lifted(ra.ready, run, pairs)


def _dict(keys: tuple[Any, ...], pairs: Any) -> OwnDict:
    if not all(map(is_hashable, keys)):
        raise Refused("keys")
    return OwnDict((key, pair[1]) for key, pair in zip(keys, pairs, strict=True))
