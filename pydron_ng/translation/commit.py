"""The commit program: the original function, statement for statement, with routed callees.

The names that it adds cannot be written in Python, so they meet none of the user's.
"""

from __future__ import annotations

import ast
import copy
from typing import cast

from pydron_ng.translation.outline import Comprehension, Outline
from pydron_ng.translation.plan import AWAITED, EPOCH, RETIRED, Plan, item_point
from pydron_ng.translation.source import Definition

#: Stands among the constants of the compiled function for what is to be called at its entry.
ENTRY = "\0pydron_ng entry\0"
#: What the entry hands out, in this order.
HANDED = (
    "$route",
    "$counters",
    "$learn",
    "$tell",
    "$tidy",
    "$step",
    "$begin",
    "$leave",
    "$unbound",
)


def commit_program(plan: Plan) -> Definition:
    """The definition of the commit program; the original tree stays as it is.

    Before:
        def survey(xs):
            return [f(x) for x in xs]
    After:
        def survey(xs):
            $entered = ENTRY
            $entered = $entered(xs)
            if $entered is None:
                return [f(x) for x in xs]
            else:
                $route, $counters, ... = $entered
                try:
                    return [(f if $counters[2] else $route(0, f))(x)
                            for x in $begin(3, xs) if $step(3)]
                finally:
                    $leave()
    """
    original = plan.outline.definition
    definition, numbered = _copied(plan.outline)
    docstring = (
        definition.body[:1] if ast.get_docstring(definition, clean=False) is not None else []
    )
    body = definition.body[len(docstring) :]
    routed = _Route(plan, numbered).block(body)
    plain = copy.deepcopy(original.body[len(docstring) :])
    declarations = _hoisted(plain) if plain else []
    _hoisted(routed)
    entry = _entry(original, plain or [ast.Pass()], routed or [ast.Pass()])
    definition.body = [*docstring, *declarations, *entry]
    return definition


def _copied(outline: Outline) -> tuple[Definition, Outline]:
    """A copy of the definition, and the outline in terms of its nodes."""
    memo: dict[int, object] = {}
    definition = copy.deepcopy(outline.definition, memo)

    def moved(table: dict[ast.AST, int]) -> dict[ast.AST, int]:
        return {cast(ast.AST, memo[id(node)]): index for node, index in table.items()}

    numbered = Outline(
        definition,
        outline.statements,
        outline.sites,
        outline.loops,
        moved(outline.of),
        moved(outline.loop_of),
    )
    return definition, numbered


def _hoisted(body: list[ast.stmt]) -> list[ast.stmt]:
    """The global and nonlocal statements, taken out: they must stand before all else, once."""
    taken: list[ast.stmt] = []

    class Take(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
            return node if isinstance(node, scope) else super().generic_visit(node)

        def visit_Global(self, node: ast.Global | ast.Nonlocal) -> ast.stmt:
            taken.append(node)
            return ast.copy_location(ast.Pass(), node)

        visit_Nonlocal = visit_Global

    for index, node in enumerate(body):
        body[index] = Take().visit(node)
    return taken


def _entry(original: Definition, plain: list[ast.stmt], routed: list[ast.stmt]) -> list[ast.stmt]:
    names = [a.arg for a in parameters_of(original.args)]
    enter = ast.Call(_load("$entered"), [_load(name) for name in names], [])
    handed = ast.Tuple([_store(name) for name in HANDED], ast.Store())
    leave = ast.Expr(ast.Call(_load("$leave"), [], []))
    ended: list[ast.stmt] = [leave]
    if not _outlives(routed):
        ended.append(ast.Delete([ast.Name(name, ast.Del()) for name in ("$entered", *HANDED)]))
    started: list[ast.stmt] = [
        ast.Assign([handed], _load("$entered")),
        ast.Try(body=routed, handlers=[], orelse=[], finalbody=ended),
    ]
    forgotten = ast.Delete([ast.Name("$entered", ast.Del())])
    test = ast.Compare(_load("$entered"), [ast.Is()], [ast.Constant(None)])
    nodes: list[ast.stmt] = [
        ast.Assign([_store("$entered")], ast.Constant(ENTRY)),
        ast.Assign([_store("$entered")], enter),
        ast.If(test, [forgotten, *plain], started),
    ]
    return [_at(node, original.lineno) for node in nodes]


def _outlives(body: list[ast.stmt]) -> bool:
    """May a generator expression use the names of ours after the function has ended?"""
    return any(isinstance(n, ast.GeneratorExp) for statement in body for n in ast.walk(statement))


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in the order in which they are handed on."""
    ends = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *ends]


class _Route(ast.NodeTransformer):
    """Route callees, count loops, tell what run-ahead waits for."""

    def __init__(self, plan: Plan, numbered: Outline) -> None:
        self._plan = plan
        self._of = numbered.of
        self._loop_of = numbered.loop_of

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [new for node in body for new in self._statement(node)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        index = self._of.get(node)
        if index is None:
            return [node]
        before = self._epoch(node, index)
        new = cast(ast.stmt, self.visit(node))
        return [*before, *self._reset(node), new, *self._learnt(node, index)]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            return node
        for name, value in ast.iter_fields(node):
            if name in {"body", "orelse", "finalbody"} and isinstance(value, list):
                setattr(node, name, self.block(value))
            elif isinstance(value, list):
                value[:] = [self.visit(v) if isinstance(v, ast.AST) else v for v in value]
            elif isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        index = self._of.get(node)
        self.generic_visit(node)
        if index in self._plan.routed:
            routed = _call("$route", ast.Constant(index), node.func)
            retired = _place(RETIRED, ast.Load())
            either = ast.IfExp(retired, copy.deepcopy(node.func), routed)
            node.func = _instead(either, node.func)
        return node

    # --- counting ---

    def _epoch(self, node: ast.stmt, index: int) -> list[ast.stmt]:
        """One more epoch before a sync-point; loops that are not counted only once, outside."""
        plan = self._plan
        statement = plan.outline.statements[index]
        if any(loop not in plan.counter for loop in statement.loops):
            return []
        uncounted = self._loop_of.get(node) not in plan.counter and node in self._loop_of
        inner = [index]
        if uncounted:
            inner = [
                s.index for s in plan.outline.statements if plan.outline.inside(s.index, index)
            ]
        return [_bump(EPOCH, node)] if any(plan.effects.sync[i] for i in inner) else []

    def _reset(self, node: ast.stmt) -> list[ast.stmt]:
        place = self._plan.counter.get(self._loop_of.get(node, -1))
        if place is None:
            return []
        return [_at(ast.Assign([_place(place, ast.Store())], ast.Constant(-1)), node.lineno)]

    def visit_For(self, node: ast.For) -> ast.AST:
        index, place = self._of[node], self._plan.counter.get(self._loop_of[node])
        self.generic_visit(node)
        if place is None:
            return node
        if index in self._plan.told:
            source = _call("$tell", ast.Constant(index), node.iter)
            node.iter = _instead(source, node.iter)
        again = ast.AugAssign(_place(EPOCH, ast.Store()), ast.Add(), _place(place + 1, ast.Load()))
        begin = self._tell(item_point(index), self._plan.items.get(index, ()), node)
        node.body[:0] = [_bump(place, node), _at(again, node.lineno), *begin]
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        index, place = self._of[node], self._plan.counter.get(self._loop_of[node])
        self.generic_visit(node)
        if place is None:
            return node
        if index in self._plan.told:
            node.test = _instead(_call("$tell", ast.Constant(index), node.test), node.test)
        begin = self._tell(item_point(index), self._plan.items.get(index, ()), node)
        node.body[:0] = [_bump(place, node), *begin]
        if self._plan.effects.sync[index]:
            node.body[:0] = [_bump(EPOCH, node)]
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        index = self._of[node]
        self.generic_visit(node)
        if index in self._plan.told:
            node.test = _instead(_call("$tell", ast.Constant(index), node.test), node.test)
        return node

    def _comprehension(self, node: Comprehension) -> ast.AST:
        self.generic_visit(node)
        for clause in node.generators:
            place = self._plan.counter.get(self._loop_of[clause])
            if place is not None:
                start = _call("$begin", ast.Constant(place), clause.iter)
                clause.iter = _instead(start, clause.iter)
                step = _call("$step", ast.Constant(place))
                clause.ifs.insert(0, _instead(step, clause.iter))
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    # --- telling ---

    def _learnt(self, node: ast.stmt, index: int) -> list[ast.stmt]:
        return self._tell(index, self._plan.learnt.get(index, ()), node)

    def _tell(self, point: int, names: tuple[str, ...], node: ast.stmt) -> list[ast.stmt]:
        """Tell run-ahead the values of `names`, if it waits for any at all.

        After:
            if $counters[1]: $learn(7, 0, x)
        """
        if not names:
            return []
        safe = isinstance(node, ast.Assign | ast.AugAssign) and not _has_walrus(node)
        told: list[ast.stmt] = []
        for rank, name in enumerate(names):
            learn = _call("$learn", ast.Constant(point), ast.Constant(rank), _load(name))
            told.append(ast.Expr(learn) if safe else _unless_unbound(ast.Expr(learn)))
        line = node.lineno if point < 0 else node.end_lineno or node.lineno
        return [_at(ast.If(_place(AWAITED, ast.Load()), told, []), line)]

    # --- tracebacks ---

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        for handler in node.handlers:
            handler.body.insert(0, _tidy(handler))
        if node.finalbody:
            node.finalbody.insert(0, _tidy(node.finalbody[0]))
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        index = self._of[node]
        names = self._plan.items.get(index, ())
        self.generic_visit(node)
        handler = ast.ExceptHandler(None, None, [_tidy(node), ast.Raise()])
        inner = [*self._tell(item_point(index), names, node), *node.body]
        guarded = ast.Try(body=inner, handlers=[handler], orelse=[], finalbody=[])
        node.body = [_at(guarded, node.lineno)]
        return node


def _has_walrus(node: ast.AST) -> bool:
    return any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))


def _unless_unbound(told: ast.stmt) -> ast.stmt:
    handler = ast.ExceptHandler(_load("$unbound"), None, [ast.Pass()])
    return ast.Try(body=[told], handlers=[handler], orelse=[], finalbody=[])


def _tidy(node: ast.AST) -> ast.stmt:
    return _at(ast.Expr(_call("$tidy")), node.lineno)  # type: ignore[attr-defined]


def _bump(place: int, node: ast.stmt) -> ast.stmt:
    return _at(ast.AugAssign(_place(place, ast.Store()), ast.Add(), ast.Constant(1)), node.lineno)


def _place(index: int, context: ast.expr_context) -> ast.Subscript:
    return ast.Subscript(_load("$counters"), ast.Constant(index), context)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(_load(name), list(arguments), [])


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def _instead(new: ast.expr, old: ast.expr) -> ast.expr:
    """`new` with all that is in it at the place of `old`."""
    return ast.fix_missing_locations(ast.copy_location(new, old))


def _at(node: ast.stmt, line: int) -> ast.stmt:
    """`node` with a place for those of its parts that have none."""
    for part in ast.walk(node):
        if isinstance(part, ast.expr | ast.stmt | ast.excepthandler) and not hasattr(
            part, "lineno"
        ):
            part.lineno = part.end_lineno = line
            part.col_offset = part.end_col_offset = 0
    return node
