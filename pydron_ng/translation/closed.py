"""Functions that run no code but their own and that of functional calls, on tame values.

Between two functional calls of such a function nothing can change what they depend on: no
operator, attribute, context manager or unknown call is there that could run code of the user's.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from pydron_ng.translation.facts import Closed
from pydron_ng.translation.kinds import CANDIDATES, Kind
from pydron_ng.translation.outline import Outline
from pydron_ng.translation.own import Own
from pydron_ng.translation.plan import Plan

_STATEMENTS = (
    ast.AnnAssign,
    ast.Assign,
    ast.AugAssign,
    ast.Break,
    ast.Continue,
    ast.Expr,
    ast.For,
    ast.If,
    ast.Pass,
    ast.Return,
    ast.Try,
    ast.While,
)
_EXPRESSIONS = (
    ast.BinOp,
    ast.BoolOp,
    ast.Call,
    ast.Compare,
    ast.Constant,
    ast.Dict,
    ast.DictComp,
    ast.FormattedValue,
    ast.GeneratorExp,
    ast.IfExp,
    ast.JoinedStr,
    ast.List,
    ast.ListComp,
    ast.Name,
    ast.NamedExpr,
    ast.Set,
    ast.SetComp,
    ast.Slice,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
)
#: Of builtins with tame arguments: what these do is done in C.
_BUILTINS = frozenset(
    """abs all any bool bytes chr dict divmod enumerate float frozenset int len list max min ord
    pow range repr reversed round set sorted str sum tuple zip""".split()
)


def closed(plan: Plan, local: Collection[str]) -> Closed | None:
    """What has to hold for the function to be closed; None if it never is.

    local: the names of the function's own scope and of the expressions in it.
    """
    outline, kinds = plan.outline, plan.effects.kinds
    own = Own(outline)
    found: set[str] = set()
    callees: set[ast.expr] = set()
    for site in outline.sites:
        kind, func = kinds[site.index], site.node.func
        if kind is Kind.PURE and isinstance(func, ast.Name) and func.id in _BUILTINS:
            if any(keyword.arg in {"key", None} for keyword in site.node.keywords):
                return None
            found.add(func.id)
        elif own.is_changed_by(site):
            callees.add(func)
        elif kind not in CANDIDATES or not site.is_of_name:
            return None  # that a routed callee is functional is seen at run time
        if isinstance(func, ast.Name):
            callees.add(func)
    parts = list(_parts(outline))
    if not all(part in callees or _is_tame(part, local) for part in parts):
        return None
    return Closed(frozenset(found), any(isinstance(part, ast.AugAssign) for part in parts))


def _parts(outline: Outline) -> list[ast.AST]:
    """All statements and expressions of the function; of handlers what they catch is none."""
    nodes: list[ast.AST] = []
    waiting: list[ast.AST] = list(outline.definition.body)
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        skipped = ("annotation", "type") if isinstance(node, ast.AnnAssign | _HANDLER) else ()
        for name, value in ast.iter_fields(node):
            if name not in skipped:
                found = value if isinstance(value, list) else [value]
                waiting += [part for part in found if isinstance(part, ast.AST)]
    return nodes


_HANDLER = ast.ExceptHandler
_ASIDE = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.keyword)


def _is_tame(node: ast.AST, local: Collection[str]) -> bool:
    match node:
        case ast.Name(name):
            return name in local
        case ast.Attribute():
            return False
        case ast.ExceptHandler(kind, name, _):
            return name is None and (kind is None or isinstance(kind, ast.Name))
        case ast.comprehension():
            return not node.is_async
        case ast.AnnAssign(target) | ast.AugAssign(target):
            return isinstance(target, ast.Name)
        case ast.Subscript(_, _, context):
            return isinstance(context, ast.Load)
        case _:
            return isinstance(node, (*_STATEMENTS, *_EXPRESSIONS, *_ASIDE))
