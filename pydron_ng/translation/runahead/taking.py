"""How much is certainly taken of what is made item by item: calls for the rest are not bound to be.

Generator expressions, and what map() and its like return.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pydron_ng.purity import methods
from pydron_ng.translation.kinds import Kind

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

#: All of it; up to the first true item; to the first that is not; the first; nobody knows.
ALL, TRUE, FALSE, FIRST, OPEN = "", "true", "false", "first", "open"
_STOPS = {"any": TRUE, "all": FALSE, "next": FIRST}
_HANDS_ON = frozenset(
    """map filter starmap enumerate zip zip_longest chain from_iterable pairwise accumulate batched
    tqdm track""".split()
)
_STOPS_SOMEWHERE = frozenset("islice takewhile dropwhile compress iter groupby tee cycle".split())
_EXITS = (ast.Return, ast.Break, ast.Raise, ast.Assert)
_PURE = frozenset({Kind.PURE, Kind.CONTAINER})
_METHODS = methods.PURE | methods.MUTATORS  # also where functional ones have such a name


def taken(emitter: Emitter, node: ast.AST) -> str:
    """What is surely taken of the items of `node`; all where exits are gone past."""
    return ALL if emitter.speculate else _by_parent(emitter, node)


def _by_parent(emitter: Emitter, node: ast.AST) -> str:
    parent = emitter.parents[node]
    match parent:
        case ast.Call():
            return _by_call(emitter, parent)
        case ast.Starred() | ast.YieldFrom() | ast.AugAssign():
            return ALL
        case ast.For() | ast.AsyncFor():
            return OPEN if any(isinstance(n, _EXITS) for n in ast.walk(parent)) else ALL
        case ast.comprehension():
            inside = emitter.parents[parent]
            return _handed_on(emitter, inside) if isinstance(inside, ast.GeneratorExp) else ALL
        case ast.Assign():
            return _by_targets(emitter, parent)
        case _:
            return OPEN


def _by_call(emitter: Emitter, call: ast.Call) -> str:
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if name in _STOPS:
        return _STOPS[name]
    if name in _HANDS_ON:
        return _handed_on(emitter, call)
    if name in _STOPS_SOMEWHERE:
        return OPEN
    site = emitter.outline.of[call]
    is_pure = emitter.plan.effects.kinds[site] in _PURE or name in _METHODS
    return ALL if is_pure or emitter.outline.sites[site].handed is not None else OPEN


def _handed_on(emitter: Emitter, node: ast.expr) -> str:
    """Where items are taken one for one, all are if all of `node` is."""
    return ALL if _by_parent(emitter, node) == ALL else OPEN


def _by_targets(emitter: Emitter, node: ast.Assign) -> str:
    """Unpacking takes all; a name, what is done with it in the only place where it is read."""
    target = node.targets[0]
    if isinstance(target, ast.Tuple | ast.List):
        return ALL
    if not isinstance(target, ast.Name) or len(node.targets) > 1:
        return OPEN
    uses = [n for n in emitter.parents if isinstance(n, ast.Name) and n.id == target.id]
    if len(uses) != 2 or not _is_behind(emitter, node, uses[1]):  # noqa: PLR2004
        return OPEN
    return _by_parent(emitter, uses[1])


def _is_behind(emitter: Emitter, first: ast.stmt, use: ast.AST) -> bool:
    """Is the use surely come to after the statement?"""
    while not isinstance(use, ast.stmt):
        if isinstance(use, ast.Lambda | ast.IfExp | ast.BoolOp):
            return False
        use = emitter.parents[use]
    block = _block_of(emitter, first)
    if use not in block:
        return False
    between = block[block.index(first) : block.index(use)]
    return not any(isinstance(n, _EXITS) for statement in between for n in ast.walk(statement))


def _block_of(emitter: Emitter, statement: ast.stmt) -> list[ast.stmt]:
    parent = emitter.parents[statement]
    blocks = (getattr(parent, name, []) for name in ("body", "orelse", "finalbody"))
    return next((block for block in blocks if statement in block), [])
