"""Where a commit program begins: it asks what to work with, or runs as it is written."""

from __future__ import annotations

import ast
import copy

from pydron_ng.translation.entries import ENTRY, RESTS
from pydron_ng.translation.source import Definition
from pydron_ng.translation.syntax import at, call, instead, item, load, store

#: What the entry hands out, in this order.
HANDED = (
    "$route",
    "$counters",
    "$learn",
    "$tell",
    "$tidy",
    "$step",
    "$begin",
    "$each",
    "$leave",
    "$unbound",
)


def entered(
    original: Definition, entry: str, plain: list[ast.stmt], routed: list[ast.stmt]
) -> list[ast.stmt]:
    """The body of a function: as it is written, and routed.

    After:
        $entered = ENTRY
        if $entered.$rests:
            $entered.$rests -= 1
            $entered = None
        else:
            try: $entered = $entered(xs)
            except: $entered.tidy(); raise
        if $entered is None: plain
        else:
            $route, $counters, ... = $entered
            try: routed
            finally: $leave()
    """
    names = [a.arg for a in parameters_of(original.args)]
    enter = ast.Call(load("$entered"), [load(name) for name in names], [])
    handed = ast.Tuple([store(name) for name in HANDED], ast.Store())
    leave = ast.Expr(ast.Call(load("$leave"), [], []))
    ended: list[ast.stmt] = [leave]
    if not _outlives(routed):
        ended.append(ast.Delete([ast.Name(name, ast.Del()) for name in ("$entered", *HANDED)]))
    started: list[ast.stmt] = [
        ast.Assign([handed], load("$entered")),
        ast.Try(body=routed, handlers=[], orelse=[], finalbody=ended),
    ]
    forgotten = ast.Delete([ast.Name("$entered", ast.Del())])
    test = ast.Compare(load("$entered"), [ast.Is()], [ast.Constant(None)])
    rest: list[ast.stmt] = [ast.Assign([store("$entered")], ast.Constant(None))]
    if entry == ENTRY:
        fewer = ast.Attribute(load("$entered"), RESTS, ast.Store())
        rest.insert(0, ast.AugAssign(fewer, ast.Sub(), ast.Constant(1)))
    nodes: list[ast.stmt] = [
        ast.Assign([store("$entered")], ast.Constant(entry)),
        ast.If(_rests(), rest, [_interruptible(ast.Assign([store("$entered")], enter))]),
        ast.If(test, [forgotten, *plain], started),
    ]
    return [at(node, original.lineno) for node in nodes]


def _interruptible(entering: ast.stmt) -> ast.stmt:
    """Only signal handlers raise in there, and nobody is to see where."""
    tidy = ast.Expr(ast.Call(ast.Attribute(load("$entered"), "tidy", ast.Load()), [], []))
    handler = ast.ExceptHandler(None, None, [tidy, ast.Raise()])
    return ast.Try(body=[entering], handlers=[handler], orelse=[], finalbody=[])


def _rests() -> ast.expr:
    return ast.Attribute(load("$entered"), RESTS, ast.Load())


def _outlives(body: list[ast.stmt]) -> bool:
    """May something lazy, as map() is, use the names of ours after the function has ended?"""
    lazy = ast.GeneratorExp | ast.Lambda
    return any(isinstance(n, lazy) for statement in body for n in ast.walk(statement))


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in the order in which they are handed on."""
    ends = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *ends]


def entered_lambda(node: ast.Lambda, entry: str, routed: ast.expr) -> ast.Lambda:
    """The same of a lambda, in one expression.

    Before:
        lambda x: f(x)
    After:
        lambda x: (
            f(x)
            if ($entered := ENTRY).$rests or ($entered := $entered(x)) is None
            else ($route := $entered[0], ..., (f if ... else $route(0, f))(x), $leave())[-2]
        )
    """
    names = [load(a.arg) for a in parameters_of(node.args)]
    enter = ast.Call(load("$entered"), list(names), [])
    asked = ast.NamedExpr(store("$entered"), ast.Constant(entry))
    rests = ast.Attribute(asked, RESTS, ast.Load())
    refused = ast.Compare(ast.NamedExpr(store("$entered"), enter), [ast.Is()], [ast.Constant(None)])
    handed = [
        ast.NamedExpr(store(name), item(load("$entered"), rank)) for rank, name in enumerate(HANDED)
    ]
    begun = ast.Tuple([*handed, routed, call("$leave")], ast.Load())
    test = ast.BoolOp(ast.Or(), [rests, refused])
    node.body = instead(ast.IfExp(test, copy.deepcopy(node.body), item(begun, -2)), node.body)
    return node
