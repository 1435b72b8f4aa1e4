"""What stands at which height: rows of what is independent, cut by what others wait for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydron_ng.observe.flow import Bar, Flow


@dataclass(frozen=True, slots=True)
class Item:
    """What stands in a block: a call, or a block inside of it; by its number."""

    kind: str  # "call" or "block"
    number: int


@dataclass(frozen=True, slots=True)
class Lane:
    """Room that a link needs in a row that it only passes. source: the call that it comes from."""

    source: int
    decides: bool


Cell = Item | Lane


@dataclass(frozen=True, slots=True)
class Row:
    """Side by side: nothing in it waits for anything else in it."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A bar from side to side: what is below it waits for it."""

    bar: Bar


@dataclass(frozen=True, slots=True)
class Idle:
    """Sync-points that nothing waits for, together."""

    bars: tuple[Bar, ...]


Layer = Row | Stop | Idle


class Rows:
    """The layers of each block of a function, from top to bottom."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._links = [link for link in flow.links if not link.is_later]

    def of(self, block: int) -> tuple[Layer, ...]:
        before = self._ordered(block, self._items(block))
        items = list(before)
        stops = [bar for bar in self._flow.bars if bar.block == block and bar.holds]
        stops.sort(key=lambda bar: (bar.code != "iterator", bar.line))
        level = _levels(before, self._sections(block, before, stops))
        layers: list[Layer] = []
        for section in range(len(stops) + 1):
            layers += [Stop(stops[section - 1])] if section else []
            heights = sorted({level[item] for item in items if level[item][0] == section})
            layers += [Row(tuple(i for i in items if level[i] == height)) for height in heights]
        idle = tuple(bar for bar in self._flow.bars if bar.block == block and not bar.holds)
        return (*self._with_lanes(block, layers), *([Idle(idle)] if idle else []))

    def item_in(self, block: int, inner: int, call: int = -1) -> Item | None:
        """What stands in `block` and holds the block `inner`, or the call in it."""
        around = self._flow.around(inner)
        if block not in around:
            return None
        if inner == block:
            return Item("call", call) if call >= 0 else None
        return Item("block", around[around.index(block) + 1])

    def item_of(self, block: int, call: int) -> Item | None:
        """What stands in `block` and is the call, or has it inside."""
        return self.item_in(block, self._flow.block_of[call], call)

    def _items(self, block: int) -> list[Item]:
        """In the order of the source: blocks stand where their first call does."""
        found: dict[Item, None] = {}
        for call in range(len(self._flow.block_of)):
            item = self.item_of(block, call)
            if item is not None:
                found[item] = None
        for number, inner in enumerate(self._flow.blocks):
            if inner.outer == block:
                found.setdefault(Item("block", number))
        return list(found)

    def _ordered(self, block: int, found: Sequence[Item]) -> dict[Item, set[Item]]:
        """Each item, in an order in which all may be done, with what has to be above it."""
        import networkx as nx

        rank = {item: place for place, item in enumerate(found)}
        graph: nx.DiGraph[Item] = nx.DiGraph()
        graph.add_nodes_from(found)
        for above, below in self._pairs(block):
            if above in rank and below in rank and above != below:
                graph.add_edge(above, below)
        while not nx.is_directed_acyclic_graph(graph):  # what the drawing of blocks takes together
            circle = nx.find_cycle(graph)
            graph.remove_edge(*max(circle, key=lambda edge: rank[edge[0]] - rank[edge[1]]))
        order = nx.lexicographical_topological_sort(graph, key=rank.__getitem__)
        return {item: set(graph.predecessors(item)) for item in order}

    def _pairs(self, block: int) -> Iterator[tuple[Item | None, Item | None]]:
        for link in self._links:
            yield self.item_of(block, link.source), self.item_of(block, link.target)
        for bar in self._flow.bars:
            for hold in bar.holds:
                if not hold.is_later:
                    yield self.item_in(block, bar.block), self.item_of(block, hold.call)

    def _sections(
        self,
        block: int,
        before: Mapping[Item, set[Item]],
        stops: Sequence[Bar],
    ) -> dict[Item, int]:
        """How many of the bars each item is below of."""
        section = dict.fromkeys(before, 0)
        for place, bar in enumerate(stops, 1):
            held = {self.item_of(block, h.call) for h in bar.holds if not h.is_later}
            section |= dict.fromkeys((item for item in held if item in section), place)
        for item, above in before.items():
            section[item] = max([section[item], *(section[one] for one in above)])
        return section

    def _with_lanes(self, block: int, layers: Sequence[Layer]) -> Iterator[Layer]:
        """Links that pass a row get room in it."""
        places = [row for row in layers if isinstance(row, Row)]
        height = {cell: rank for rank, row in enumerate(places) for cell in row.cells}
        lanes: list[dict[Lane, None]] = [{} for _ in places]
        for link in self._links:
            ends = self.item_of(block, link.source), self.item_of(block, link.target)
            if ends == (None, None) or ends[0] == ends[1]:
                continue
            first = -1 if ends[0] is None else height[ends[0]]
            last = len(places) if ends[1] is None else height[ends[1]]
            for passed in range(first + 1, last):
                lanes[passed][Lane(link.source, link.decides)] = None
        passing = iter(lanes)
        for layer in layers:
            yield Row((*layer.cells, *next(passing))) if isinstance(layer, Row) else layer


def _levels(
    before: Mapping[Item, set[Item]], section: Mapping[Item, int]
) -> dict[Item, tuple[int, int]]:
    """The section of each item, and its row in there."""
    level: dict[Item, tuple[int, int]] = {}
    for item, others in before.items():
        above = [level[one][1] + 1 for one in others if section[one] == section[item]]
        level[item] = section[item], max(above, default=0)
    return level
