"""What calls of a function need of each other, by its source, for whoever has their keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from pydron_ng.errors import TranslationError
from pydron_ng.observe.dependence import Needs, Step, loops_of, needs_of
from pydron_ng.observe.records.record import Need
from pydron_ng.runtime.program import Program
from pydron_ng.translation.graph import Graph


def needs_in(program: Program) -> tuple[Need, ...]:
    """All that is known of the sites of a function; nothing where its source is gone."""
    try:
        graph, reasons = program.graph, program.run_ahead.reasons
    except TranslationError:
        return ()
    needs = needs_of(graph, graph.effects.kinds, reasons, {}, speculate=program.speculate)
    return tuple(found for one in needs.values() for found in _needs(graph, one))


def _needs(graph: Graph, needs: Needs) -> Iterator[Need]:
    here = graph.outline.sites[needs.site].loops
    for other, path in needs.calls.items():
        there = graph.outline.sites[other].loops
        depth = len([*takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))])
        yield Need(needs.site, other, depth, _carried(graph, path, depth))


def _carried(graph: Graph, path: tuple[Step, ...], depth: int) -> int:
    """The loop, by its number from outside, whose pass before is needed; -1 if it is the same."""
    carrying = [step for step in path if _distance(graph, step)]
    if not carrying or not depth:
        return -1
    around = [len(loops_of(graph, node)) for s in carrying for node in (s.needed, s.by)]
    return min(depth, *around) - 1


def _distance(graph: Graph, step: Step) -> int:
    """How many passes apart; a step past a with statement, or into a lambda, is no edge."""
    edge = graph.edges.get((step.needed, step.by))
    return 0 if edge is None else edge.distance
