"""Why a call that may run ahead has to wait: what it needs, followed back to where that is from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydron_ng.events import Reason
from pydron_ng.translation.effects import CANDIDATES
from pydron_ng.translation.graph import Edge, Graph, Node, site, statement
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.outline import Outline, Site

#: Where attributes are read that nothing changes, see ``pydron_ng.translation.fields``.
Lasting = Mapping[tuple[int, int], bool]
_EXITS = (ast.Return, ast.Break, ast.Continue, ast.Raise, ast.Assert)
#: Calls of these kinds are the program's alone: run-ahead never makes them.
BLIND = frozenset({Kind.UNKNOWN, Kind.OBSERVER})


@dataclass(frozen=True, slots=True)
class Step:
    """From a node to one that it needs. name: of the variable that brings it, if one does."""

    needed: Node
    by: Node
    name: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that only the program itself can do, and that a call needs.

    path: from the blocker to the call, the nearest to it last.
    site: the call that is not known to be pure; None where it is a construct.
    changes: the name of the object that it may change; empty where its value is what is needed.
    reason: what run-ahead says of a construct.
    """

    path: tuple[Step, ...]
    site: Site | None
    changes: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What one call needs. calls: the sites of the calls whose results it needs, each by a path."""

    site: int
    calls: dict[int, tuple[Step, ...]]
    blockers: tuple[Blocker, ...]


def needs_of(
    graph: Graph,
    kinds: Sequence[Kind | None],
    reasons: tuple[Reason, ...],
    apart: Mapping[int, str],
    *,
    speculate: bool,
) -> dict[int, Needs]:
    """What each call needs that may run ahead.

    kinds: of each site, as far as more is known than the graph was made from; None for what may
        be read ahead by the user's word.
    apart: of sites, the name of the object that the callee is not given, though it is its method.
    reasons: what run-ahead cannot evaluate; speculate: exits decide nothing.
    """
    constructs = [r for r in reasons if r.code != "unknown-call"]
    return {
        number: _Walk(graph, kinds, constructs, apart, speculate=speculate).back_from(number)
        for number, kind in enumerate(kinds)
        if kind in CANDIDATES
    }


def in_circles(needs: dict[int, Needs]) -> frozenset[int]:
    """The calls that need results of their own earlier passes: one after the other."""
    return frozenset(number for number in needs if number in _reachable(needs, number))


def is_once(graph: Graph, number: int, blocker: Blocker) -> bool:
    """Is it done once for all passes of the loops around a call, which overlap after that?"""
    around = set(graph.outline.sites[number].loops)
    if not around or blocker.site is None:
        return False
    return around.isdisjoint(blocker.site.loops)


def through_container(graph: Graph, path: tuple[Step, ...]) -> str:
    """The name of a container on the way that the function itself fills; empty if there is none."""
    mutated = graph.effects.mutated
    for step in path:
        kind, number = step.needed
        if kind == "statement" and step.name and step.name in mutated[number]:
            return step.name
    return ""


def receiver_of(call: Site) -> str:
    """The name of the object of a method call; empty where it has none, or no name."""
    func = call.node.func
    named = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name)
    return ast.unparse(func).partition(".")[0] if named else ""


def reads_only(call: Site, name: str, fields: Lasting) -> bool:
    """Does the call take nothing of an object but the attributes at these places?"""
    reads = _reads_of(call.node, name)
    return all((read.value.lineno, read.value.col_offset) in fields for read in reads)


def fields_read(
    outline: Outline, path: tuple[Step, ...], name: str, fields: Lasting
) -> tuple[str, ...]:
    """What a path reads of an object, if that is nothing but attributes at these places."""
    readers = [step.by for step in path if step.name == name]
    nodes = [
        outline.sites[number].node if kind == "site" else outline.statements[number].node
        for kind, number in readers
    ]
    reads = [read for node in nodes for read in _reads_of(node, name)]
    if any((read.value.lineno, read.value.col_offset) not in fields for read in reads):
        return ()
    return tuple(dict.fromkeys(map(ast.unparse, reads)))


def _reads_of(node: ast.AST, name: str) -> Iterator[Any]:
    """The attributes that are read of a name; where all of it is read, as if of itself."""
    inside: dict[ast.AST, ast.Attribute] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            inside[part.value] = part
        if isinstance(part, ast.Name) and part.id == name:
            yield inside.get(part) or ast.Starred(part)


def carrying_loop(graph: Graph, needs: Needs) -> int:
    """The loop whose passes wait for each other because of this call; -1 where nobody knows."""
    path = needs.calls.get(needs.site, ())
    around = [set(loops_of(graph, node)) for step in path for node in (step.needed, step.by)]
    common = set.intersection(*around) if around else set()
    return max(common, key=lambda loop: len(graph.outline.loops[loop]), default=-1)


def loops_of(graph: Graph, node: Node) -> tuple[int, ...]:
    """The loops around a node; the header of a loop belongs to each pass of it."""
    kind, number = node
    if kind == "site":
        return graph.outline.sites[number].loops
    found = graph.outline.statements[number]
    own = graph.outline.loop_of.get(found.node)
    return found.loops if own is None else (*found.loops, own)


def _reachable(needs: dict[int, Needs], start: int) -> set[int]:
    found: set[int] = set()
    left = list(needs[start].calls)
    while left:
        number = left.pop()
        if number not in found and number in needs:
            found.add(number)
            left += needs[number].calls
    return found


class _Walk:
    """Back from one call, up to the next calls on each way."""

    def __init__(
        self,
        graph: Graph,
        kinds: Sequence[Kind | None],
        constructs: list[Reason],
        apart: Mapping[int, str],
        *,
        speculate: bool,
    ) -> None:
        self._graph = graph
        self._outline, self._kinds = graph.outline, kinds
        self._speculate, self._apart = speculate, apart
        self._constructs: dict[int, list[Reason]] = {}
        for reason in constructs:
            self._constructs.setdefault(self._statement_at(reason.line), []).append(reason)
        self._came: dict[Node, Step] = {}
        self._calls: dict[int, tuple[Step, ...]] = {}
        self._blockers: list[Blocker] = []

    def back_from(self, number: int) -> Needs:
        start = site(number)
        self._at_construct(self._outline.sites[number].statement, ())
        left = [start]
        while left:
            node = left.pop(0)
            for step in self._steps(node) if node != start else self._first_steps(start):
                if step.needed == start:
                    self._calls.setdefault(number, (step, *self._path(step.by)))
                elif step.needed not in self._came:
                    self._came[step.needed] = step
                    if self._goes_on(step):
                        left.append(step.needed)
        return Needs(number, self._calls, tuple(self._blockers))

    def _steps(self, node: Node) -> Iterator[Step]:
        for other in self._graph.needed.get(node, ()):
            edge = self._graph.edges[other, node]
            if self._is_of_itself(other, node, edge) or self._is_apart(node, edge):
                continue
            if edge.kind == "control" and self._is_with(other):
                yield from (Step(step.needed, node, "") for step in self._around(other))
            elif not self._is_passed_over(other, edge):
                yield Step(other, node, edge.name)

    def _is_apart(self, node: Node, edge: Edge) -> bool:
        return node[0] == "site" and edge.name != "" and self._apart.get(node[1]) == edge.name

    def _is_of_itself(self, node: Node, part: Node, edge: Edge) -> bool:
        """Does a statement change what a call in it takes, in one and the same pass?"""
        if node[0] != "statement" or part[0] != "site" or edge.distance or not edge.name:
            return False
        is_its_own = self._outline.sites[part[1]].statement == node[1]
        return is_its_own and edge.name in self._graph.effects.mutated[node[1]]

    def _is_with(self, node: Node) -> bool:
        """Entering a context decides nothing: its body runs ahead, and waits for names alone."""
        return node[0] == "statement" and isinstance(
            self._outline.statements[node[1]].node, ast.With | ast.AsyncWith
        )

    def _around(self, node: Node) -> Iterator[Step]:
        """What decides whether one comes to a with statement."""
        for other in self._graph.needed.get(node, ()):
            if self._graph.edges[other, node].kind == "control":
                if self._is_with(other):
                    yield from self._around(other)
                elif not self._is_passed_over(other, self._graph.edges[other, node]):
                    yield Step(other, node, "")

    def _first_steps(self, start: Node) -> Iterator[Step]:
        """Those of a call in a lambda include what map() or its like goes over."""
        yield from self._steps(start)
        here = self._outline.sites[start[1]]
        for node, loop in self._outline.loop_of.items():
            if isinstance(node, ast.Call) and node is not here.node and loop in here.loops:
                inside = {s.index for s in self._outline.sites if loop in s.loops}
                for step in self._steps(site(self._outline.of[node])):
                    if step.needed[0] == "statement" or step.needed[1] not in inside:
                        yield Step(step.needed, start, step.name)

    def _is_passed_over(self, node: Node, edge: Edge) -> bool:
        if not self._speculate or edge.kind != "control" or node[0] != "statement":
            return False
        return isinstance(self._outline.statements[node[1]].node, _EXITS)

    def _goes_on(self, step: Step) -> bool:
        kind, number = step.needed
        path = self._path(step.needed)
        if kind == "statement":
            self._at_construct(number, path)
            return True
        if self._kinds[number] in CANDIDATES:
            self._calls[number] = path
            return False
        if self._kinds[number] in BLIND:
            self._blockers.append(self._blind(number, path))
            return False
        return self._kinds[number] is not None

    def _blind(self, number: int, path: tuple[Step, ...]) -> Blocker:
        """A call as a statement of its own is needed for what it changes."""
        found = self._outline.sites[number]
        is_alone = isinstance(self._outline.statements[found.statement].node, ast.Expr)
        changes = next((step.name for step in path if step.name), "") if is_alone else ""
        return Blocker(path, found, changes)

    def _at_construct(self, number: int, path: tuple[Step, ...]) -> None:
        for reason in self._constructs.get(number, ()):
            self._blockers.append(Blocker(path, None, reason=reason))

    def _path(self, node: Node) -> tuple[Step, ...]:
        steps: list[Step] = []
        while node in self._came:
            steps.append(self._came[node])
            node = steps[-1].by
        return tuple(steps)

    def _statement_at(self, line: int) -> int:
        inside = [
            s.index
            for s in self._outline.statements
            if s.node.lineno <= line <= (s.node.end_lineno or s.node.lineno)
        ]
        return max(inside, default=0)


def exit_on(graph: Graph, path: tuple[Step, ...]) -> ast.stmt | None:
    """The ``break``, ``return`` or the like on the way, if there is one."""
    for step in path:
        for kind, number in (step.needed, step.by):
            node = graph.outline.statements[number].node if kind == "statement" else None
            if isinstance(node, _EXITS) and statement(number) == step.needed:
                return node
    return None


def loop_over(graph: Graph, number: int, blocker: Blocker) -> ast.For | ast.comprehension | None:
    """The loop around the call that goes over what the blocker makes, if there is one."""
    nodes = {loop: node for node, loop in graph.outline.loop_of.items()}
    names = {step.name for step in blocker.path if step.name}
    for loop in graph.outline.sites[number].loops:
        node = nodes[loop]
        if isinstance(node, ast.For | ast.comprehension) and _is_made(node.iter, names, blocker):
            return node
    return None


def _is_made(iterable: ast.expr, names: set[str], blocker: Blocker) -> bool:
    parts = list(ast.walk(iterable))
    if blocker.site is not None and blocker.site.node in parts:
        return True
    return any(isinstance(part, ast.Name) and part.id in names for part in parts)
