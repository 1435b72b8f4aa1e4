"""The dataflow graph of a function: what must be known before what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

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


@dataclass(frozen=True, slots=True)
class Graph:
    """Statements and call sites; edges of kind ``data``, ``control`` and ``effect``.

    An edge goes from what must be known (or done) first to what needs it.
    """

    digraph: nx.DiGraph[Node]
    outline: Outline
    effects: Effects

    def slice(self, target: Node) -> frozenset[Node]:
        """All that `target` needs, itself included: ancestors, cut at effects."""
        import networkx as nx

        return frozenset(nx.ancestors(self._needs(), target)) | {target}

    def slices(self) -> frozenset[Node]:
        """What the calls that may be functional need, all together."""
        needed: set[Node] = set()
        for index in self.candidates():
            needed |= self.slice(site(index))
        return frozenset(needed)

    def candidates(self) -> tuple[int, ...]:
        """The sites whose callee may be functional."""
        kinds = enumerate(self.effects.kinds)
        return tuple(index for index, kind in kinds if kind in CANDIDATES)

    def independent(self, a: int, b: int) -> bool:
        """Can the calls at sites `a` and `b` of one pass overlap: does neither need the other?"""
        return site(a) not in self.slice(site(b)) and site(b) not in self.slice(site(a))

    def separating(self, a: int, b: int) -> tuple[int, ...]:
        """The statements between two sites that are sync-points, in program order."""
        first, last = (self.outline.sites[i].statement for i in sorted((a, b)))
        return tuple(i for i in range(first, last + 1) if self.effects.sync[i])

    def text(self) -> str:
        """One line for each edge, in program order."""
        edges = sorted(self.digraph.edges(data=True), key=lambda e: (e[0][1], e[1][1], e[0], e[1]))
        return "\n".join(
            f"{_shown(a)} -> {_shown(b)}  {data['kind']} {data.get('name', '')}".rstrip()
            for a, b, data in edges
        )

    def _needs(self) -> nx.DiGraph[Node]:
        import networkx as nx

        def kept(a: Node, b: Node) -> bool:
            return bool(self.digraph.edges[a, b]["kind"] != "effect")

        return nx.subgraph_view(self.digraph, filter_edge=kept)


def _shown(node: Node) -> str:
    return f"{node[0]} {node[1]}"


def graph(outline: Outline, names: Names, effects: Effects) -> Graph:
    """The graph of a function from the facts about it."""
    import networkx as nx

    digraph: nx.DiGraph[Node] = nx.DiGraph()
    digraph.add_nodes_from(statement(s.index) for s in outline.statements)
    digraph.add_nodes_from(site(s.index) for s in outline.sites)
    for a, b in _effect_chain(effects):
        digraph.add_edge(a, b, kind="effect")
    for a, b in _control(outline):
        digraph.add_edge(a, b, kind="control")
    for a, b, name in _data(outline, names):
        digraph.add_edge(a, b, kind="data", name=name)
    return Graph(digraph, outline, effects)


def _effect_chain(effects: Effects) -> Iterator[tuple[Node, Node]]:
    points = [index for index, sync in enumerate(effects.sync) if sync]
    for a, b in pairwise(points):
        yield statement(a), statement(b)


def _data(outline: Outline, names: Names) -> Iterator[tuple[Node, Node, str]]:
    readers = _readers(outline)
    deciders = _deciders(outline)
    for flow in names.flows:
        decided = deciders.get(flow.position, ())
        yield from _flow(flow, [readers.get(flow.position, statement(flow.target)), *decided])
    for number, enclosing in _nesting(outline):
        yield site(number), enclosing, ""


def _flow(flow: Flow, readers: list[Node]) -> Iterator[tuple[Node, Node, str]]:
    for reader in readers:
        if reader != statement(flow.source):
            yield statement(flow.source), reader, flow.name


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
    expressions = (ast.IfExp, ast.BoolOp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
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


def _control(outline: Outline) -> Iterator[tuple[Node, Node]]:
    inside: dict[int, list[Node]] = {}
    for s in outline.statements[1:]:
        inside.setdefault(s.parent, []).append(statement(s.index))
    for call in outline.sites:
        owner = outline.statements[call.statement]
        if owner.parent >= 0:
            inside.setdefault(owner.parent, []).append(site(call.index))
    for parent, nodes in inside.items():
        for node in nodes:
            yield statement(parent), node
    for part, decided in _decisions(outline):
        if isinstance(part, ast.Call) and part in outline.of:
            yield site(outline.of[part]), site(decided)
    yield from _exits(outline)


def _exits(outline: Outline) -> Iterator[tuple[Node, Node]]:
    """What an exit decides: all that follows it in its loop, or in the function."""
    for s in outline.statements[1:]:
        if not isinstance(s.node, _INTERRUPTS):
            continue
        parent = outline.statements[s.parent]
        if s.parent != 0:  # it decides nothing if it is always reached: what follows is dead
            yield statement(parent.index), statement(s.index)
        for later in _decided(outline, s.index):
            yield statement(s.index), later


def _decided(outline: Outline, index: int) -> Iterator[Node]:
    node, loops = outline.statements[index].node, outline.statements[index].loops
    scope = loops[-1] if loops and isinstance(node, ast.Continue | ast.Break) else None
    again = isinstance(node, ast.Break | ast.Return) and bool(loops)
    for other in outline.statements[1:]:
        within = scope is None or scope in other.loops
        repeated = again and set(loops) & set(other.loops)
        if within and other.index != index and (other.index > index or repeated):
            yield statement(other.index)
    for call in outline.sites:
        within = scope is None or scope in call.loops
        repeated = again and set(loops) & set(call.loops)
        if within and (call.statement > index or repeated):
            yield site(call.index)
