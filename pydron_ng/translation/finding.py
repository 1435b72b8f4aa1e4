"""From the plan of a function to the facts that the runtime asks of it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from types import CodeType

from pydron_ng.translation.closed import closed
from pydron_ng.translation.codes import all_codes
from pydron_ng.translation.entering import parameters_of
from pydron_ng.translation.facts import Facts, LoopFacts, SiteFacts, StatementFacts
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.names import expression_names
from pydron_ng.translation.outline import Site, Statement, iterated_argument
from pydron_ng.translation.plan import Plan

_WIDEST = 60  # characters of a statement in a reason


def facts_of(plan: Plan, code: CodeType, number: int = 0) -> Facts:
    """The facts of a function with that plan and code.

    number: that of its code among those in the code of the function around it.
    """
    outline = plan.outline
    names = (getattr(s.node.func, "attr", getattr(s.node.func, "id", "")) for s in outline.sites)
    bound = frozenset(expression_names(outline.definition))
    own = {*code.co_varnames, *code.co_cellvars, *bound}
    codes = list(all_codes(code))
    return Facts(
        code=number,
        parameters=tuple(a.arg for a in parameters_of(outline.definition.args)),
        counted=len(plan.counter),
        is_recursive=code.co_name in names,
        closed=closed(plan, own),
        sites=tuple(_site(plan, site, bound) for site in outline.sites),
        statements=tuple(_statement(plan, statement) for statement in outline.statements),
        loops=tuple(_loops(plan)),
        inner=tuple(
            facts_of(inner.plan, inner.code, codes.index(inner.code))
            for inner in plan.inner.values()
        ),
    )


def _site(plan: Plan, site: Site, bound: frozenset[str]) -> SiteFacts:
    """bound: names that lambdas and comprehensions bind; nobody knows what one will stand for."""
    node = site.node
    callee = site.handed or node.func
    is_bound_inside = isinstance(callee, ast.Name) and callee.id in bound
    is_routed = site.index in plan.routed
    handing = plan.counter[site.loops[-1]] if site.handed is not None and is_routed else -1
    return SiteFacts(
        line=site.line,
        spot=(
            node.lineno,
            node.end_lineno or node.lineno,
            node.col_offset,
            node.end_col_offset or 0,
        ),
        places=plan.counters(site.loops),
        handing=handing,
        is_routed=is_routed,
        is_functional=plan.effects.kinds[site.index] is Kind.FUNCTIONAL,
        is_at_sync_point=plan.effects.sync[site.statement],
        is_unsure=plan.effects.unsure[site.statement],
        is_near=is_routed and not any(_takes_time(plan, s) for s in _statements_before(plan, site)),
        name="" if is_bound_inside else _name(callee),
        is_name=isinstance(callee, ast.Name),
        text=_headline(node) if is_routed else "",
        arguments=tuple(map(_headline, node.args)) if is_routed else (),
    )


def _name(callee: ast.expr) -> str:
    return getattr(callee, "attr", "") or getattr(callee, "id", "")


def _loops(plan: Plan) -> Iterator[LoopFacts]:
    nodes = {number: node for node, number in plan.outline.loop_of.items()}
    for number, around in enumerate(plan.outline.loops):
        found = _gone_over(nodes.get(number))
        yield LoopFacts(
            place=plan.counter.get(number, -1),
            places=plan.counters(around[:-1]),
            line=0 if found is None else found.lineno,
            text="" if found is None else _headline(found),
        )


def _gone_over(node: ast.AST | None) -> ast.expr | None:
    """What a clause of a comprehension, or a call of map() or its like, goes over."""
    if isinstance(node, ast.comprehension):
        return node.iter
    return iterated_argument(node) if isinstance(node, ast.Call) else None


def _statements_before(plan: Plan, here: Site) -> list[int]:
    """The statements since the call before; in a loop, all of the loop."""
    outline = plan.outline
    if here.loops:
        return [s.index for s in outline.statements if here.loops[-1] in s.loops]
    earlier = [s.statement for s in outline.sites[: here.index] if s.index in plan.routed]
    return list(range(max(earlier, default=0) + 1, here.statement))


def _takes_time(plan: Plan, statement: int) -> bool:
    loops = plan.outline.loop_of
    node = plan.outline.statements[statement].node
    uncounted = node in loops and loops[node] not in plan.counter
    effects = plan.effects
    return uncounted or (effects.sync[statement] and not effects.unsure[statement])


def _statement(plan: Plan, statement: Statement) -> StatementFacts:
    node, loops = statement.node, plan.outline.loop_of
    own = loops.get(node)
    inside = statement.loops if own is None else (*statement.loops, own)
    is_counted = isinstance(node, ast.For) and own in plan.counter
    return StatementFacts(
        line=node.lineno,
        places=plan.counters(statement.loops),
        inside=plan.counters(inside),
        unsafe=plan.counter[loops[node]] + 1 if is_counted else -1,
        is_while=isinstance(node, ast.While),
        is_expression=isinstance(node, ast.Expr),
        text=_headline(node) if statement.index else "",
    )


def _headline(node: ast.stmt | ast.expr) -> str:
    """A statement or expression in one line, shortened."""
    text = ast.unparse(_head(node)).strip().partition("\n")[0]
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _head(node: ast.stmt | ast.expr) -> ast.stmt | ast.expr:
    """A statement without the statements inside of it: writing these, too, would take long."""
    if not isinstance(node, ast.stmt) or not hasattr(node, "body"):
        return node
    head = copy.copy(node)
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        if hasattr(head, name):
            setattr(head, name, [])
    return head
