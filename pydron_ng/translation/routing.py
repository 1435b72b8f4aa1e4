"""The body of a commit program: callees routed, loops counted, run-ahead told."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import cast

from pydron_ng.translation.counters import AWAITED, EPOCH, PASSED, RETIRED, STRANGE, item_point
from pydron_ng.translation.outline import (
    Comprehension,
    Outline,
    handed_function,
    is_plain_lambda,
    iterated_argument,
)
from pydron_ng.translation.plan import Plan
from pydron_ng.translation.syntax import at, call, instead, load


class Route(ast.NodeTransformer):
    """Route callees, count loops, tell what run-ahead waits for."""

    def __init__(self, plan: Plan, numbered: Outline, inner: Callable[[ast.AST], ast.AST]) -> None:
        """inner: what stands for a function inside of this one."""
        self._plan = plan
        self._inner = inner
        self._of = numbered.of
        self._loop_of = numbered.loop_of

    def block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        return [new for node in body for new in self._statement(node)]

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        index = self._of.get(node)
        if index is None:
            return [node]
        begun = self._epoch(node, index)
        ended = [] if isinstance(node, _LEAVES) else self._epoch(node, index)
        new = cast(ast.stmt, self.visit(node))
        if begun and self._plan.effects.sync[index]:
            for block in _blocks(new):
                block.insert(0, self._next_epoch([index], block[0]))
        return [*begun, *self._reset(node), new, *ended, *self._learnt(node, index)]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            return self._inner(node)
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
            routed = call("$route", ast.Constant(index), node.func)
            retired = _place(RETIRED, ast.Load())
            either = ast.IfExp(retired, copy.deepcopy(node.func), routed)
            self._begin(node)
            self._hand(node, index)
            node.func = instead(either, node.func)
        return node

    def _begin(self, node: ast.Call) -> None:
        """What map() or its like goes over is told to run-ahead.

        After:
            map(f, $begin(7, xs))
        """
        iterated = iterated_argument(node)
        if iterated is not None:
            place = self._plan.counter[self._loop_of[node]]
            begun = instead(call("$begin", ast.Constant(place), iterated), iterated)
            node.args = [begun if part is iterated else part for part in node.args]

    def _hand(self, node: ast.Call, index: int | None) -> None:
        """A function that map() or its like is handed, so that what it calls is routed.

        Nobody but those ever gets to see that one.

        After:
            sorted(xs, key=$each(3, f) if $counters[8] > $counters[2] else f)
            map((lambda x: f(x) if $step(7) else None) if $counters[8] ... else lambda x: f(x), xs)
        """
        handed = handed_function(node)
        if handed is None:
            return
        place = self._plan.counter[self._loop_of[node]]
        plain = copy.deepcopy(handed)
        routed: ast.expr = handed
        if is_plain_lambda(handed):
            assert isinstance(handed, ast.Lambda)
            body = cast(ast.expr, self.visit(handed.body))
            step = call("$step", ast.Constant(place))
            handed.body = instead(ast.IfExp(step, body, ast.Constant(None)), body)
        else:
            routed = call("$each", ast.Constant(index), handed)
        applies, retired = _place(place + 1, ast.Load()), _place(RETIRED, ast.Load())
        test = ast.Compare(applies, [ast.Gt()], [retired])
        either = instead(ast.IfExp(test, routed, plain), plain)
        node.args = [either if part is handed else part for part in node.args]
        for keyword in node.keywords:
            keyword.value = either if keyword.value is handed else keyword.value

    # --- counting ---

    def _epoch(self, node: ast.stmt, index: int) -> list[ast.stmt]:
        """One more epoch before and after a sync-point, and where its blocks begin.

        Before it, for calls that were issued earlier and are made in it; after it, for those that
        were issued while it was under way. Loops that are not counted only once, outside.
        """
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
        points = [i for i in inner if plan.effects.sync[i]]
        return [self._next_epoch(points, node)] if points else []

    def _next_epoch(self, points: list[int], node: ast.stmt) -> ast.stmt:
        """One more epoch; where only the run tells what is called, if that was strange.

        After:
            $counters[0] += $counters[3]
        """
        if not all(self._plan.effects.unsure[i] for i in points):
            return _bump(EPOCH, node)
        return _add(EPOCH, STRANGE, node)

    def _reset(self, node: ast.stmt) -> list[ast.stmt]:
        place = self._plan.counter.get(self._loop_of.get(node, -1))
        if place is None:
            return []
        return [at(ast.Assign([_place(place, ast.Store())], ast.Constant(-1)), node.lineno)]

    def visit_For(self, node: ast.For) -> ast.AST:
        index, place = self._of[node], self._plan.counter.get(self._loop_of[node])
        self.generic_visit(node)
        if place is None:
            return node
        if index in self._plan.told:
            source = call("$tell", ast.Constant(index), node.iter)
            node.iter = instead(source, node.iter)
        begin = self._tell(item_point(index), self._plan.items.get(index, ()), node)
        node.body[:0] = [_bump(place, node), _add(EPOCH, place + 1, node), *begin]
        return node

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        index, place = self._of[node], self._plan.counter.get(self._loop_of[node])
        self.generic_visit(node)
        if place is None:
            return node
        begin = self._tell(item_point(index), self._plan.items.get(index, ()), node)
        node.body[:0] = [_bump(place, node), _bump(EPOCH, node), *begin]
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        index, place = self._of[node], self._plan.counter.get(self._loop_of[node])
        self.generic_visit(node)
        if place is None:
            return node
        if index in self._plan.told:
            node.test = instead(call("$tell", ast.Constant(index), node.test), node.test)
        begin = self._tell(item_point(index), self._plan.items.get(index, ()), node)
        node.body[:0] = [*self._decided(index, node, outcome=True), _bump(place, node), *begin]
        node.orelse[:0] = self._decided(index, node, outcome=False)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        index = self._of[node]
        self.generic_visit(node)
        if index in self._plan.told:
            node.test = instead(call("$tell", ast.Constant(index), node.test), node.test)
        names = self._plan.items.get(index, ())
        for body, outcome in ((node.body, True), (node.orelse, False)):
            told = [*self._decided(index, node, outcome=outcome)]
            body[:0] = [*told, *(self._tell(item_point(index), names, node) if body else [])]
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        index = self._of[node]
        names = self._plan.items.get(index, ())
        self.generic_visit(node)
        for rank, case in enumerate(node.cases):
            line = case.pattern.lineno
            told = _tells(index, rank, line) if index in self._plan.decided else []
            case.body[:0] = [*told, *self._tell(item_point(index), names, case.pattern)]
        return node

    def _decided(self, index: int, node: ast.If | ast.While, *, outcome: bool) -> list[ast.stmt]:
        """Tell run-ahead how a test came out, where that costs less than to hand its value on.

        After:
            if $counters[1]: $tell(7, True)
        """
        if index not in self._plan.decided or index in self._plan.told:
            return []
        return _tells(index, outcome, node.body[0].lineno if outcome else node.test.lineno)

    def _comprehension(self, node: Comprehension) -> ast.AST:
        self.generic_visit(node)
        for clause in node.generators:
            place = self._plan.counter.get(self._loop_of[clause])
            if place is not None:
                start = call("$begin", ast.Constant(place), clause.iter)
                clause.iter = instead(start, clause.iter)
                step = call("$step", ast.Constant(place))
                clause.ifs.insert(0, instead(step, clause.iter))
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    # --- telling ---

    def _learnt(self, node: ast.stmt, index: int) -> list[ast.stmt]:
        told = self._tell(index, self._plan.learnt.get(index, ()), node)
        if index not in self._plan.passed:
            return told
        learn = call("$learn", ast.Constant(index), ast.Constant(PASSED), ast.Constant(None))
        passed = ast.If(_place(AWAITED, ast.Load()), [ast.Expr(learn)], [])
        return [*told, at(passed, node.end_lineno or node.lineno)]

    def _tell(
        self, point: int, names: tuple[str, ...], node: ast.stmt | ast.pattern
    ) -> list[ast.stmt]:
        """Tell run-ahead the values of `names`, if it waits for any at all.

        After:
            if $counters[1]: $learn(7, 0, x)
        """
        if not names:
            return []
        bound = _surely_bound(node)
        told: list[ast.stmt] = []
        for rank, name in enumerate(names):
            learn = call("$learn", ast.Constant(point), ast.Constant(rank), load(name))
            told.append(ast.Expr(learn) if name in bound else _unless_unbound(ast.Expr(learn)))
        line = node.lineno if point < 0 else node.end_lineno or node.lineno
        return [at(ast.If(_place(AWAITED, ast.Load()), told, []), line)]

    # --- tracebacks: no handler and no manager of the user's sees frames of ours ---

    def visit_Try(self, node: ast.Try | ast.TryStar) -> ast.AST:
        self.generic_visit(node)
        if node.handlers:
            node.body = [_tidied(node.body, node.handlers[0].lineno)]
        if node.finalbody:
            node.finalbody.insert(0, _tidy(node.finalbody[0].lineno))
        return node

    visit_TryStar = visit_Try

    def visit_With(self, node: ast.With | ast.AsyncWith) -> ast.AST:
        index = self._of[node]
        names = self._plan.items.get(index, ())
        self.generic_visit(node)
        inner = [*self._tell(item_point(index), names, node), *node.body]
        node.body = [_tidied(inner, node.lineno)]
        for item in reversed(node.items[1:]):
            again = ast.copy_location(type(node)([item], node.body), node)
            node.body = [_tidied([again], node.lineno)]
        del node.items[1:]
        return node

    visit_AsyncWith = visit_With


def _tells(index: int, outcome: int, line: int) -> list[ast.stmt]:
    told = ast.Expr(call("$tell", ast.Constant(index), ast.Constant(outcome)))
    return [at(ast.If(_place(AWAITED, ast.Load()), [told], []), line)]


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement."""
    if isinstance(node, _SCOPES):
        return
    for name in ("body", "orelse", "finalbody"):
        if block := getattr(node, name, None):
            yield block
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part.body


_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _surely_bound(node: ast.AST) -> frozenset[str]:
    """The names that have a value once the statement has been passed."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return frozenset()
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def _unless_unbound(told: ast.stmt) -> ast.stmt:
    handler = ast.ExceptHandler(load("$unbound"), None, [ast.Pass()])
    return ast.Try(body=[told], handlers=[handler], orelse=[], finalbody=[])


def _tidy(line: int) -> ast.stmt:
    return at(ast.Expr(call("$tidy")), line)


def _tidied(body: list[ast.stmt], line: int) -> ast.stmt:
    """`body`, whose exceptions lose the frames of ours at `line`, where they are caught.

    After:
        try: body
        except: $tidy(); raise
    """
    handler = ast.ExceptHandler(None, None, [_tidy(line), ast.Raise()])
    return at(ast.Try(body=body, handlers=[handler], orelse=[], finalbody=[]), line)


def _bump(place: int, node: ast.stmt) -> ast.stmt:
    return at(ast.AugAssign(_place(place, ast.Store()), ast.Add(), ast.Constant(1)), node.lineno)


def _add(place: int, other: int, node: ast.stmt) -> ast.stmt:
    added = _place(other, ast.Load())
    return at(ast.AugAssign(_place(place, ast.Store()), ast.Add(), added), node.lineno)


def _place(index: int, context: ast.expr_context) -> ast.Subscript:
    return ast.Subscript(load("$counters"), ast.Constant(index), context)
