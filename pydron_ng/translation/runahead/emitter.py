"""The frame of a run-ahead program: units, names and dispatch; what to emit is each construct's.

A unit is a coroutine function: the whole function, the body of a loop, or a compound statement
that may have to wait. It takes the names that it reads and returns those that others read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydron_ng.events import Reason
from pydron_ng.translation.graph import Graph
from pydron_ng.translation.names import Flow
from pydron_ng.translation.outline import Outline
from pydron_ng.translation.plan import Plan

Emit = Callable[["Emitter", ast.AST], str]
EmitStatement = Callable[["Emitter", ast.AST, int], None]
INDENT = "    "


@dataclass
class Constructs:
    """Who emits what: filled by the files of this package, each construct in its own."""

    expressions: dict[type[ast.AST], Emit] = field(default_factory=dict)
    statements: dict[type[ast.AST], EmitStatement] = field(default_factory=dict)
    library: dict[str, object] = field(default_factory=dict)


@dataclass
class Unit:
    """A coroutine function while it is written."""

    name: str
    lines: list[str] = field(default_factory=list)
    used: dict[str, None] = field(default_factory=dict)  # names read or written, in order
    depth: int = 1


class Emitter:
    """Writes the units of one function."""

    def __init__(self, plan: Plan, graph: Graph, flows: tuple[Flow, ...], made: Constructs) -> None:
        self.plan = plan
        self.outline: Outline = plan.outline
        self.reasons: list[Reason] = []
        self.scope: str | None = None
        self._constructs = made
        self._needed = _needed_statements(graph)
        self._flows = [flow for flow in flows if flow.target in self._needed]
        self._units: list[Unit] = []
        self._open: list[Unit] = []
        self._own = {name for names in plan.learnt.values() for name in names} | {
            name for names in plan.items.values() for name in names
        }
        arguments = self.outline.definition.args
        self._own |= {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        self._bound_inside: list[frozenset[str]] = []
        self.exits: list[Callable[[str], str]] = []  # how the innermost unit is left, by kind
        self._temporaries = 0

    # --- text ---

    @property
    def unit(self) -> Unit:
        return self._open[-1]

    def line(self, text: str) -> None:
        """Write one line at the depth of now."""
        self.unit.lines.append(INDENT * self.unit.depth + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Write a header and, indented, what follows."""
        self.line(header)
        self.unit.depth += 1
        before = len(self.unit.lines)
        yield
        if len(self.unit.lines) == before:
            self.line("pass")
        self.unit.depth -= 1

    def temporary(self) -> str:
        """A name that nothing else has."""
        self._temporaries += 1
        return f"t{self._temporaries}"

    @contextmanager
    def opened(self, name: str) -> Iterator[Unit]:
        """A new unit; it is complete when the block ends."""
        unit = Unit(name)
        self._open.append(unit)
        scope, self.scope = self.scope, None
        yield unit
        self.scope = scope
        self._open.pop()
        self._units.append(unit)

    def source(self) -> str:
        """All units as one module, inner ones first."""
        return "\n\n\n".join("\n".join(unit.lines) for unit in self._units) + "\n"

    # --- names ---

    def is_own(self, name: str) -> bool:
        """Is it a local name that run-ahead keeps?"""
        return name in self._own or any(name in names for names in self._bound_inside)

    def name(self, name: str) -> str:
        """The variable of the unit that stands for a local name."""
        self.unit.used[f"v_{name}"] = None
        return f"v_{name}"

    def use(self, variable: str) -> str:
        """A variable of the enclosing unit that is none of the user's names."""
        self.unit.used[variable] = None
        return variable

    @contextmanager
    def binding(self, names: frozenset[str]) -> Iterator[None]:
        """Within, `names` are local: bound by a comprehension."""
        self._bound_inside.append(names)
        yield
        self._bound_inside.pop()

    def keys(self, loops: tuple[int, ...]) -> str:
        """The tuple of counters of `loops`."""
        variables = [self.use(f"k{place}") for place in self.plan.counters(loops)]
        return "(" + "".join(f"{v}, " for v in variables) + ")"

    def parameters(self, used: dict[str, None]) -> str:
        return ", ".join(["ra", *sorted(used)])

    # --- what is needed ---

    def needed(self, index: int) -> bool:
        """Does any call that may be functional need this statement or one inside it?"""
        return any(self.outline.inside(i, index) for i in self._needed)

    def outputs(self, index: int) -> tuple[str, ...]:
        """The names that a compound statement binds and a needed statement after it reads."""
        repeated = bool(self.outline.statements[index].loops)
        return tuple(
            name
            for name in self.plan.learnt.get(index, ())
            if any(self._leaves(flow, index, repeated) for flow in self._flows if flow.name == name)
        )

    def carried(self, index: int) -> tuple[str, ...]:
        """The names that one iteration of the loop at `index` binds for the next one."""
        return tuple(
            name
            for name in self.plan.learnt.get(index, ())
            if any(
                flow.source >= flow.target
                and self.outline.inside(flow.source, index)
                and self.outline.inside(flow.target, index)
                for flow in self._flows
                if flow.name == name
            )
        )

    def _leaves(self, flow: Flow, index: int, repeated: bool) -> bool:
        if not self.outline.inside(flow.source, index):
            return False
        inside = self.outline.inside(flow.target, index)
        return not inside or (repeated and flow.source >= flow.target)

    # --- dispatch ---

    def expression(self, node: ast.expr) -> str:
        """The text that evaluates `node`: to a value, a promise or UNKNOWN."""
        emit = self._constructs.expressions.get(type(node))
        if emit is None:
            self.blame(node, "construct", f"{type(node).__name__} is not run ahead")
            return "UNKNOWN"
        return emit(self, node)

    def body(self, nodes: list[ast.stmt]) -> None:
        """Emit the needed ones of `nodes`."""
        for node in nodes:
            index = self.outline.of[node]
            if self.needed(index):
                self.statement(node, index)

    def statement(self, node: ast.stmt, index: int) -> None:
        emit = self._constructs.statements.get(type(node))
        if emit is None:
            self.blame(node, "construct", f"{type(node).__name__} is not run ahead")
            self.unknown(index)
        else:
            emit(self, node, index)

    def unknown(self, index: int) -> None:
        """The names of a statement are what the commit program tells after it."""
        keys = self.keys(self.outline.statements[index].loops)
        for rank, name in enumerate(self.plan.learnt.get(index, ())):
            self.line(f"{self.name(name)} = bind(ra, {index}, {rank}, {keys}, UNKNOWN)")

    def touched(self, index: int, but: frozenset[str] = frozenset()) -> None:
        """The names whose objects a simple statement may have changed, without those in `but`."""
        keys = self.keys(self.outline.statements[index].loops)
        for name in self.plan.effects.mutated[index]:
            if name in self.plan.learnt.get(index, ()) and name not in but:
                rank = self.plan.learnt[index].index(name)
                variable = self.name(name)
                self.line(
                    f"{variable} = bind(ra, {index}, {rank}, {keys}, touched(ra, {variable}))"
                )

    def blame(self, node: ast.AST, code: str, why: str) -> None:
        """Record why something is not run ahead."""
        self.reasons.append(Reason(code, getattr(node, "lineno", 0), (why,)))

    # --- units of compound statements ---

    def interrupts(self, index: int) -> bool:
        """Does the statement decide whether what follows it is done?"""
        for s in self.outline.statements:
            if not self.outline.inside(s.index, index) or s.index == index:
                continue
            if isinstance(s.node, ast.Return | ast.Raise | ast.Assert):
                return True
            if isinstance(s.node, ast.Break | ast.Continue) and self._aims_outside(s.index, index):
                return True
        return False

    def _aims_outside(self, exit_: int, index: int) -> bool:
        return len(self.outline.statements[exit_].loops) <= len(
            self.outline.statements[index].loops
        )

    def as_unit(self, index: int, write: Callable[[], None]) -> None:
        """Write a compound statement: in place if it interrupts, else as a unit that may wait."""
        if self.interrupts(index):
            write()
            return
        outputs = self.outputs(index)
        scope = self.scope
        with self.opened(f"statement_{index}") as unit:
            self.scope = scope
            for name in outputs:
                self.name(name)
            write()
            self.line(_returned([f"v_{name}" for name in outputs]))
        self.finish(unit)
        self.spawn(unit, index, [f"v_{name}" for name in outputs], self._ranks(index, outputs))

    def _ranks(self, index: int, outputs: tuple[str, ...]) -> list[int]:
        return [self.plan.learnt[index].index(name) for name in outputs]

    def finish(self, unit: Unit) -> None:
        """Put the header on a unit, now that it is known what it uses."""
        unit.lines.insert(0, f"async def {unit.name}({self.parameters(unit.used)}):")

    def spawn(
        self,
        unit: Unit,
        point: int,
        targets: list[str],
        ranks: list[int] | list[int | None],
        keys: str | None = None,
    ) -> None:
        """Start a unit; its outputs go to the variables `targets`."""
        for variable in unit.used:
            self.use(variable)
        at = self.keys(self.outline.statements[abs(point)].loops) if keys is None else keys
        scope = f", {self.use(self.scope)}" if self.scope else ""
        ranked = "(" + "".join(f"{rank}, " for rank in ranks) + ")"
        call = f"{unit.name}({self.parameters(unit.used)})"
        assign = "(" + "".join(f"{t}, " for t in targets) + ") = " if targets else ""
        self.line(f"{assign}spawn(ra, {call}, {point}, {at}, {ranked}{scope})")


def _returned(values: list[str]) -> str:
    return "return (" + "".join(f"{value}, " for value in values) + ")"


def returned(values: list[str]) -> str:
    """The line that ends a unit with its outputs."""
    return _returned(values)


def _needed_statements(graph: Graph) -> frozenset[int]:
    needed = graph.slices()
    sites = (graph.outline.sites[n].statement for kind, n in needed if kind == "site")
    return frozenset(n for kind, n in needed if kind == "statement") | frozenset(sites)
