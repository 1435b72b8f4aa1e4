"""What the two programs of a function agree on: routed sites, counted loops, learnt names."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pydron_ng.translation.counters import FIRST_LOOP
from pydron_ng.translation.effects import CANDIDATES, Effects, Kind, declared_names
from pydron_ng.translation.inner import Inner
from pydron_ng.translation.names import bound_names, captured_names
from pydron_ng.translation.outline import Outline, Statement
from pydron_ng.translation.syntax import target_names, walrus_names

_BODIES = (ast.For, ast.While, ast.With, ast.AsyncFor, ast.AsyncWith, ast.If, ast.Match)


def begin_point(outline: Outline, loop: int) -> int:
    """The point where a clause of a comprehension begins: its iterable has been evaluated."""
    return len(outline.statements) + loop


@dataclass(frozen=True, slots=True)
class Plan:
    """The agreement between commit program and run-ahead program.

    routed: the sites whose callee may be functional.
    counter: of each loop with a routed site inside, its place in the list of counters; the
        place after it says whether the loop's items come from code that can do anything.
    learnt: the names that the commit program tells after a statement, in this order.
    items: the names that it tells where the body of a loop or with statement begins, what the
        header binds first.
    told: the statements whose test or iterable the commit program tells.
    decided: the statements of which it tells, where their bodies begin, how their tests came out
        or which case it is; unless they are told anyway.
    passed: the loops without routed sites of which it tells that they have not left the function.
    inner: the functions inside of it that are run ahead where they are called.
    """

    outline: Outline
    effects: Effects
    routed: frozenset[int]
    counter: dict[int, int]
    learnt: dict[int, tuple[str, ...]]
    items: dict[int, tuple[str, ...]]
    told: frozenset[int]
    decided: frozenset[int]
    passed: frozenset[int]
    inner: dict[ast.AST, Inner]

    def counters(self, loops: tuple[int, ...]) -> tuple[int, ...]:
        """The places of the counters of the counted ones among `loops`."""
        return tuple(self.counter[loop] for loop in loops if loop in self.counter)

    @property
    def size(self) -> int:
        """How many counters there are."""
        return FIRST_LOOP + 2 * len(self.counter)


def plan(outline: Outline, effects: Effects, inner: dict[ast.AST, Inner]) -> Plan:
    """The plan for a function; without routed sites there is nothing to agree on."""
    routed = _routed(outline, effects)
    counted = sorted({loop for i in routed for loop in outline.sites[i].loops})
    counter = {loop: FIRST_LOOP + 2 * rank for rank, loop in enumerate(counted)}
    bound = bound_names(outline, effects.mutated)
    own = _own_names(outline)
    watched = [s for s in outline.statements[1:] if all(loop in counter for loop in s.loops)]
    learnt = {s.index: _learnt(s, outline, bound, own) for s in watched}
    return Plan(
        outline,
        effects,
        routed,
        counter,
        {index: names for index, names in learnt.items() if names},
        {s.index: _items(s, learnt[s.index]) for s in watched if isinstance(s.node, _BODIES)},
        frozenset(s.index for s in watched if _is_told(s, outline, effects)),
        frozenset(s.index for s in watched if _is_decided(s)),
        frozenset(s.index for s in watched if _is_passed(s, outline, counter)),
        inner,
    )


def _routed(outline: Outline, effects: Effects) -> frozenset[int]:
    """The candidates, and the calls of map() and its like with a lambda that has some in it."""
    routed = {i for i, kind in enumerate(effects.kinds) if kind in CANDIDATES}
    inside = {loop for i in routed for loop in outline.sites[i].loops}
    handing = (s for s in outline.sites if s.handed is not None)
    return frozenset(routed | {s.index for s in handing if s.loops[-1] in inside})


def _learnt(
    statement: Statement, outline: Outline, bound: tuple[tuple[str, ...], ...], own: frozenset[str]
) -> tuple[str, ...]:
    if isinstance(statement.node, ast.Delete | ast.Return | ast.Raise):
        return ()
    inner = [s.index for s in outline.statements if outline.inside(s.index, statement.index)]
    names = dict.fromkeys(name for index in inner for name in bound[index] if name in own)
    handlers = {h.name for i in inner for h in getattr(outline.statements[i].node, "handlers", [])}
    return tuple(name for name in names if name not in handlers)


def _items(statement: Statement, learnt: tuple[str, ...]) -> tuple[str, ...]:
    node = statement.node
    targets: list[ast.expr] = []
    if isinstance(node, ast.For | ast.AsyncFor):
        targets = [node.target]
    elif isinstance(node, ast.With | ast.AsyncWith):
        targets = [item.optional_vars for item in node.items if item.optional_vars]
    elif isinstance(node, ast.If):
        return tuple(name for name in learnt if name in walrus_names(node.test))
    elif isinstance(node, ast.Match):
        names = [name for case in node.cases for name in captured_names(case.pattern)]
        return tuple(dict.fromkeys(name for name in names if name in learnt))
    bound = dict.fromkeys(name for target in targets for name in target_names(target))
    again = () if isinstance(node, ast.With | ast.AsyncWith) else learnt
    return tuple(dict.fromkeys((*bound, *again)))


def _own_names(outline: Outline) -> frozenset[str]:
    """The names of the function's own scope: neither global nor nonlocal."""
    names = (name for group in bound_names(outline, None) for name in group)
    return frozenset(names) - declared_names(outline)


def _is_told(statement: Statement, outline: Outline, effects: Effects) -> bool:
    node = statement.node
    if isinstance(node, ast.For):
        return node in outline.loop_of
    if not isinstance(node, ast.If | ast.While):
        return False
    calls = [n for n in ast.walk(node.test) if isinstance(n, ast.Call) and n in outline.of]
    return any(effects.kinds[outline.of[call]] is not Kind.PURE for call in calls)


def _is_decided(statement: Statement) -> bool:
    node = statement.node
    if isinstance(node, ast.Match):
        return True
    return isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Constant)


def _is_passed(statement: Statement, outline: Outline, counter: dict[int, int]) -> bool:
    node = statement.node
    if not isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return False
    if outline.loop_of[node] in counter:
        return False
    return any(isinstance(n, ast.Return | ast.Raise | ast.Assert) for n in ast.walk(node))
