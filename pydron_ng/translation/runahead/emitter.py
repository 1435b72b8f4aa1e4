"""The frame of a run-ahead program: units, names and dispatch; what to emit is each construct's.

A unit is a coroutine function: the whole function, the body of a loop, or a compound statement
that may have to wait. It takes the names that it reads and returns those that others read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydron_ng.events import Reason
from pydron_ng.translation.effects import changed_names
from pydron_ng.translation.graph import Graph, Node, readers_of
from pydron_ng.translation.names import Flow, Names, bound_names
from pydron_ng.translation.outline import Outline
from pydron_ng.translation.plan import Plan
from pydron_ng.translation.runahead.discarded import calls_alone
from pydron_ng.translation.runahead.units import INDENT, Unit, returned
from pydron_ng.translation.syntax import walrus_names

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.registry import Constructs


class Emitter:
    """Writes the units of one function."""

    def __init__(
        self,
        plan: Plan,
        graph: Graph,
        names: Names,
        made: Constructs,
        *,
        returns: bool = False,
        speculate: bool = False,
    ) -> None:
        """returns: does anybody ask for what the function returns?

        speculate: are exits gone past that are not decided? Not where somebody asks for what
        is returned: that is only known once they are.
        """
        self.speculate = speculate and not returns
        self.plan = plan
        self.returns = returns
        self.outline: Outline = plan.outline
        self.reasons: list[Reason] = []
        self.scope: str | None = None
        self._constructs = made
        nodes = graph.slices(returns=returns)
        self._needed = _statements(nodes, graph)
        self._valued = frozenset(n for kind, n in nodes if kind == "statement")
        needing = readers_of(graph.outline)
        self._flows = [flow for flow in names.flows if not nodes.isdisjoint(needing(flow))]
        self._lasting = names.lasting
        self._units: list[Unit] = []
        self._open: list[Unit] = []
        self._own = {name for names in plan.learnt.values() for name in names} | {
            name for names in plan.items.values() for name in names
        }
        arguments = self.outline.definition.args
        self._own |= {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        self._bound = _all_bound(plan)
        self._bound_inside: list[frozenset[str]] = []
        self.unread: ast.expr | None = None  # what comes of this one is needed by nobody
        self.followed: set[ast.AST] = set()  # changes of own containers in this statement
        self.parents = _parents(self.outline.definition)
        self.exits: list[Callable[[str], str]] = []  # how the innermost unit is left, by kind
        self.ends: list[tuple[bool, tuple[str, ...]]] = []  # what iterations end with: how, values
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

    def captured(self) -> str:
        """A temporary name that lambdas may use as well."""
        name = self.temporary()
        self.unit.made.add(name)
        return self.use(name)

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

    def drop(self, unit: Unit) -> None:
        """The unit is not one of its own after all."""
        self._units.remove(unit)

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

    @contextmanager
    def deferring(self) -> Iterator[None]:
        """Within, what is emitted goes into a lambda: evaluated later, or never."""
        self.unit.deferred += 1
        yield
        self.unit.deferred -= 1

    @property
    def is_deferred(self) -> bool:
        """Is what is emitted now evaluated later, more than once, or never?"""
        return self.unit.deferred > 0 or bool(self._bound_inside)

    def keys(self, loops: tuple[int, ...]) -> str:
        """The tuple of counters of `loops`."""
        variables = [self.use(f"k{place}") for place in self.plan.counters(loops)]
        return "(" + "".join(f"{v}, " for v in variables) + ")"

    def given(self, node: ast.expr) -> tuple[str, str] | None:
        """The parameter as it came, if `node` reads it for what nothing changes.

        And as it is now, for what may change after all; the same if nothing does.
        """
        known = (node.lineno, node.col_offset) in self._lasting
        if not known or not isinstance(node, ast.Name):
            return None
        given = self.use(f"o_{node.id}")
        is_sure = self._lasting[node.lineno, node.col_offset]
        return given, given if is_sure else self.name(node.id)

    def parameters(self, used: dict[str, None]) -> str:
        return ", ".join(["ra", *sorted(used)])

    # --- what is needed ---

    def is_valued(self, index: int) -> bool:
        """Does any call need what the statement binds, changes or decides?"""
        return index in self._valued

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
        if not self.is_valued(index) and calls_alone(self, node):
            return
        if emit is None:
            self.blame(node, "construct", f"{type(node).__name__} is not run ahead")
            self.unknown(index)
        else:
            emit(self, node, index)

    def is_watched(self, index: int) -> bool:
        """Does the commit program tell what comes of the statement?"""
        return all(loop in self.plan.counter for loop in self.outline.statements[index].loops)

    def give_up(self, index: int) -> None:
        """Wait until the commit program has passed what the statement is in."""
        watched = self.is_watched(index)
        self.line("await Promise(ra.ready)" if watched else "raise Refused('undecided')")

    def unknown(self, index: int) -> None:
        """The names of a statement are what the commit program tells after it."""
        for name in self._bound[index]:
            if self.is_own(name):
                self.bind(index, name, "UNKNOWN")

    def settle(self, index: int) -> None:
        """After a simple statement: the names whose objects it may have changed."""
        changed_unseen = self._changed_unseen(index)
        for name in self.plan.effects.mutated[index]:
            if self.is_own(name):
                variable = self.name(name)
                unseen = name in changed_unseen
                self.bind(index, name, f"touched(ra, {variable})" if unseen else variable)
        for name in walrus_names(self.outline.statements[index].node):
            if self.is_own(name):
                self.bind(index, name, self.name(name))
        self.followed.clear()

    def bind(self, index: int, name: str, value: str) -> None:
        """Give a name its value, which the commit program may tell after the statement."""
        learnt = self.plan.learnt.get(index, ())
        if name in learnt:
            keys = self.keys(self.outline.statements[index].loops)
            value = f"bind(ra, {index}, {learnt.index(name)}, {keys}, {value})"
        if value != self.name(name):
            self.line(f"{self.name(name)} = {value}")

    def _changed_unseen(self, index: int) -> frozenset[str]:
        """The names whose objects a simple statement may change where run-ahead does not."""
        statement = self.outline.statements[index]
        kinds = self.plan.effects.kinds
        sites = [s for s in self.outline.sites if s.statement == index]
        calls = [(s, kinds[s.index]) for s in sites if s.node not in self.followed]
        local = frozenset(self.plan.effects.mutated[index])
        return frozenset(changed_names(statement, calls, local, self.followed))

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
        if self.interrupts(index) or not self.is_watched(index):
            write()
            return
        outputs = self.outputs(index)
        scope = self.scope
        with self.opened(f"statement_{index}") as unit:
            self.scope = scope
            for name in outputs:
                self.name(name)
            write()
            self.line(returned([f"v_{name}" for name in outputs]))
        self.finish(unit)
        self.spawn(unit, index, [f"v_{name}" for name in outputs], self.ranks(index, outputs))

    def ranks(self, index: int, outputs: tuple[str, ...]) -> list[int]:
        """The ranks of names among those that are told after the statement."""
        return [self.plan.learnt[index].index(name) for name in outputs]

    def finish(self, unit: Unit) -> None:
        """Put the header on a unit, now that it is known what it uses."""
        unit.used = {variable: None for variable in unit.used if variable not in unit.made}
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


def _all_bound(plan: Plan) -> list[tuple[str, ...]]:
    """Of each statement, the names that it and the statements in it bind."""
    bound = bound_names(plan.outline, plan.effects.mutated)
    numbers = range(len(bound))
    inside = [[i for i in numbers if plan.outline.inside(i, index)] for index in numbers]
    return [tuple(dict.fromkeys(name for i in inner for name in bound[i])) for inner in inside]


def _parents(definition: ast.AST) -> dict[ast.AST, ast.AST]:
    """Of each node, the one that it is part of; in the order of the source."""
    return {part: node for node in ast.walk(definition) for part in ast.iter_child_nodes(node)}


def _statements(nodes: frozenset[Node], graph: Graph) -> frozenset[int]:
    """The statements among `nodes`, and those of the call sites among them."""
    sites = graph.outline.sites
    return frozenset(n if kind == "statement" else sites[n].statement for kind, n in nodes)
