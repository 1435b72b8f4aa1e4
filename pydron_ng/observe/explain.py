"""From a function to what is said about it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from types import FunctionType
from typing import Any

from pydron_ng.errors import TranslationError
from pydron_ng.events import Reason
from pydron_ng.observe import advice
from pydron_ng.observe.advice import Callees
from pydron_ng.observe.dependence import (
    BLIND,
    Blocker,
    Needs,
    Step,
    carrying_loop,
    exit_on,
    fields_read,
    in_circles,
    is_once,
    loop_over,
    needs_of,
    reads_only,
    receiver_of,
    through_container,
)
from pydron_ng.observe.explanation import Call, Cause, Explanation, State, SyncPoint
from pydron_ng.observe.linking import Holding, Part, flow_of
from pydron_ng.observe.measured import measured_in
from pydron_ng.observe.records.recording import Run
from pydron_ng.observe.subject import Subject, subject_of
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.process import runs
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.runtime.session import session
from pydron_ng.runtime.shared import ahead
from pydron_ng.translation import pipeline
from pydron_ng.translation.fields import lasting_fields
from pydron_ng.translation.graph import Graph
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.outline import Outline, Site, Statement

#: Why calls wait for each other; and what runs say of a line that is said to be to blame anyway.
_IN_CIRCLES = frozenset({"one-by-one", "round-by-round", "undecided"})
_SAME_AS_CAUSES = frozenset({"unknown-value", "unknown-argument", "iterator"})


def explanation_of(function: Any, run: Run | None = None) -> Explanation:
    """What @schedule makes of a function, and what runs of it in this process have recorded.

    run: one on record that has called it; None: the last one of this process, if there is one.

    Raises:
        TypeError: it is no function that Python code defines.
        TranslationError: it cannot be translated, and runs undecorated.
    """
    told = _Explaining(subject_of(function)).explanation()
    known = run or next(iter(runs), None)
    return told if known is None else replace(told, measured=measured_in(told, known))


class _Explaining:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        program = subject.program
        self._graph: Graph = program.graph
        self._outline: Outline = self._graph.outline
        self._effects = self._graph.effects
        self._reasons = program.run_ahead.reasons
        self._callees = Callees(subject.plain, program.caller)
        self._kinds = tuple(self._kind(site) for site in self._outline.sites)
        speculate = program.speculate
        self._lasting = lasting_fields(self._outline, self._effects)
        self._needs = needs_of(
            self._graph, self._kinds, self._reasons, self._apart(), speculate=speculate
        )
        self._circles = in_circles(self._needs)

    def _kind(self, site: Site) -> Kind | None:
        """What a call is, methods of the own class known by now; None for ahead()."""
        kind, callee = self._effects.kinds[site.index], self._callees.of(site)
        if callee is ahead:
            return None
        if kind is not Kind.MAYBE or callee is None:
            return kind
        is_candidate = mark_of(callee) is not None or entry_of(callee) is not None
        return kind if is_candidate else Kind.UNKNOWN

    def _inside(self) -> Iterator[_Explaining]:
        """The functions inside of it that are run ahead where they are called."""
        for inner in self._subject.program.inner:
            yield _Explaining(self._subject._replace(program=inner, recorded=None))

    def with_inner(self) -> Iterator[_Explaining]:
        """First this one, then those inside of it."""
        yield self
        for inner in self._inside():
            yield from inner.with_inner()

    def own_calls(self) -> tuple[Call, ...]:
        return tuple(self._call(needs) for needs in self._needs.values())

    def part(self, own: tuple[Call, ...], calls: tuple[Call, ...]) -> Part:
        """What is known of its own calls, and of its sync-points among all calls."""
        holdings = tuple(
            Holding(needs.site, blocker, self._cause(needs.site, blocker))
            for needs in self._needs.values()
            for blocker in needs.blockers
        )
        return Part(self._graph, self._needs, own, holdings, tuple(self._sync_points(calls)))

    def explanation(self) -> Explanation:
        plain, program = self._subject.plain, self._subject.program
        source, first = _source_of(plain)
        told = [(each, each.own_calls()) for each in self.with_inner()]
        made = tuple(call for _, own in told for call in own)
        calls, order = _sorted(made)
        parts = [each.part(own, calls) for each, own in told]
        return Explanation(
            function=plain.__qualname__,
            file=plain.__code__.co_filename,
            line=first,
            source=source,
            is_scheduled=self._subject.is_scheduled,
            calls=calls,
            sync_points=tuple(point for part in parts for _, point in part.points),
            seen=tuple(self._seen(calls)),
            commit=pipeline.commit_text(program.analysis),
            run_ahead=program.run_ahead.source,
            flow=flow_of(parts, order),
            plain=tuple(self._plain().items()),
        )

    def _plain(self) -> dict[str, int]:
        """Functions of the user's that are called, or handed to map(), and are not decorated."""
        found: dict[str, int] = {}
        for site in self._outline.sites:
            callee = self._callees.of(site)
            is_plain = mark_of(callee) is None and entry_of(callee) is None
            if is_plain and isinstance(callee, FunctionType) and advice.is_of_the_user(callee):
                found.setdefault(callee.__qualname__, site.line)
        return found

    # --- calls ---

    def _call(self, needs: Needs) -> Call:
        site = self._outline.sites[needs.site]
        causes = tuple(self._causes(needs))
        others = sorted({self._outline.sites[number].line for number in needs.calls})
        inline = self._inline(site)
        return Call(
            line=site.line,
            column=site.node.col_offset + 1,
            text=f"{_named(site)}()",
            state=State.INLINE if inline else self._state(needs, causes),
            after=tuple(others),
            causes=inline or causes,
            is_sure=self._is_sure(site),
        )

    def _state(self, needs: Needs, causes: tuple[Cause, ...]) -> State:
        if any(not c.is_once and c.code not in _IN_CIRCLES for c in causes):
            return State.WAITS
        if needs.site in self._circles:
            return State.CHAIN if self._round_of(needs) is None else State.ROUNDS
        return State.AFTER if needs.calls else State.AHEAD

    def _round_of(self, needs: Needs) -> ast.AST | None:
        """The loop whose passes wait for each other, if those of a loop inside of it do not."""
        loop, inner = carrying_loop(self._graph, needs), self._outline.sites[needs.site].loops
        if loop < 0 or loop == inner[-1]:
            return None
        return next(node for node, number in self._outline.loop_of.items() if number == loop)

    def _is_sure(self, site: Site) -> bool:
        if self._kinds[site.index] is Kind.FUNCTIONAL:
            return True
        callee = self._callees.of(site)
        return mark_of(callee) is not None or entry_of(callee) is not None

    def _inline(self, site: Site) -> tuple[Cause, ...]:
        """Why the program has made the calls of this function by itself so far."""
        mark = mark_of(self._callees.of(site))
        if mark is None:
            return ()
        name = _named(site)
        if mark.inline:
            why = f"{name}() is not sent to workers since a call of it could not be"
            return (Cause(mark.inline, site.line, why, (), ""),)
        if mark.is_cheap and mark.seconds is not None and session().config.inline is not False:
            why = f"a call of {name}() takes {mark.seconds * 1e6:.0f} µs: sending it takes as long"
            way_out = "nothing; to gain by it, do more in one call"
            return (Cause("too-short", site.line, why, (), way_out),)
        return ()

    def _causes(self, needs: Needs) -> Iterator[Cause]:
        causes = [self._cause(needs.site, blocker) for blocker in needs.blockers]
        yield from {(cause.code, cause.line): cause for cause in reversed(causes)}.values()
        if needs.site in self._circles:
            yield self._circle(needs)

    def _circle(self, needs: Needs) -> Cause:
        path = needs.calls.get(needs.site) or next(iter(needs.calls.values()))
        name, line = _named(self._outline.sites[needs.site]), self._outline.sites[needs.site].line
        left = next(filter(None, (exit_on(self._graph, p) for p in needs.calls.values())), None)
        if left is not None:
            word = type(left).__name__.lower()
            why = f"whether {name}() is called again is known when the {word} is decided"
            return Cause("undecided", left.lineno, why, self._chain(path), advice.OF_EXIT)
        held = through_container(self._graph, path)
        known = f"; not where what it needs of {held} is known before, such as keys" * bool(held)
        around = self._round_of(needs)
        if around is not None:
            first = getattr(around, "lineno", line)
            why = f"the next pass of the loop on line {first} needs what {name}() has computed"
            chain = self._chain(path)
            return Cause("round-by-round", line, why + known, chain, advice.OF_ROUNDS, not held)
        why = f"{name}() takes what the pass before has computed: one after the other"
        chain = self._chain(path)
        way_out = self._out_of_circle(needs, path, held) or advice.OF_CIRCLE
        return Cause("one-by-one", line, why + known, chain, way_out, not held)

    def _out_of_circle(self, needs: Needs, path: tuple[Step, ...], held: str) -> str:
        """Where the call takes an object that the pass before has changed: take less of it."""
        changed = [self._line(step.needed) for step in path if step.name == held]
        if not held or not changed:
            return ""
        is_apart = needs.site in self._apart()
        if receiver_of(self._outline.sites[needs.site]) == held and not is_apart:
            return advice.of_method(_named(self._outline.sites[needs.site]), held, changed[0])
        fields = fields_read(self._outline, path, held, self._lasting)
        return advice.of_fields(fields) if fields else ""

    def _apart(self) -> dict[int, str]:
        """The calls of static and class methods, with the object that they are not given."""
        found = {}
        for site in self._outline.sites:
            name = receiver_of(site)
            if name and self._callees.is_apart(site) and reads_only(site, name, self._lasting):
                found[site.index] = name
        return found

    def _cause(self, number: int, blocker: Blocker) -> Cause:
        call = self._outline.sites[number]
        chain = self._chain(blocker.path)
        if blocker.site is None:
            assert blocker.reason is not None
            code, line, why = blocker.reason.code, blocker.reason.line, blocker.reason.chain[0]
            way_out = advice.OF_STREAM if code == "undecided" else advice.OF_CONSTRUCT
            return Cause(code, line, why, chain, way_out)
        site, callee = blocker.site, self._callees.of(blocker.site)
        loop = loop_over(self._graph, number, blocker)
        if loop is not None and advice.gives_items_one_by_one(callee):
            target, text = ast.unparse(loop.target), ast.unparse(loop.iter)
            why = f"the next item of {text} is an effect: it is taken when the program gets there"
            way_out = advice.of_iteration(target, text)
            return Cause("iterator", loop.iter.lineno, why, chain, way_out)
        if blocker.changes:
            what = blocker.changes
            why = (
                f"{site.callee}() may change {what}, which {_named(call)}() needs; nothing waits"
                f" where {what} is a number, a text or another value that cannot change"
            )
        else:
            why = f"{_named(call)}() needs what {site.callee}() returns; it is not known to be pure"
        if blocker.changes:
            way_out = advice.of_change(site, callee, blocker.changes)
        else:
            way_out = advice.of_unknown(site, callee)
        once = is_once(self._graph, number, blocker)
        return Cause("unknown-call", site.line, why, chain, way_out, not blocker.changes, once)

    def _chain(self, path: tuple[Step, ...]) -> tuple[str, ...]:
        """How one gets from what is to blame to the call, each step by a name."""
        return tuple(
            f"line {self._line(step.by)} takes {step.name} from line {self._line(step.needed)}"
            for step in path
            if step.name
        )

    def _line(self, node: tuple[str, int]) -> int:
        kind, number = node
        if kind == "site":
            return self._outline.sites[number].line
        return self._outline.statements[number].node.lineno

    # --- sync-points ---

    def _sync_points(self, calls: tuple[Call, ...]) -> Iterator[tuple[Statement, SyncPoint]]:
        for statement in self._outline.statements:
            if self._effects.sync[statement.index] and not self._effects.unsure[statement.index]:
                yield statement, self._sync_point(statement, calls)

    def _sync_point(self, statement: Statement, calls: tuple[Call, ...]) -> SyncPoint:
        blind = next((s for s in self._blind_in(statement)), None)
        node: ast.AST = statement.node if blind is None else blind.node
        line, column = statement.node.lineno, getattr(node, "col_offset", 0) + 1
        line = getattr(node, "lineno", line)
        waiting = [
            c for c in calls if any(cause.line == line and not cause.is_once for cause in c.causes)
        ]
        held = sorted({call.line for call in waiting} - {line})
        code, what = (
            _what(statement.node) if blind is None else _call_of(blind, self._kinds[blind.index])
        )
        way_out = advice.of_unknown(blind, self._callees.of(blind)) if blind and held else ""
        return SyncPoint(line, column, code, what, tuple(held), way_out)

    def _blind_in(self, statement: Statement) -> Iterator[Site]:
        for site in self._outline.sites:
            if site.statement == statement.index and self._kinds[site.index] in BLIND:
                yield site

    # --- runs ---

    def _seen(self, calls: tuple[Call, ...]) -> Iterator[Reason]:
        """What runs have recorded and is not said already."""
        if self._subject.recorded is None:
            return
        known = {(r.code, r.line) for r in self._reasons}
        blamed = {cause.line for call in calls for cause in call.causes}
        blamed |= {s.line for s in self._outline.sites if self._kinds[s.index] is None}
        for reason in self._subject.recorded.reasons:
            is_told = reason.line in blamed and reason.code in _SAME_AS_CAUSES
            if (reason.code, reason.line) not in known and not is_told:
                yield reason


def _sorted(made: tuple[Call, ...]) -> tuple[tuple[Call, ...], tuple[int, ...]]:
    """The calls as they stand in the source, and the number that each of them has there."""
    places = sorted(range(len(made)), key=lambda number: (made[number].line, made[number].column))
    order = {number: place for place, number in enumerate(places)}
    return tuple(made[number] for number in places), tuple(order[n] for n in range(len(made)))


def _named(site: Site) -> str:
    return ast.unparse(site.handed or site.node.func)


def _call_of(site: Site, kind: Kind | None) -> tuple[str, str]:
    if kind is Kind.OBSERVER:
        return "effect", f"{site.callee}() has an effect, which stays in its place"
    return "unknown-call", f"{site.callee}() is not known to be pure"


def _what(node: ast.stmt) -> tuple[str, str]:
    """What makes a statement without unknown calls a sync-point."""
    match node:
        case ast.With() | ast.AsyncWith():
            return "with", "entering and leaving a context can do anything"
        case ast.Import() | ast.ImportFrom():
            return "import", "an import runs the code of the module"
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return "definition", "decorators, bases or defaults run code"
        case _ if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node)):
            return "yield", "whoever takes the value may do anything before the next"
        case _ if any(isinstance(n, ast.Await) for n in ast.walk(node)):
            return "await", "others run meanwhile"
        case ast.AsyncFor():
            return "await", "others run meanwhile"
        case _ if any(_is_stored(n) for n in ast.walk(node)):
            return "assignment", "it changes an object that others may see"
        case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
            return "assignment", "it binds a name that others may see"
        case _:
            return "maybe-call", "it calls what only the run can tell"


def _is_stored(node: ast.AST) -> bool:
    places = ast.Attribute | ast.Subscript
    return isinstance(node, places) and not isinstance(node.ctx, ast.Load)


def _source_of(function: Any) -> tuple[tuple[str, ...], int]:
    try:
        lines, first = inspect.getsourcelines(function.__code__)
    except (OSError, TypeError) as error:
        raise TranslationError("there is no source text of it") from error
    return tuple(line.rstrip("\n") for line in lines), first
