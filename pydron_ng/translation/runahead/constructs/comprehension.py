"""Comprehensions: their items are started one after the other, conditions waited for apart."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead, spawn
from pydron_ng.translation.runahead.constructs.assign import to_target
from pydron_ng.translation.runahead.constructs.items import ARRIVES, arriving, over
from pydron_ng.translation.runahead.constructs.operators import is_hashable, truth
from pydron_ng.translation.runahead.operations import (
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    OwnSet,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
)
from pydron_ng.translation.runahead.registry import emits, guard
from pydron_ng.translation.runahead.taking import ALL, FIRST, OPEN, TRUE, taken
from pydron_ng.translation.runahead.units import Unit, returned
from pydron_ng.translation.syntax import walrus_names

if TYPE_CHECKING:
    from pydron_ng.translation.outline import Comprehension
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = [{functional}({item}) for {item} in {list}]",
    "{new} = [{functional}({item}) for {item} in {list} if {functional}({item}) > {int}]",
    "{new} = {{{item}: {functional}({item}) for {item} in range({small})}}",
    "{new} = sum({functional}({item}) for {item} in {list})",
    "{new} = any({functional}({item}) > {int} for {item} in {list})",
    "{new} = all({call} for {item} in {list} if {functional}({item}) > {int} for _ in '12')",
    "{new} = next(({functional}({item}) for {item} in {list} if {functional}({item}) > 9), 0)",
    "{new} = sum([{name} for {item} in {list} if ({name} := {functional}({item})) > {int}])",
    "parts = ({functional}({item}) for {item} in {list})\n{new} = sum(parts)",
    "for {new} in ({functional}({item}) for {item} in {list}):\n    {statement}",
    "{list} = [{new} := {functional}({item}) for {item} in {list}][:4]",
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


@emits(ast.GeneratorExp)
def stream(emitter: Emitter, node: ast.GeneratorExp) -> str:
    """A generator expression, as the list of what it will certainly yield."""
    until = taken(emitter, node)
    if until == OPEN:
        emitter.blame(node, "undecided", "how much is taken of it is not known")
    return _collected(emitter, node, until)


def _collected(emitter: Emitter, node: Comprehension, until: str = ALL) -> str:
    names = [name for name in walrus_names(node) if emitter.is_own(name)]
    if until == OPEN or not _is_understood(emitter, node, names):
        for name in names:
            emitter.line(f"{emitter.name(name)} = UNKNOWN")
        return "UNKNOWN"
    places = [emitter.plan.counter.get(emitter.outline.loop_of[c]) for c in node.generators]
    counted = [place for place in places if place is not None]
    if len(counted) != len(places):
        counted = [-1 - emitter.outline.loop_of[c] for c in node.generators]
    return _clause(emitter, node, 0, counted, _handed_on(emitter, names), until)


def _is_understood(emitter: Emitter, node: Comprehension, names: list[str]) -> bool:
    """Names that are bound inside are followed where each item surely binds them in its turn."""
    if any(clause.is_async for clause in node.generators):
        return False
    simple = len(node.generators) == 1 and not isinstance(node, ast.GeneratorExp)
    inner = [n for part in ast.iter_child_nodes(node) for n in ast.walk(part)]
    return not names or (
        simple
        and not emitter.is_deferred
        and not any(isinstance(n, ast.expr) and hasattr(n, "generators") for n in inner)
    )


def _handed_on(emitter: Emitter, names: list[str]) -> dict[str, tuple[str, str]]:
    """Of names that are bound inside: where their values before and after are."""
    handed = {}
    for name in names:
        before, after, variable = emitter.temporary(), emitter.temporary(), emitter.name(name)
        emitter.line(f"{before}, {after} = {variable}, Promise(ra.ready)")
        emitter.line(f"{variable} = {after}")
        handed[variable] = before, after
    return handed


def _clause(
    emitter: Emitter,
    node: Comprehension,
    level: int,
    places: list[int],
    handed: dict[str, tuple[str, str]],
    until: str,
) -> str:
    """Emit the unit of one ``for`` clause; the text that starts it and gives its list."""
    clause = node.generators[level]
    counter = f"k{places[level]}" if places[level] >= 0 else f"n{-places[level]}"
    names = frozenset(n.id for n in ast.walk(clause.target) if isinstance(n, ast.Name))
    items = emitter.expression(clause.iter)
    with emitter.opened(f"comprehension_{emitter.outline.loop_of[clause]}") as unit:
        emitter.line("collected = OwnList()")
        emitter.line(f"{counter} = -1")
        with emitter.block(f"for each in over_now(ra, listed, {clause.iter.lineno}):"):
            emitter.line(f"{counter} += 1")
            with emitter.block("if ra.parked:"):
                emitter.line("await ra.room()")
            with emitter.binding(names):
                inner = _item(emitter, node, level, places, handed, until)
            emitter.line(f"collected.append({inner})")
            if until:
                with emitter.block(f"if await stops(ra, collected[-1], {until!r}):"):
                    emitter.line("break")
        for variable, (_, after) in handed.items():
            emitter.line(f"passed_on({emitter.use(after)}, {emitter.use(variable)})")
        emitter.line(returned(["gathered(ra, collected)"]))
    unit.used = {v: None for v in unit.used if v != counter and v[2:] not in names}
    unit.used["listed"] = None
    emitter.finish(unit)
    loop = emitter.outline.loop_of[clause]
    return _start(emitter, unit, arriving(emitter, loop, items), handed)


def _start(emitter: Emitter, unit: Unit, items: str, handed: dict[str, tuple[str, str]]) -> str:
    kept = sorted(v for v in unit.used if v != "listed")
    ours = [after for _, after in handed.values()]
    for variable in kept:
        if variable not in ours:
            emitter.use(variable)
    before = {variable: pair[0] for variable, pair in handed.items()}
    defaults = "".join(f", {v}={before.get(v, v)}" for v in kept)
    arguments = "".join(f", {v}={v}" for v in kept)
    start = f"lambda listed{defaults}: {unit.name}(ra{arguments}, listed=listed)"
    return f"begun(ra, {items}, {start})"


def _item(
    emitter: Emitter,
    node: Comprehension,
    level: int,
    places: list[int],
    handed: dict[str, tuple[str, str]],
    until: str,
) -> str:
    """Emit the unit of one item, which may have to wait for its conditions."""
    clause = node.generators[level]
    loop = emitter.outline.loop_of[clause]
    to_target(emitter, clause.target, "each", -1)
    if not clause.ifs and level == len(node.generators) - 1:
        return f"OwnList([{_element(emitter, node)}])"
    with emitter.opened(f"item_{loop}") as unit:
        for variable in handed:
            emitter.use(variable)
        for test in clause.ifs:
            _condition(emitter, test, list(handed))
        if level + 1 < len(node.generators):
            emitter.line(returned([_clause(emitter, node, level + 1, places, {}, until)]))
        else:
            element = emitter.temporary()
            emitter.line(f"{element} = {_element(emitter, node)}")
            emitter.line(returned([f"OwnList([{element}])", *handed]))
    emitter.finish(unit)
    for variable in unit.used:
        emitter.use(variable)
    piece, ranks = emitter.temporary(), "None, " * (1 + len(handed))
    targets = "".join(f"{target}, " for target in (piece, *handed))
    call = f"{unit.name}({emitter.parameters(unit.used)})"
    emitter.line(f"({targets}) = spawn(ra, {call}, 0, (), ({ranks}))")
    return piece


def _condition(emitter: Emitter, test: ast.expr, variables: list[str]) -> None:
    value = emitter.temporary()
    emitter.line(f"{value} = {emitter.expression(test)}")
    with emitter.block(f"if type({value}) is Promise:"):
        emitter.line(f"{value} = await {value}")
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        emitter.line("await Promise(ra.ready)")
    with emitter.block(f"if not {value}:"):
        emitter.line(returned(["OwnList()", *variables]))


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
def over_now(ra: Ahead, items: Any, line: int) -> Any:
    """The items of a re-iterable container.

    Raises:
        Refused: iterating it could run code or use it up.
    """
    for item in over(ra, items, line):
        if item is ARRIVES:
            raise Refused("iterator")
        yield item


@guard
async def stops(ra: Ahead, piece: Any, until: str) -> bool:
    """Is no more taken after the last item of `piece`? Waits for what decides it.

    Raises:
        Refused: user code might be asked.
    """
    items = await piece if type(piece) is Promise else piece
    if items is UNKNOWN:
        await Promise(ra.ready)
    if until == FIRST or not items:
        return bool(items)
    last = await items[-1] if type(items[-1]) is Promise else items[-1]
    return truth(last) is (until == TRUE)


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
