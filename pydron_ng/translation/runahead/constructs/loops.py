"""for and while: each iteration is a strand of its own; what it hands on travels as promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.counters import PASSED, item_point
from pydron_ng.translation.runahead.branches import BREAK, FALLS, RETURN
from pydron_ng.translation.runahead.constructs.assign import to_target
from pydron_ng.translation.runahead.constructs.branch import bind_walruses
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import truth
from pydron_ng.translation.runahead.constructs.speculation import changed_in, last_body
from pydron_ng.translation.runahead.promises import (
    Refused,
)
from pydron_ng.translation.runahead.registry import emits, guard
from pydron_ng.translation.runahead.units import returned
from pydron_ng.translation.runahead.unwaiting import written_in_place
from pydron_ng.translation.syntax import target_names

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "for {new} in range({small}):\n    {statement}",
    "for {new}, {new} in enumerate({list}):\n    {statement}",
    "for {new} in {list}:\n    {statement}\nelse:\n    {statement}",
)


@emits(ast.For)
def for_(emitter: Emitter, node: ast.For, index: int) -> None:
    place = emitter.plan.counter.get(emitter.outline.loop_of[node])
    if place is None:
        emitter.as_unit(index, lambda: _write_short(emitter, node, index))
    else:
        emitter.as_unit(index, lambda: _write_for(emitter, node, index, place))


def _write_for(emitter: Emitter, node: ast.For, index: int, place: int) -> None:
    keys = emitter.keys(emitter.outline.statements[index].loops)
    items, counter = emitter.temporary(), f"k{place}"
    _awaited(emitter, items, node.iter)
    with emitter.block(f"if {items} is UNKNOWN:"):
        emitter.line(f"{items} = await ra.told({index}, {keys})")
    emitter.line(f"{counter} = -1")
    item = emitter.temporary()
    ended = _begin(emitter, node, index)
    with emitter.block(f"for {item} in over(ra, {items}, {node.lineno}):"):
        emitter.line(f"{counter} += 1")
        wait_for_room(emitter)
        _stop(emitter, node, index, ended)
        _take_item(emitter, node, index, item, keys, counter)
        iterate(emitter, node, index, keys, counter, ended)
    emitter.unit.used.pop(counter, None)
    _end(emitter, node, index, ended)


def _stop(emitter: Emitter, node: ast.For | ast.While, index: int, ended: str) -> None:
    """Begin no more iterations if one of those before is known to have ended the loop."""
    if passes(emitter, node, index):
        with emitter.block(f"if {ended}.ended:"):
            emitter.line("break")


def wait_for_room(emitter: Emitter) -> None:
    with emitter.block("if ra.parked:"):
        emitter.line("await ra.room()")


def _take_item(
    emitter: Emitter, node: ast.For, index: int, item: str, keys: str, counter: str
) -> None:
    """Bind the targets: from the item, or as the commit program tells them."""
    with emitter.block(f"if {item} is ARRIVES:"):
        await_item(emitter, node, index, keys, counter)
    with emitter.block("else:"):
        to_target(emitter, node.target, item, -1)


def await_item(
    emitter: Emitter, node: ast.For | ast.AsyncFor, index: int, keys: str, counter: str
) -> None:
    """Bind the targets as the commit program tells them."""
    names = target_names(node.target)
    told = emitter.plan.items.get(index, ())
    for name in names:
        rank = told.index(name)
        at = f"({keys[1:-1]}{counter}, )"
        expected = f"ra.expect({item_point(index)}, {rank}, {at}, UNKNOWN)"
        emitter.line(f"{emitter.name(name)} = await {expected}")
    if not names:
        emitter.line("await Promise(ra.ready)")


def iterate(
    emitter: Emitter,
    node: ast.For | ast.AsyncFor | ast.While,
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
        emitter.ends.append((exits, tuple(values)))
        last_body(emitter, node.body, emitter.exits[-1]("next"))
        emitter.ends.pop()
        emitter.exits.pop()
    told = emitter.plan.items.get(index, ())
    ranks: list[int | None] = [told.index(name) if name in told else None for name in outputs]
    # What an iteration hands on is told where the next one begins.
    at = f"({keys[1:-1]}{counter} + 1, )"
    point = item_point(index)
    if not exits and written_in_place(emitter, unit, outputs, (point, at, ranks)):
        emitter.drop(unit)
        return
    unit.used.pop("", None)
    emitter.finish(unit)
    how = emitter.temporary()
    targets = [f"v_{name}" for name in outputs]
    if not exits:
        emitter.spawn(unit, point, targets, ranks, at)
    elif passes(emitter, node, index):
        emitter.line(f"{ended}.enter()")
        emitter.spawn(unit, point, [how, *targets], [None, *ranks], at)
        _pass(emitter, node, (how, at, ended), outputs)
    else:
        emitter.spawn(unit, point, [how, *targets], [None, *ranks], at)
        _heed(emitter, how, ended)


def passes(emitter: Emitter, node: ast.For | ast.AsyncFor | ast.While, index: int) -> bool:
    """Are iterations begun while earlier ones may still end the loop?"""
    synchronous = isinstance(node, ast.For | ast.While)
    return emitter.speculate and synchronous and _exits(node, emitter, index)


def _pass(
    emitter: Emitter,
    node: ast.For | ast.AsyncFor | ast.While,
    variables: tuple[str, str, str],
    outputs: tuple[str, ...],
) -> None:
    """After:
    (v_a, v_kept, ) = t3.passed(t4, (v_a, v_kept, ), (1, ))
    if t3.ended: break
    """
    how, at, ended = variables
    index = emitter.outline.of[node]
    told = emitter.plan.items.get(index, ())
    for name in outputs:
        if name in told:
            where = f"{item_point(index)}, {told.index(name)}, {at}"
            emitter.line(f"v_{name} = bind(ra, {where}, v_{name})")
    gated = changed_in(emitter, [index])
    ranks = "".join(f"{rank}, " for rank, name in enumerate(outputs) if f"v_{name}" in gated)
    values = "(" + "".join(f"v_{name}, " for name in outputs) + ")"
    assign = f"{values} = " if outputs else ""
    emitter.line(f"{assign}{ended}.passed({how}, {values}, ({ranks}))")
    with emitter.block(f"if {ended}.ended:"):
        emitter.line("break")


def _begin(emitter: Emitter, node: ast.For | ast.While, index: int) -> str:
    """Emit the variable that says, after the loop, whether it went to its end."""
    ended = emitter.temporary()
    emitter.line(f"{ended} = {'passing(ra)' if passes(emitter, node, index) else True}")
    return ended


def _end(emitter: Emitter, node: ast.For | ast.While, index: int, ended: str) -> None:
    """After:
    (t9, v_a, ) = await t3.outcome((v_a, ))
    if t9 == 2: return ...
    t3 = t9 != 1
    """
    if passes(emitter, node, index):
        outputs = dict.fromkeys((*emitter.carried(index), *emitter.outputs(index)))
        values, how = "".join(f"v_{name}, " for name in outputs), emitter.temporary()
        emitter.line(f"({how}, {values}) = await {ended}.outcome(({values}))")
        with emitter.block(f"if {how} == {RETURN}:"):
            emitter.line(leave(emitter, "return"))
        emitter.line(f"{ended} = {how} != {BREAK}")
    _else(emitter, node.orelse, ended)


_KINDS = {"next": FALLS, "break": BREAK, "return": RETURN}


def _exits(node: ast.For | ast.AsyncFor | ast.While, emitter: Emitter, index: int) -> bool:
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
        emitter.as_unit(index, lambda: _write_short(emitter, node, index))
    else:
        emitter.as_unit(index, lambda: _write_while(emitter, node, index, place))


def _write_while(emitter: Emitter, node: ast.While, index: int, place: int) -> None:
    keys = emitter.keys(emitter.outline.statements[index].loops)
    counter = f"k{place}"
    emitter.line(f"{counter} = -1")
    ended = _begin(emitter, node, index)
    with emitter.block("while True:"):
        wait_for_room(emitter)
        _stop(emitter, node, index, ended)
        test = _decide_while(emitter, node, index, keys, counter)
        with emitter.block(f"if not {test}:"):
            emitter.line("break")
        emitter.line(f"{counter} += 1")
        bind_walruses(emitter, node.test, index, f"({keys[1:-1]}{counter}, )")
        iterate(emitter, node, index, keys, counter, ended)
    emitter.unit.used.pop(counter, None)
    _end(emitter, node, index, ended)


def _decide_while(emitter: Emitter, node: ast.While, index: int, keys: str, counter: str) -> str:
    """The test belongs to the loop: its calls and what is told of it count the iterations."""
    value = emitter.temporary()
    _awaited(emitter, value, node.test)
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        at = f"({keys[1:-1]}{counter}, )"
        emitter.line(f"{value} = decided(await ra.told({index}, {at}))")
    return value


# --- loops without functional calls: run ahead while they are short, else told at their end ---


def _write_short(emitter: Emitter, node: ast.For | ast.While, index: int) -> None:
    if not emitter.interrupts(index) or not emitter.is_watched(index):
        _in_place(emitter, node)
        return
    with emitter.block("try:"):
        _in_place(emitter, node)
    with emitter.block("except Refused:"):
        wait_until_passed(emitter, index)


def wait_until_passed(emitter: Emitter, index: int) -> None:
    """A loop without functional calls is not run ahead: what it has done is told at its end."""
    if not emitter.interrupts(index) or not emitter.is_watched(index):
        emitter.give_up(index)
        return
    keys = emitter.keys(emitter.outline.statements[index].loops)
    emitter.unknown(index)
    emitter.line(f"await ra.expect({index}, {PASSED}, {keys}, UNKNOWN)")


def _in_place(emitter: Emitter, node: ast.For | ast.While) -> None:
    ended = emitter.temporary()
    emitter.line(f"{ended} = True")
    if isinstance(node, ast.For):
        _short_for(emitter, node, ended)
    else:
        _short_while(emitter, node, ended)
    _else(emitter, node.orelse, ended)


def _short_for(emitter: Emitter, node: ast.For, ended: str) -> None:
    items, item = emitter.temporary(), emitter.temporary()
    _awaited(emitter, items, node.iter)
    with emitter.block(f"for {item} in few({items}):"):
        to_target(emitter, node.target, item, -1)
        _short_body(emitter, node, ended)


def _short_while(emitter: Emitter, node: ast.While, ended: str) -> None:
    step, test = emitter.temporary(), emitter.temporary()
    with emitter.block(f"for {step} in few(None):"):
        _awaited(emitter, test, node.test)
        with emitter.block(f"if not certainly({test}):"):
            emitter.line("break")
        _short_body(emitter, node, ended)


def _awaited(emitter: Emitter, variable: str, node: ast.expr) -> None:
    emitter.line(f"{variable} = {emitter.expression(node)}")
    with emitter.block(f"if type({variable}) is Promise:"):
        emitter.line(f"{variable} = await {variable}")


def _short_body(emitter: Emitter, node: ast.For | ast.While, ended: str) -> None:
    """The body in place: it is left as Python's own loops are."""
    outer = emitter.exits[-1] if emitter.exits else lambda _: "return ()"
    leaves = {"next": "continue", "break": f"{ended} = False; break"}
    emitter.exits.append(lambda kind: leaves.get(kind) or outer(kind))
    emitter.body(node.body)
    emitter.exits.pop()


# --- guards ---

_FEW = 100  # iterations that are run ahead without the prospect of a call


@guard
def few(items: Any) -> Iterator[Any]:
    """The items of a short container; without one, a few numbers.

    Raises:
        Refused: they turned out to be many, or iterating could run code.
    """
    if items is None:
        yield from range(_FEW)
        raise Refused("many iterations")
    yield from items_of(items, _FEW)


@guard
def certainly(value: Any) -> bool:
    """Whether a test holds.

    Raises:
        Refused: user code might be asked.
    """
    return truth(value)
