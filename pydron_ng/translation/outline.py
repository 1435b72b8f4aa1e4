"""The statements, loops and call sites of a function, numbered in program order."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import cast

from pydron_ng.purity.appliers import FIRST, KEYED
from pydron_ng.translation.frames import mentions_its_frame
from pydron_ng.translation.source import Definition

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; number 0 is the entry, which binds the parameters.

    parent: the compound statement that it is in; -1 for the entry.
    loops: the loops around it, outermost first.
    """

    index: int
    node: ast.stmt
    parent: int
    loops: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the source where something is called.

    loops: the loops around it, comprehensions included, outermost first. What a call of map() or
        its like does with the function that it is handed is a loop, too: of the call itself, if
        it is handed by name, and of the calls in a lambda.
    handed: the function that it is handed, where the callee bears the name of map() or its like.
    """

    index: int
    node: ast.Call
    statement: int
    loops: tuple[int, ...]
    handed: ast.expr | None = None

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def callee(self) -> str:
        return ast.unparse(self.node.func)

    @property
    def is_of_name(self) -> bool:
        """Is the callee a mere name, and what it does not left to a function that it is handed?"""
        return isinstance(self.node.func, ast.Name) and self.handed is None


@dataclass(frozen=True, slots=True)
class Outline:
    """The numbering; ``of`` finds the number of a statement or call, ``loop_of`` that of a loop."""

    definition: Definition
    statements: tuple[Statement, ...]
    sites: tuple[Site, ...]
    loops: tuple[tuple[int, ...], ...]  # of each loop: the loops around it and itself
    of: dict[ast.AST, int] = field(repr=False)
    loop_of: dict[ast.AST, int] = field(repr=False)

    def inside(self, statement: int, compound: int) -> bool:
        """Is `statement` the `compound` one or somewhere inside it?"""
        while statement > compound:
            statement = self.statements[statement].parent
        return statement == compound


def outline(definition: Definition) -> Outline:
    """The outline of a function; code of nested functions and classes is not part of it."""
    walk = _Walk(definition)
    walk.block(definition.body, 0)
    return Outline(
        definition,
        tuple(walk.statements),
        tuple(walk.sites),
        tuple(walk.loops),
        walk.of,
        walk.loop_of,
    )


class _Walk(ast.NodeVisitor):
    def __init__(self, definition: Definition) -> None:
        self.statements = [Statement(0, definition, -1, ())]
        self.sites: list[Site] = []
        self.loops: list[tuple[int, ...]] = []
        self.of: dict[ast.AST, int] = {definition: 0}
        self.loop_of: dict[ast.AST, int] = {}
        self._around: tuple[int, ...] = ()
        self._statement = 0

    def block(self, body: list[ast.stmt], parent: int) -> None:
        for node in body:
            self._enter(node, parent)

    def _enter(self, node: ast.stmt, parent: int) -> None:
        index = len(self.statements)
        self.statements.append(Statement(index, node, parent, self._around))
        self.of[node] = index
        self._statement = index
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            self._loop(node, index)
        elif not isinstance(node, _SCOPES):
            self._parts(node, index)

    def _parts(self, node: ast.AST, index: int) -> None:
        for name, value in ast.iter_fields(node):
            if name in {"body", "orelse", "finalbody"} and isinstance(value, list):
                self.block(value, index)
                self._statement = index
            elif isinstance(value, list):
                for part in value:
                    self._part(part, index)
            elif isinstance(value, ast.AST):
                self.visit(value)

    def _part(self, part: object, index: int) -> None:
        if isinstance(part, ast.ExceptHandler | ast.match_case):
            self._parts(part, index)
        elif isinstance(part, ast.AST):
            self.visit(part)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, index: int) -> None:
        if not isinstance(node, ast.While):
            self.visit(node.iter)
        outer = self._around
        self._open(node)
        if isinstance(node, ast.While):
            self.visit(node.test)
        else:
            self.visit(node.target)
        self.block(node.body, index)
        self._around, self._statement = outer, index
        self.block(node.orelse, index)
        self._statement = index

    def _open(self, node: ast.AST) -> None:
        self.loop_of[node] = len(self.loops)
        self._around = (*self._around, len(self.loops))
        self.loops.append(self._around)

    def visit_Call(self, node: ast.Call) -> None:
        handed = handed_function(node)
        if handed is None:
            self.generic_visit(node)
            self._site(node)
        else:
            self._applier(node, handed)

    def _site(self, node: ast.Call, handed: ast.expr | None = None) -> None:
        self.of[node] = len(self.sites)
        self.sites.append(Site(len(self.sites), node, self._statement, self._around, handed))

    def _applier(self, node: ast.Call, handed: ast.expr) -> None:
        outer = self._around
        for part in (node.func, *node.args, *(keyword.value for keyword in node.keywords)):
            if part is handed and is_plain_lambda(part):
                self._open(node)
                self.visit(cast(ast.Lambda, part).body)
                self._around = outer
            else:
                self.visit(part)
        if node in self.loop_of:
            self._around = self.loops[self.loop_of[node]]
        else:
            self._open(node)
        self._site(node, handed)
        self._around = outer

    def _comprehension(self, node: Comprehension) -> None:
        outer = self._around
        for clause in node.generators:
            self.visit(clause.iter)
            self._open(clause)
            for test in clause.ifs:
                self.visit(test)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self.visit(part)
        self._around = outer

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def generic_visit(self, node: ast.AST) -> None:
        if not isinstance(node, _SCOPES):
            super().generic_visit(node)


def handed_function(node: ast.Call) -> ast.expr | None:
    """The function that is handed to a callee with the name of map() or its like."""
    func = node.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if name in FIRST and node.args and not isinstance(node.args[0], ast.Starred):
        return node.args[0]
    if name in KEYED:
        return next((k.value for k in node.keywords if k.arg == "key"), None)
    return None


def iterated_argument(node: ast.Call) -> ast.expr | None:
    """What map() or its like goes over, where that is one argument."""
    handed = handed_function(node)
    others = [argument for argument in node.args if argument is not handed]
    if handed is None or not others or any(isinstance(a, ast.Starred) for a in others):
        return None
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return others[0] if len(others) == 1 or name == "reduce" else None


def is_plain_lambda(node: ast.AST | None) -> bool:
    """Is it a lambda that does nothing but evaluate, with positional parameters alone?"""
    if not isinstance(node, ast.Lambda):
        return False
    arguments = node.args
    others = (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs, *arguments.defaults)
    if any(others) or mentions_its_frame(node.body):
        return False
    return not any(isinstance(n, _MORE) for n in ast.walk(node.body))


_MORE = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await, ast.Lambda)
