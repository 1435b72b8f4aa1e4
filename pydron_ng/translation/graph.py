"""The dataflow graph of a function: what must be known before what."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pydron_ng.translation.effects import CANDIDATES, Effects
from pydron_ng.translation.names import Flow, Names
from pydron_ng.translation.outline import Outline

if TYPE_CHECKING:
    import networkx as nx

#: ("statement", number) or ("site", number)
Node = tuple[str, int]
_INTERRUPTS = (ast.Return, ast.Break, ast.Continue, ast.Raise, ast.Assert)


def statement(index: int) -> Node:
    """The node of a statement."""
    return ("statement", index)


def site(index: int) -> Node:
    """The node of a call site."""
    return ("site", index)


class Edge(NamedTuple):
    """Why one node comes before another.

    kind: ``data``, ``control`` or ``effect``; name: what the data go by.
    distance: 1 where a later pass of a loop needs it, else 0.
    again: later passes need it, too, because it ends a loop.
    """

    kind: str
    name: str = ""
    distance: int = 0
    again: bool = False


Edges = Mapping[tuple[Node, Node], Edge]


@dataclass(frozen=True, slots=True)
class Graph:
    """Statements and call sites; an edge goes from what must be known (or done) first.

    needed: of each node, where the edges come from that are no mere effects.
    """

    edges: Edges
    needed: Mapping[Node, Sequence[Node]]
    outline: Outline
    effects: Effects

    @property
    def digraph(self) -> nx.DiGraph[Node]:
        """All of it, to be asked more than what runs need: importing networkx takes long."""
        import networkx as nx

        made: nx.DiGraph[Node] = nx.DiGraph()
        made.add_nodes_from(statement(s.index) for s in self.outline.statements)
        made.add_nodes_from(site(s.index) for s in self.outline.sites)
        made.add_edges_from((a, b, edge._asdict()) for (a, b), edge in self.edges.items())
        return made

    def slice(self, *targets: Node) -> frozenset[Node]:
        """All that the targets need, themselves included: ancestors, cut at effects."""
        found, left = set(targets), list(targets)
        while left:
            fresh = [node for node in self.needed.get(left.pop(), ()) if node not in found]
            found.update(fresh)
            left += fresh
        return frozenset(found)

    def slices(self, *, returns: bool = False) -> frozenset[Node]:
        """What the calls that may be functional need, all together.

        returns: and what the function returns.
        """
        targets = [site(index) for index in self.candidates()]
        if returns:
            found = [s for s in self.outline.statements if isinstance(s.node, ast.Return)]
            targets += [statement(s.index) for s in found]
        return self.slice(*targets)

    def candidates(self) -> tuple[int, ...]:
        """The sites whose callee may be functional."""
        kinds = enumerate(self.effects.kinds)
        return tuple(index for index, kind in kinds if kind in CANDIDATES)

    def independent(self, a: int, b: int, *, apart: bool = False) -> bool:
        """Can calls at the sites `a` and `b` overlap: does neither need the other?

        apart: in different passes of the loop around them; else in one and the same.
        """
        needs = self._needed_later if apart else self._needed_at_once
        return not needs(site(a), site(b)) and not needs(site(b), site(a))

    def _needed_at_once(self, first: Node, then: Node) -> bool:
        import networkx as nx

        def at_once(a: Node, b: Node) -> bool:
            return self.edges[a, b].distance == 0

        return bool(nx.has_path(nx.subgraph_view(self._needs(), filter_edge=at_once), first, then))

    def _needed_later(self, first: Node, then: Node) -> bool:
        import networkx as nx

        needs = self._needs()
        from_first = nx.descendants(needs, first) | {first}
        to_then = nx.ancestors(needs, then) | {then}
        return any(
            a in from_first and b in to_then and (data["distance"] or data["again"])
            for a, b, data in needs.edges(data=True)
        )

    def separating(self, a: int, b: int) -> tuple[int, ...]:
        """The statements between two sites that are sync-points, in program order."""
        first, last = (self.outline.sites[i].statement for i in sorted((a, b)))
        return tuple(i for i in range(first, last + 1) if self.effects.sync[i])

    def text(self) -> str:
        """One line for each edge, in program order."""
        edges = sorted(self.edges.items(), key=lambda e: (e[0][0][1], e[0][1][1], e[0]))
        return "\n".join(
            f"{_shown(a)} -> {_shown(b)}  {edge.kind} {edge.name}".rstrip()
            + (" of the pass before" if edge.distance else "")
            for (a, b), edge in edges
        )

    def _needs(self) -> nx.DiGraph[Node]:
        import networkx as nx

        def kept(a: Node, b: Node) -> bool:
            return self.edges[a, b].kind != "effect"

        return nx.subgraph_view(self.digraph, filter_edge=kept)


def _shown(node: Node) -> str:
    return f"{node[0]} {node[1]}"


def graph(outline: Outline, names: Names, effects: Effects) -> Graph:
    """The graph of a function from the facts about it."""
    edges = {pair: Edge("effect") for pair in _effect_chain(effects)}
    for a, b, distance, again in _control(outline):
        edges[a, b] = Edge("control", "", distance, again)
    for a, b, name, distance in _data(outline, names):
        again = (a, b) in edges and edges[a, b].again
        edges[a, b] = Edge("data", name, distance, again)
    needed: dict[Node, list[Node]] = {}
    for (a, b), edge in edges.items():
        if edge.kind != "effect":
            needed.setdefault(b, []).append(a)
    return Graph(edges, needed, outline, effects)


def _effect_chain(effects: Effects) -> Iterator[tuple[Node, Node]]:
    points = [index for index, sync in enumerate(effects.sync) if sync]
    for a, b in pairwise(points):
        yield statement(a), statement(b)


def readers_of(outline: Outline) -> Callable[[Flow], tuple[Node, ...]]:
    """Who needs what a flow brings: the innermost call or statement, and what that decides."""
    readers, deciders = _readers(outline), _deciders(outline)

    def needing(flow: Flow) -> tuple[Node, ...]:
        reader = readers.get(flow.position, statement(flow.target))
        return (reader, *deciders.get(flow.position, ()))

    return needing


def _data(outline: Outline, names: Names) -> Iterator[tuple[Node, Node, str, int]]:
    needing = readers_of(outline)
    for flow in names.flows:
        distance = _distance(outline, flow)
        for reader in needing(flow):
            if reader != statement(flow.source):
                yield statement(flow.source), reader, flow.name, distance
    for number, enclosing in _nesting(outline):
        yield site(number), enclosing, "", 0


def _distance(outline: Outline, flow: Flow) -> int:
    """How many passes of a loop there are between who gives the name its value and who reads it."""
    loops = [set(outline.statements[index].loops) for index in (flow.source, flow.target)]
    for around, index in zip(loops, (flow.source, flow.target), strict=True):
        node = outline.statements[index].node
        if isinstance(node, ast.While):  # its test belongs to each pass
            around.add(outline.loop_of[node])
    return int(flow.source >= flow.target and not loops[0].isdisjoint(loops[1]))


def _readers(outline: Outline) -> dict[tuple[int, int], Node]:
    """The innermost call that reads the name at a position."""
    readers: dict[tuple[int, int], Node] = {}
    for s in reversed(outline.sites):  # outer calls come after the calls in their arguments
        for node in ast.walk(s.node):
            if isinstance(node, ast.Name):
                readers[node.lineno, node.col_offset] = site(s.index)
    return readers


def _deciders(outline: Outline) -> dict[tuple[int, int], tuple[Node, ...]]:
    """The calls that the name at a position decides upon, inside of one expression."""
    decided: dict[tuple[int, int], tuple[Node, ...]] = {}
    for part, call in _decisions(outline):
        if isinstance(part, ast.Name):
            at = part.lineno, part.col_offset
            decided[at] = (*decided.get(at, ()), site(call))
    return decided


def _decisions(outline: Outline) -> Iterator[tuple[ast.AST, int]]:
    """Each name or call of a test, or of what a comprehension goes over, with the calls behind."""
    expressions = (
        ast.IfExp,
        ast.BoolOp,
        ast.Compare,
        ast.ListComp,
        ast.SetComp,
        ast.DictComp,
        ast.GeneratorExp,
    )
    for node in ast.walk(outline.definition):
        if isinstance(node, expressions):
            for tests, behind in _deciding(node):
                calls = [n for part in behind for n in ast.walk(part) if n in outline.of]
                for test in (n for part in tests for n in ast.walk(part)):
                    yield from ((test, outline.of[c]) for c in calls if isinstance(c, ast.Call))


def _deciding(node: ast.expr) -> Iterator[tuple[list[ast.expr], list[ast.expr]]]:
    """The parts of an expression that decide, each with those that they decide upon."""
    match node:
        case ast.IfExp(test, body, orelse):
            yield [test], [body, orelse]
        case ast.BoolOp(_, values):
            for rank in range(1, len(values)):
                yield values[:rank], [values[rank]]
        case ast.Compare(left, _, operands):
            for rank in range(1, len(operands)):
                yield [left, *operands[:rank]], [operands[rank]]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            elements = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            parts = [part for c in node.generators for part in (c.iter, *c.ifs)]
            for rank in range(len(parts)):
                yield [parts[rank]], [*parts[rank + 1 :], *elements]
        case _:
            pass


def _nesting(outline: Outline) -> Iterator[tuple[int, Node]]:
    """Each site with the call or statement that its value goes to."""
    enclosing: dict[ast.AST, int] = {}
    for s in reversed(outline.sites):
        for node in ast.walk(s.node):
            if node is not s.node and node in outline.of:
                enclosing[node] = s.index
    for s in outline.sites:
        outer = enclosing.get(s.node)
        yield s.index, statement(s.statement) if outer is None else site(outer)


def _control(outline: Outline) -> Iterator[tuple[Node, Node, int, bool]]:
    inside: dict[int, list[Node]] = {}
    for s in outline.statements[1:]:
        inside.setdefault(s.parent, []).append(statement(s.index))
    for call in outline.sites:
        owner = outline.statements[call.statement]
        if owner.parent >= 0:
            inside.setdefault(owner.parent, []).append(site(call.index))
    for parent, nodes in inside.items():
        for node in nodes:
            yield statement(parent), node, 0, False
    for part, decided in _decisions(outline):
        if isinstance(part, ast.Call) and part in outline.of:
            yield site(outline.of[part]), site(decided), 0, False
    yield from _exits(outline)


def _exits(outline: Outline) -> Iterator[tuple[Node, Node, int, bool]]:
    """What an exit decides: all that follows it in its loop, or in the function."""
    for s in outline.statements[1:]:
        if not isinstance(s.node, _INTERRUPTS):
            continue
        parent = outline.statements[s.parent]
        if s.parent != 0:  # it decides nothing if it is always reached: what follows is dead
            yield statement(parent.index), statement(s.index), 0, False
        for later, distance, again in _decided(outline, s.index):
            yield statement(s.index), later, distance, again


def _decided(outline: Outline, index: int) -> Iterator[tuple[Node, int, bool]]:
    """What the exit decides upon, how many passes later, and whether in all later passes too."""
    node, loops = outline.statements[index].node, outline.statements[index].loops
    scope = loops[-1] if loops and isinstance(node, ast.Continue | ast.Break) else None
    again = isinstance(node, ast.Break | ast.Return) and bool(loops)
    for other in outline.statements[1:]:
        within = scope is None or scope in other.loops
        repeated = again and not set(loops).isdisjoint(other.loops)
        if within and other.index != index and (other.index > index or repeated):
            yield statement(other.index), int(other.index < index), repeated
    for call in outline.sites:
        within = scope is None or scope in call.loops
        repeated = again and not set(loops).isdisjoint(call.loops)
        if within and (call.statement > index or repeated):
            yield site(call.index), int(call.statement <= index), repeated
