"""for and while: each iteration is a strand of its own; what it hands on travels as promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from pydron_ng.translation.plan import item_point, target_names
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.assign import _to
from pydron_ng.translation.runahead.emitter import Emitter, returned
from pydron_ng.translation.runahead.promises import OWN
from pydron_ng.translation.runahead.registry import emits, guard

PRODUCTIONS = (
    "for {new} in range({small}):\n    {statement}",
    "for {new}, {new} in enumerate({list}):\n    {statement}",
    "for {new} in {list}:\n    {statement}\nelse:\n    {statement}",
)
#: How an iteration ended.
NEXT, BREAK, RETURN = 0, 1, 2


@emits(ast.For)
def for_(emitter: Emitter, node: ast.For, index: int) -> None:
    place = emitter.plan.counter.get(emitter.outline.loop_of[node])
    if place is None:
        emitter.unknown(index)  # no functional call inside: not worth running ahead
        return
    emitter.as_unit(index, lambda: _write_for(emitter, node, index, place))


def _write_for(emitter: Emitter, node: ast.For, index: int, place: int) -> None:
    keys = emitter.keys(emitter.outline.statements[index].loops)
    items, counter = emitter.temporary(), f"k{place}"
    emitter.line(f"{items} = {emitter.expression(node.iter)}")
    with emitter.block(f"if type({items}) is Promise:"):
        emitter.line(f"{items} = await {items}")
    with emitter.block(f"if {items} is UNKNOWN:"):
        emitter.line(f"{items} = await ra.told({index}, {keys})")
    emitter.line(f"{counter} = -1")
    item = emitter.temporary()
    ended = emitter.temporary()
    emitter.line(f"{ended} = True")
    with emitter.block(f"for {item} in over(ra, {items}, {node.lineno}):"):
        emitter.line(f"{counter} += 1")
        _wait_for_room(emitter)
        _take_item(emitter, node, index, item, keys, counter)
        _iterate(emitter, node, index, keys, counter, ended)
    emitter.unit.used.pop(counter, None)
    _else(emitter, node.orelse, ended)


def _wait_for_room(emitter: Emitter) -> None:
    with emitter.block("if ra.parked:"):
        emitter.line("await ra.room()")


def _take_item(
    emitter: Emitter, node: ast.For, index: int, item: str, keys: str, counter: str
) -> None:
    """Bind the targets: from the item, or as the commit program tells them."""
    names = target_names(node.target)
    told = emitter.plan.items.get(index, ())
    with emitter.block(f"if {item} is ARRIVES:"):
        for name in names:
            rank = told.index(name)
            at = f"({keys[1:-1]}{counter}, )"
            expected = f"ra.expect({item_point(index)}, {rank}, {at}, UNKNOWN)"
            emitter.line(f"{emitter.name(name)} = await {expected}")
        if not names:
            emitter.line("await Promise(ra.ready)")
    with emitter.block("else:"):
        _to(emitter, node.target, item, -1)


def _iterate(
    emitter: Emitter,
    node: ast.For | ast.While,
    index: int,
    keys: str,
    counter: str,
    ended: str,
) -> None:
    """Start the strand of one iteration, and heed how it ends where that is its to say."""
    outputs = tuple(dict.fromkeys((*emitter.carried(index), *emitter.outputs(index))))
    exits = _exits(node, emitter, index)
    scope = emitter.scope
    with emitter.opened(f"iteration_{index}") as unit:
        emitter.scope = scope
        for name in outputs:
            emitter.name(name)
        flag = ["{}"] if exits else []
        values = [f"v_{name}" for name in outputs]
        emitter.exits.append(
            lambda kind: returned([*(f.format(_KINDS[kind]) for f in flag), *values])
        )
        emitter.body(node.body)
        emitter.line(emitter.exits[-1]("next"))
        emitter.exits.pop()
    unit.used.pop("", None)
    emitter.finish(unit)
    how = emitter.temporary()
    told = emitter.plan.items.get(index, ())
    ranks: list[int | None] = [told.index(name) if name in told else None for name in outputs]
    targets = [f"v_{name}" for name in outputs]
    # What an iteration hands on is told where the next one begins.
    at = f"({keys[1:-1]}{counter} + 1, )"
    point = item_point(index)
    if exits:
        emitter.spawn(unit, point, [how, *targets], [None, *ranks], at)
        _heed(emitter, how, ended)
    else:
        emitter.spawn(unit, point, targets, ranks, at)


_KINDS = {"next": NEXT, "break": BREAK, "return": RETURN}


def _exits(node: ast.For | ast.While, emitter: Emitter, index: int) -> bool:
    """Can an iteration end the loop, or the function?"""
    for s in emitter.outline.statements:
        if s.index == index or not emitter.outline.inside(s.index, index):
            continue
        if isinstance(s.node, ast.Return):
            return True
        loops = emitter.outline.statements[index].loops
        if isinstance(s.node, ast.Break) and len(s.loops) == len(loops) + 1:
            return True
    return False


def _heed(emitter: Emitter, how: str, ended: str) -> None:
    with emitter.block(f"if type({how}) is Promise:"):
        emitter.line(f"{how} = await {how}")
    with emitter.block(f"if {how} == {RETURN}:"):
        emitter.line(leave(emitter, "return"))
    with emitter.block(f"if {how} == {BREAK}:"):
        emitter.line(f"{ended} = False")
        emitter.line("break")


def leave(emitter: Emitter, kind: str) -> str:
    """The line that leaves the innermost unit: "next", "break" or "return"."""
    return emitter.exits[-1](kind) if emitter.exits else "return ()"


def _else(emitter: Emitter, body: list[ast.stmt], ended: str) -> None:
    if body:
        with emitter.block(f"if {ended}:"):
            emitter.body(body)


@emits(ast.While)
def while_(emitter: Emitter, node: ast.While, index: int) -> None:
    place = emitter.plan.counter.get(emitter.outline.loop_of[node])
    if place is None:
        emitter.unknown(index)
        return
    emitter.as_unit(index, lambda: _write_while(emitter, node, index, place))


def _write_while(emitter: Emitter, node: ast.While, index: int, place: int) -> None:
    keys = emitter.keys(emitter.outline.statements[index].loops)
    counter, ended = f"k{place}", emitter.temporary()
    emitter.line(f"{counter} = -1")
    emitter.line(f"{ended} = True")
    with emitter.block("while True:"):
        _wait_for_room(emitter)
        test = _decide_while(emitter, node, index, keys, counter)
        with emitter.block(f"if not {test}:"):
            emitter.line("break")
        emitter.line(f"{counter} += 1")
        _iterate(emitter, node, index, keys, counter, ended)
    emitter.unit.used.pop(counter, None)
    _else(emitter, node.orelse, ended)


def _decide_while(emitter: Emitter, node: ast.While, index: int, keys: str, counter: str) -> str:
    """The test belongs to the loop: its calls and what is told of it count the iterations."""
    value = emitter.temporary()
    emitter.line(f"{value} = {emitter.expression(node.test)}")
    with emitter.block(f"if type({value}) is Promise:"):
        emitter.line(f"{value} = await {value}")
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        at = f"({keys[1:-1]}{counter}, )"
        emitter.line(f"{value} = decided(await ra.told({index}, {at}))")
    return value


# --- guards ---


class _Arrives:
    """An item that is itself an effect: it is known when the commit program has it."""


ARRIVES = _Arrives()
_SAFE = frozenset({list, tuple, dict, set, frozenset, str, bytes, range})


@guard
def over(ra: Ahead, items: Any, line: int) -> Iterator[Any]:
    """The items of a value that iterating does not use up; else ARRIVES for each to come."""
    kind = OWN.get(type(items), type(items))
    if kind in _SAFE:
        yield from list(items) if kind in {list, set, dict} and len(items) < 10_000 else items  # noqa: PLR2004
        return
    views = {type({}.keys()), type({}.values()), type({}.items())}
    if kind in views:
        yield from list(items)
        return
    if type(kind) is type and kind.__module__.startswith("pydron_ng."):
        shared = getattr(kind, "ahead_items", None)
        if shared is not None:
            yield from shared(items)
            return
    if _is_plain_array(items):
        yield from items
        return
    name = type.__dict__["__name__"].__get__(kind)  # a metaclass is not asked
    ra.blame("iterator", line, f"the next item of a {name} is an effect")
    while True:
        yield ARRIVES


def _is_plain_array(value: Any) -> bool:
    kind = type(value)
    return (
        type(kind) is type
        and kind.__module__ == "numpy"
        and kind.__name__ == "ndarray"
        and value.ndim > 0
        and value.dtype.kind in "biufc"
    )
