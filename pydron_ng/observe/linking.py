"""From what calls need to how they hang together: blocks, links, and bars that they wait for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pydron_ng.observe.dependence import Blocker, Needs, Step, exit_on, in_circles, loop_over
from pydron_ng.observe.explanation import Call, Cause, State, SyncPoint
from pydron_ng.observe.flow import Bar, Block, Flow, Hold, Link, Passes, needed_links
from pydron_ng.translation.graph import Graph, Node
from pydron_ng.translation.outline import Outline, Statement


class Holding(NamedTuple):
    """Why the call at a site waits: what is in its way, and what is said of that."""

    site: int
    blocker: Blocker
    cause: Cause


@dataclass(frozen=True, slots=True)
class Part:
    """The function, or one inside of it, as far as it is explained. calls: one for each of needs.

    points: the sync-points, with their statements.
    """

    graph: Graph
    needs: dict[int, Needs]
    calls: tuple[Call, ...]
    holdings: tuple[Holding, ...]
    points: tuple[tuple[Statement, SyncPoint], ...]


def flow_of(parts: Sequence[Part], order: Sequence[int]) -> Flow:
    """How the calls of all parts hang together; the first is the function itself.

    order: the number that each call has in what is told, one part after the other.
    """
    blocks: list[Block] = []
    block_of = [0] * len(order)
    links: list[Link] = []
    bars: list[Bar] = []
    done = 0
    for part in parts:
        linking = _Linking(part, order[done : done + len(part.calls)], len(blocks))
        done += len(part.calls)
        blocks += linking.blocks()
        for call, block in linking.places():
            block_of[call] = block
        links += needed_links(linking.links())
        bars += linking.bars()
    return Flow(tuple(blocks), tuple(block_of), tuple(links), tuple(bars))


class _Linking:
    def __init__(self, part: Part, order: Sequence[int], first: int) -> None:
        """first: the number of the block that all of it is in."""
        self._part, self._first = part, first
        self._outline: Outline = part.graph.outline
        self._number = dict(zip(part.needs, order, strict=True))
        self._told = dict(zip(part.needs, part.calls, strict=True))
        self._holdings = [
            holding
            for holding in part.holdings
            if self._told[holding.site].state is not State.INLINE
        ]
        self._paths = {
            (s, t): path for t, need in part.needs.items() for s, path in need.calls.items()
        }
        self._loops = self._loops_shown()
        self._circles = in_circles(part.needs)

    # --- blocks ---

    def blocks(self) -> Iterator[Block]:
        definition = self._outline.definition
        outer = 0 if self._first else -1
        word = "async def" if isinstance(definition, ast.AsyncFunctionDef) else "def"
        title = f"{word} {definition.name}({_parameters(definition.args)})"
        yield Block(title, definition.lineno, outer)
        nodes = {number: node for node, number in self._outline.loop_of.items()}
        for loop in self._loops:
            outer = self._block(self._outline.loops[loop][:-1])
            title, line = _header(nodes[loop])
            yield self._with_passes(loop, Block(title, line, outer))

    def places(self) -> Iterator[tuple[int, int]]:
        """The number of each call, and that of its block."""
        for site, number in self._number.items():
            yield number, self._block(self._outline.sites[site].loops)

    def _loops_shown(self) -> list[int]:
        """Those with calls in them; outer ones first."""
        return sorted({loop for site in self._number for loop in self._outline.sites[site].loops})

    def _block(self, loops: tuple[int, ...]) -> int:
        """The innermost block around what these loops are around."""
        shown = [loop for loop in loops if loop in self._loops]
        return self._first + (self._loops.index(shown[-1]) + 1 if shown else 0)

    # --- passes of loops ---

    def _with_passes(self, loop: int, block: Block) -> Block:
        waits = [h for h in self._holdings if self._is_within(h, loop)]
        if waits:
            sure = [h for h in waits if h.cause.is_sure] or waits
            lines = tuple(sorted({h.cause.line for h in sure}))
            is_sure = any(h.cause.is_sure for h in waits)
            return replace(block, passes=Passes.WAIT, lines=lines, is_sure=is_sure)
        carried = [pair for pair in self._paths if self._is_carried(pair, loop)]
        if not carried:
            return replace(block, passes=Passes.OVERLAP)
        return self._carried(loop, block, carried)

    def _carried(self, loop: int, block: Block, carried: list[tuple[int, int]]) -> Block:
        exits = [exit_on(self._part.graph, self._paths[pair]) for pair in carried]
        lines = tuple(sorted({node.lineno for node in exits if node is not None}))
        if lines:
            return replace(block, passes=Passes.UNDECIDED, lines=lines)
        inner = {self._outline.sites[target].loops[-1] for _, target in carried}
        passes = Passes.CHAIN if loop in inner else Passes.ROUNDS
        names = (name for pair in carried for name in self._carrying(self._paths[pair]))
        causes = [c for _, target in carried for c in self._told[target].causes]
        is_sure = not causes or any(cause.is_sure for cause in causes)
        return replace(block, passes=passes, is_sure=is_sure, by=tuple(dict.fromkeys(names)))

    def _is_within(self, holding: Holding, loop: int) -> bool:
        around = self._outline.sites[holding.site].loops
        return not holding.cause.is_once and loop in around and loop in self._loops_of(holding)

    def _is_carried(self, pair: tuple[int, int], loop: int) -> bool:
        """Do passes of this loop wait for each other by this pair of calls?"""
        if not self._circles.issuperset(pair) or not self._is_later(*pair, self._paths[pair]):
            return False
        if any(self._told[site].state is State.INLINE for site in pair):
            return False
        later = [step for step in self._paths[pair] if self._distance(step)]
        around = [set(self._around(n)) for step in later for n in (step.needed, step.by)]
        around = around or [set(self._outline.sites[site].loops) for site in pair]
        common = set.intersection(*around)
        return loop == max(common, key=lambda one: len(self._outline.loops[one]), default=-1)

    def _carrying(self, path: tuple[Step, ...]) -> Iterator[str]:
        """The names that bring something to the next pass."""
        later = [step.name for step in path if step.name and self._distance(step)]
        yield from later or [step.name for step in path if step.name][:1]

    def _around(self, node: Node) -> tuple[int, ...]:
        """The loops around a node; the header of a loop belongs to each of its passes."""
        kind, number = node
        if kind == "site":
            return self._outline.sites[number].loops
        found = self._outline.statements[number]
        own = self._outline.loop_of.get(found.node)
        return found.loops if own is None else (*found.loops, own)

    def _distance(self, step: Step) -> int:
        edge = self._part.graph.edges.get((step.needed, step.by))
        return 0 if edge is None else edge.distance

    # --- links ---

    def links(self) -> Iterator[Link]:
        for (source, target), path in self._paths.items():
            ends = self._number[source], self._number[target]
            is_later = self._is_later(source, target, path)
            names = tuple(self._carrying(path)) if is_later else self._names(path)
            yield Link(*ends, names, self._decides(path), is_later)

    def _is_later(self, source: int, target: int, path: tuple[Step, ...]) -> bool:
        return source >= target or any(self._distance(step) for step in path)

    def _decides(self, path: tuple[Step, ...]) -> bool:
        edges = (self._part.graph.edges.get((step.needed, step.by)) for step in path)
        return any(edge is None or edge.kind == "control" for edge in edges)

    def _names(self, path: tuple[Step, ...]) -> tuple[str, ...]:
        """What brings the result; all of the names, where one statement binds several of them."""
        step = next((step for step in reversed(path) if step.name), None)
        if step is None or step.needed[0] != "statement":
            return ()
        bound = _bound_by(self._outline.statements[step.needed[1]].node)
        read = self._read_by(step.by)
        return tuple(dict.fromkeys((step.name, *(name for name in read if name in bound))))

    def _read_by(self, node: Node) -> list[str]:
        kind, number = node
        if kind == "site":
            return _names_in(self._outline.sites[number].node, ast.Load)
        found = self._outline.statements[number].node
        return [] if hasattr(found, "body") else _names_in(found, ast.Load)

    # --- bars ---

    def bars(self) -> Iterator[Bar]:
        """Those that calls wait for, and sync-points that nothing waits for, by lines."""
        found = {bar.line: bar for bar in self._idle()}
        found |= {bar.line: bar for bar in self._holding()}
        yield from (found[line] for line in sorted(found))

    def _holding(self) -> Iterator[Bar]:
        points = {point.line: point for _, point in self._part.points}
        found: dict[int, list[Holding]] = {}
        for holding in self._holdings:
            found.setdefault(holding.cause.line, []).append(holding)
        for line, holdings in found.items():
            cause, point = holdings[0].cause, points.get(line)
            is_same = point is not None and cause.is_sure and cause.code != "iterator"
            what = point.what if is_same and point else cause.why.partition(";")[0]
            what = what.partition(", which ")[0]
            block = max(self._block(self._loops_of(holding)) for holding in holdings)
            holds = tuple(dict.fromkeys(self._hold(holding) for holding in holdings))
            yield Bar(line, cause.code, what, cause.why, cause.way_out, block, holds)

    def _idle(self) -> Iterator[Bar]:
        for statement, point in self._part.points:
            block = self._block(self._around(("statement", statement.index)))
            yield Bar(point.line, point.code, point.what, "", point.way_out, block, ())

    def _hold(self, holding: Holding) -> Hold:
        site, blocker, cause = holding
        is_later = any(self._distance(step) for step in blocker.path)
        is_later |= blocker.site is not None and blocker.site.index > site
        return Hold(self._number[site], cause.is_sure, is_later, cause.is_once)

    def _loops_of(self, holding: Holding) -> tuple[int, ...]:
        """The loops around both, a call and what it waits for."""
        own = self._outline.sites[holding.site].loops
        return tuple(loop for loop in self._around_blocker(holding) if loop in own)

    def _around_blocker(self, holding: Holding) -> tuple[int, ...]:
        site, blocker, cause = holding
        loop = loop_over(self._part.graph, site, blocker) if cause.code == "iterator" else None
        if loop is not None:
            return self._outline.loops[self._outline.loop_of[loop]]
        if blocker.site is not None:
            return blocker.site.loops
        if blocker.path:
            return self._around(blocker.path[0].needed)
        return self._outline.sites[site].loops


def _bound_by(node: ast.stmt) -> list[str]:
    """The names that a statement binds itself, not by what is inside of it."""
    if isinstance(node, ast.For | ast.AsyncFor):
        return _names_in(node.target, ast.Store)
    return [] if hasattr(node, "body") else _names_in(node, ast.Store)


def _names_in(node: ast.AST, context: type[ast.expr_context]) -> list[str]:
    names = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return [name.id for name in names if isinstance(name.ctx, context)]


def _parameters(arguments: ast.arguments) -> str:
    """The parameters without annotations and defaults."""
    star = [f"*{one.arg}" for one in (arguments.vararg,) if one]
    both = [f"**{one.arg}" for one in (arguments.kwarg,) if one]
    plain = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    return ", ".join([*plain, *star, *(one.arg for one in arguments.kwonlyargs), *both])


def _header(node: ast.AST) -> tuple[str, int]:
    """The first line of a loop, as one would say it, and its number."""
    match node:
        case ast.For(target, iterable) | ast.comprehension(target, iterable):
            return f"for {ast.unparse(target)} in {ast.unparse(iterable)}", target.lineno
        case ast.AsyncFor(target, iterable):
            return f"async for {ast.unparse(target)} in {ast.unparse(iterable)}", target.lineno
        case ast.While(test):
            return f"while {ast.unparse(test)}", node.lineno
        case ast.Call():
            return ast.unparse(node), node.lineno
        case _:
            raise TypeError(f"{type(node).__name__} is no loop")
