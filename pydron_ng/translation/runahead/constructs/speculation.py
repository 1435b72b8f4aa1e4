"""Going past exits that are not decided yet, where the user asked for it (speculate=True)."""

from __future__ import annotations

import ast
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead, spawn
from pydron_ng.translation.runahead.branches import (
    CONTINUE,
    FALLS,
    Branch,
    Passing,
    Past,
    gate,
)
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.promises import Promise
from pydron_ng.translation.runahead.registry import guard
from pydron_ng.translation.runahead.units import returned

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "for {item} in {list}:\n    if {functional}({item}) > {int}:\n        {new} = {call}\n"
    "        break\n    {list} = [{call}]",
    "for {item} in {list}:\n    if {functional}({item}) > {int}:\n        continue\n"
    "    {new} = {functional}({item})",
    "if {call} > 90:\n    return {call}\n{new} = {call}",
)
_EXITS = (ast.If, ast.Match, ast.For, ast.While, ast.Try, ast.With, ast.Assert)
_CODES = {"break": "BREAK", "return": "RETURN", "next": "CONTINUE"}


# --- emitting ---


def last_body(emitter: Emitter, nodes: list[ast.stmt], end: str) -> None:
    """Emit the statements that a unit ends with, and `end`, the line after them."""
    needed = [node for node in nodes if emitter.needed(emitter.outline.of[node])]
    for position, node in enumerate(needed):
        rest = needed[position + 1 :]
        if emitter.speculate and rest and _may_leave(emitter, node):
            _go_past(emitter, node, rest)
            return
        emitter.statement(node, emitter.outline.of[node])
    emitter.line(end)


def _may_leave(emitter: Emitter, node: ast.stmt) -> bool:
    index = emitter.outline.of[node]
    leaves = isinstance(node, ast.Assert) or emitter.interrupts(index)
    return leaves and isinstance(node, _EXITS) and emitter.is_watched(index)


def _go_past(emitter: Emitter, node: ast.stmt, rest: list[ast.stmt]) -> None:
    """After:
    (t1, v_y, ) = spawn(ra, statement_3(ra, v_x), 3, (k3, ), (None, 0, ))
    if type(t1) is Promise:
        return beyond(ra, t1, rest_5(ra, gated(ra, t1, v_kept), v_y), (v_kept, ), True)
    if t1 == BREAK: ...
    return await rest_5(ra, v_kept, v_y)
    """
    how = _spawn_statement(emitter, node)
    unit, gated = _rest(emitter, rest)
    plain = emitter.parameters(unit.used)
    behind = ", ".join(f"gated(ra, {how}, {v})" if v in gated else v for v in plain.split(", "))
    heeded, variables = emitter.ends[-1] if emitter.ends else (False, ())
    with emitter.block(f"if type({how}) is Promise:"):
        then = "".join(f"{variable}, " for variable in variables)
        emitter.line(f"return beyond(ra, {how}, {unit.name}({behind}), ({then}), {heeded})")
    for kind, code in _CODES.items():
        if kind == "return" or (emitter.ends and (heeded or kind == "next")):
            with emitter.block(f"if {how} == {code}:"):
                emitter.line(emitter.exits[-1](kind) if emitter.exits else "return ()")
    emitter.line(f"return await {unit.name}({plain})")


def _spawn_statement(emitter: Emitter, node: ast.stmt) -> str:
    """Emit the statement as a unit that says how it ended; the variable that has it."""
    index, scope = emitter.outline.of[node], emitter.scope
    outputs = emitter.outputs(index)
    variables = [f"v_{name}" for name in outputs]
    with emitter.opened(f"statement_{index}") as unit:
        emitter.scope = scope
        for name in outputs:
            emitter.name(name)
        emitter.exits.append(lambda kind: returned([_CODES[kind], *variables]))
        emitter.statement(node, index)
        emitter.line(returned(["FALLS", *variables]))
        emitter.exits.pop()
    emitter.finish(unit)
    how = emitter.temporary()
    emitter.spawn(unit, index, [how, *variables], [None, *emitter.ranks(index, outputs)])
    return how


def _rest(emitter: Emitter, rest: list[ast.stmt]) -> tuple[Any, frozenset[str]]:
    """Emit what comes after the exit as a unit; the variables whose objects it changes."""
    numbers = [emitter.outline.of[node] for node in rest]
    scope = emitter.scope
    with emitter.opened(f"rest_{numbers[0]}") as unit:
        emitter.scope = scope
        for variable in emitter.ends[-1][1] if emitter.ends else ():
            emitter.use(variable)
        last_body(emitter, rest, emitter.exits[-1]("next") if emitter.ends else "return ()")
    emitter.finish(unit)
    for variable in unit.used:
        emitter.use(variable)
    return unit, changed_in(emitter, numbers)


def changed_in(emitter: Emitter, numbers: list[int]) -> frozenset[str]:
    """The variables whose objects the statements, and those inside of them, change."""
    outline = emitter.outline
    everything = range(len(outline.statements))
    inside = [index for index in everything if any(outline.inside(index, n) for n in numbers)]
    names = {name for index in inside for name in emitter.plan.effects.mutated[index]}
    added = {
        node.target.id
        for index in inside
        if isinstance(node := outline.statements[index].node, ast.AugAssign)
        and isinstance(node.target, ast.Name)
    }
    return frozenset(f"v_{name}" for name in names | added)


# --- guards ---


@guard
def passing(ra: Ahead) -> Passing:
    """What keeps account of a loop that is ahead of its exits."""
    return Passing(ra)


@guard
def gated(ra: Ahead, how: Any, value: Any) -> Any:
    """`value` for those who change it past an exit: there once the exit turned out not taken."""
    return gate(ra, how, value)


@guard
def beyond(
    ra: Ahead,
    how: Promise,
    rest: Coroutine[Promise, None, tuple[Any, ...]],
    then: tuple[Any, ...],
    heeded: bool,
) -> tuple[Any, ...]:
    """The outputs of `rest`, begun at once, if the exit is not taken; else those of `then`.

    heeded: the first output of `rest` says how it ended.
    """
    outer = ra.branch
    branch = ra.branch = Branch(outer)
    count = len(then) + heeded
    outputs = spawn(ra, rest, 0, (), (None,) * count)
    ra.branch = outer
    how.when_kept(Past(ra, how, branch))
    if not heeded:
        return tuple(map(_chosen, (ra,) * count, (how,) * count, outputs, then))
    ended = lifted(ra.ready, lambda k: outputs[0] if k == FALLS else k % CONTINUE, how)
    return (ended, *(_chosen(ra, how, b, a) for a, b in zip(then, outputs[1:], strict=True)))


def _chosen(ra: Ahead, how: Promise, falls: Any, leaves: Any) -> Any:
    """One output: `falls` if the exit is not taken, else `leaves`."""
    if falls is leaves:
        return falls
    return lifted(ra.ready, lambda known: falls if known == FALLS else leaves, how)
