"""What the statements of a function read, store and decide, as the watch of a run needs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydron_ng.translation.outline import Outline

if TYPE_CHECKING:
    from pydron_ng.runtime.program import Program

#: What an exit leaves: ("loop", number), ("pass", number of the loop) or ("function", 0).
Exit = tuple[str, int]
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_TRIES = (ast.Try, ast.TryStar)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Needed:
    """What a call's arguments, and that it is made, take.

    last: calls whose newest value it takes; all: calls all of whose values it may take.
    """

    names: frozenset[str]
    last: tuple[ast.Call, ...]
    all: tuple[ast.Call, ...]


class Flow:
    """Facts about each statement, by its number.

    around: the statements that it is in, innermost first. inside: those in it, itself included.
    reads, stores, mutated: names, of its header alone where it is a compound one.
    exits: what is left or not by what it decides. handled: the same for the handlers of a try.
    handles: the try statements whose handlers it is in. tries: those whose body it is in.
    """

    def __init__(self, outline: Outline, mutated: tuple[tuple[str, ...], ...]) -> None:
        self._outline = outline
        self.mutated = mutated
        numbers = range(len(outline.statements))
        self.around = [tuple(self._parents(n)) for n in numbers]
        self.inside = [{m for m in numbers if n == m or n in self.around[m]} for n in numbers]
        self.reads = [frozenset(_names(n, ast.Load, self._own(n))) for n in self._nodes()]
        self.stores = [frozenset(_names(n, ast.Store, self._own(n))) for n in self._nodes()]
        self.exits = [tuple(self._exits(n)) for n in numbers]
        self.handles = [
            tuple(t for t, part in self._attempts(n) if part == "handlers") for n in numbers
        ]
        self.tries = [tuple(t for t, part in self._attempts(n) if part == "body") for n in numbers]
        self.handled = [tuple(self._handled(n)) for n in numbers]
        args = outline.definition.args
        given = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        self.parameters = [a.arg for a in given if a is not None]
        self._needed: dict[ast.Call, Needed] = {}
        self._calls = {_span(site.node): site.node for site in outline.sites}
        self._lines: dict[int, int] = {}

    # --- where a frame is ---

    def statement_at(self, line: int) -> int:
        """The innermost statement whose own lines hold this one."""
        if line not in self._lines:
            held = [s.index for s in self._outline.statements if _holds(s.node, line)]
            self._lines[line] = max(held, default=0)
        return self._lines[line]

    def call_at(self, span: tuple[int | None, ...]) -> ast.Call | None:
        """The call that an instruction is of."""
        return self._calls.get(span)

    def is_loop(self, statement: int) -> bool:
        return isinstance(self._outline.statements[statement].node, _LOOPS)

    def is_fixed(self, statement: int) -> bool:
        """Are its items what they are from the beginning, whatever happens in the loop?"""
        items = getattr(self._outline.statements[statement].node, "iter", None)
        if not isinstance(items, ast.Call) or not isinstance(items.func, ast.Name):
            return False
        return bool(items.func.id == "range")

    def is_try(self, statement: int) -> bool:
        return isinstance(self._outline.statements[statement].node, _TRIES)

    def left(self, before: int, now: int) -> Iterator[int]:
        """The try statements that are left by going from one statement to another."""
        for around in (before, *self.around[before]):
            if self.is_try(around) and now not in self.inside[around]:
                yield around

    # --- what is read, stored, decided ---

    def _nodes(self) -> list[ast.stmt]:
        return [s.node for s in self._outline.statements]

    def _parents(self, number: int) -> Iterator[int]:
        parent = self._outline.statements[number].parent
        while parent > 0:
            yield parent
            parent = self._outline.statements[parent].parent

    def _own(self, node: ast.stmt) -> list[ast.AST]:
        """The parts of a statement that are not statements with a number of their own."""
        if node is self._outline.definition:
            return []
        parts: list[ast.AST] = []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.match_case):
                parts += [child.pattern, *([child.guard] if child.guard else [])]
            elif not (isinstance(child, ast.stmt | ast.ExceptHandler)):
                parts.append(child)
        return parts or ([] if isinstance(node, _TRIES) else [node])

    def _exits(self, number: int) -> Iterator[Exit]:
        node = self._outline.statements[number].node
        if isinstance(node, ast.Assert):
            yield "function", 0
        if isinstance(node, ast.If | ast.Match):
            for inner in self.inside[number] - {number}:
                yield from self._exit(inner, number)
        if isinstance(node, ast.While):
            yield "loop", number

    def _exit(self, number: int, within: int) -> Iterator[Exit]:
        """What an exit leaves that is around the statement `within`."""
        node = self._outline.statements[number].node
        if isinstance(node, ast.Return | ast.Raise):
            yield "function", 0
        if isinstance(node, ast.Break | ast.Continue):
            loop = next(p for p in self.around[number] if self.is_loop(p))
            if loop in self.around[within]:
                yield ("loop" if isinstance(node, ast.Break) else "pass"), loop
                if isinstance(node, ast.Continue) and self._breaks(loop, number):
                    yield "loop", loop

    def _breaks(self, loop: int, after: int) -> bool:
        """Is there a break further down in the loop that a continue goes past?"""
        nodes = [self._outline.statements[n].node for n in self.inside[loop] if n > after]
        return any(isinstance(node, ast.Break | ast.Return) for node in nodes)

    def _attempts(self, number: int) -> Iterator[tuple[int, str]]:
        for inner, outer in zip((number, *self.around[number]), self.around[number], strict=False):
            node = self._outline.statements[outer].node
            if isinstance(node, _TRIES):
                inner_node = self._outline.statements[inner].node
                yield outer, "body" if inner_node in node.body else _rest(node, inner_node)

    def _handled(self, number: int) -> Iterator[Exit]:
        if self.is_try(number):
            for inner in self.inside[number]:
                if number in self.handles[inner]:
                    yield from self._exit(inner, number)

    # --- what a call takes ---

    def needed(self, call: ast.Call) -> Needed:
        """What a call takes: its arguments, and what decides about it inside of its statement."""
        if call not in self._needed:
            statement = self._outline.statements[
                self._outline.sites[self._outline.of[call]].statement
            ]
            parts: list[ast.AST] = [call]
            decided: list[ast.AST] = []
            for part in self._own(statement.node):
                decided += _deciding(part, call)
            names = set(_names(None, ast.Load, [*parts, *decided]))
            inner = [c for c in _calls(call) if c is not call]
            last = [c for c in inner if not _is_in_comprehension(c, call)]
            behind = [c for part in decided for c in _calls(part) if c is not call]
            every = [c for c in inner if c not in last]
            self._needed[call] = Needed(
                frozenset(names), (*last, *behind), (*every, *_iterated(decided))
            )
        return self._needed[call]


def flow_of(program: Program) -> Flow:
    """The facts about a scheduled function."""
    plan = program.analysis.plan
    return Flow(plan.outline, plan.effects.mutated)


def _span(node: ast.expr) -> tuple[int | None, ...]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _holds(node: ast.stmt, line: int) -> bool:
    body = getattr(node, "body", None)
    last = node.end_lineno or node.lineno
    if isinstance(body, list) and body and not isinstance(node, _TRIES):
        first: int = body[0].lineno
        return node.lineno <= line < max(first, node.lineno + 1)
    return node.lineno <= line <= last


def _rest(node: ast.Try | ast.TryStar, inner: ast.stmt) -> str:
    return "handlers" if any(inner in h.body for h in node.handlers) else "else"


def _names(_: object, context: type[ast.expr_context], parts: list[ast.AST]) -> Iterator[str]:
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and isinstance(node.ctx, context):
                yield node.id


def _calls(part: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(part) if isinstance(node, ast.Call)]


def _contains(part: ast.AST, node: ast.AST) -> bool:
    return any(inner is node for inner in ast.walk(part))


def _is_in_comprehension(call: ast.Call, within: ast.AST) -> bool:
    return any(
        isinstance(node, (*_COMPREHENSIONS, ast.Lambda)) and _contains(node, call)
        for node in ast.walk(within)
    )


def _deciding(part: ast.AST, call: ast.Call) -> list[ast.AST]:
    """What is evaluated before, and decides whether or with what a call is made."""
    found: list[ast.AST] = []
    for node in ast.walk(part):
        if not _contains(node, call) or node is call:
            continue
        if isinstance(node, ast.IfExp) and not _contains(node.test, call):
            found.append(node.test)
        elif isinstance(node, ast.BoolOp):
            rank = next(n for n, value in enumerate(node.values) if _contains(value, call))
            found += node.values[:rank]
        elif isinstance(node, _COMPREHENSIONS):
            for clause in node.generators:
                if _contains(clause.iter, call):
                    break
                found.append(clause.iter)
                found += [test for test in clause.ifs if not _contains(test, call)]
    return found


def _iterated(decided: list[ast.AST]) -> list[ast.Call]:
    return [call for part in decided for call in _calls(part) if _is_in_comprehension(call, part)]
