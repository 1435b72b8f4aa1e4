"""What each call is, and which names of the function a statement may change."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import gt
from typing import NamedTuple

from pydron_ng.translation.kinds import CANDIDATES as CANDIDATES
from pydron_ng.translation.kinds import Kind as Kind
from pydron_ng.translation.names import stored_names
from pydron_ng.translation.outline import Outline, Site, Statement
from pydron_ng.translation.own import Own


class Part(NamedTuple):
    """What may be changed of the object of a name.

    field: the attribute, or what hangs on it; empty: all of it.
    is_handed: only as an argument of code that nobody knows: it is still the same object.
    """

    name: str
    field: str
    is_handed: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """Facts about calls and changes.

    kinds: of each site.
    mutated: of each statement, the names whose objects it may change, itself alone.
    sync: of each statement, whether it runs code that nobody can reason about.
    unsure: of those, whether only where callees that are mere names are not functional.
    """

    kinds: tuple[Kind, ...]
    mutated: tuple[tuple[str, ...], ...]
    sync: tuple[bool, ...]
    unsure: tuple[bool, ...]


def effects(
    outline: Outline,
    classify: Callable[[Site], Kind],
    local: frozenset[str],
    captured: frozenset[str],
) -> Effects:
    """The effects of each statement.

    local: the names of the function's own scope; captured: those that inner functions see.
    """
    shared = captured | declared_names(outline)
    own = Own(outline)
    kinds = tuple(
        Kind.CONTAINER if own.is_changed_by(site) else classify(site) for site in outline.sites
    )
    calls: dict[int, list[tuple[Site, Kind]]] = {}
    for site, kind in zip(outline.sites, kinds, strict=True):
        calls.setdefault(site.statement, []).append((site, kind))
    mutated = tuple(
        tuple(dict.fromkeys(changed_names(statement, calls.get(statement.index, []), local)))
        for statement in outline.statements
    )
    sync = [_is_sync(s, calls.get(s.index, []), shared) for s in outline.statements]
    sure = [_is_sync(s, list(_known(calls.get(s.index, []))), shared) for s in outline.statements]
    return Effects(kinds, mutated, tuple(sync), tuple(map(gt, sync, sure)))


def declared_names(outline: Outline) -> frozenset[str]:
    """The names that are declared global or nonlocal."""
    return frozenset(
        name
        for s in outline.statements
        if isinstance(s.node, ast.Global | ast.Nonlocal)
        for name in s.node.names
    )


def _is_sync(statement: Statement, calls: list[tuple[Site, Kind]], shared: frozenset[str]) -> bool:
    """May the statement change what a functional call depends on besides its arguments?"""
    if statement.index == 0:
        return False
    if isinstance(statement.node, _RUNS_CODE) or any(_suspends(p) for p in _header(statement.node)):
        return True
    if any(_may_change_things(site, kind) for site, kind in calls):
        return True
    if isinstance(statement.node, _FUNCTIONS) and _is_made_by_calls(statement.node):
        return True
    targets = list(_targets(statement.node))
    if any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
        return True
    return not shared.isdisjoint(stored_names(statement.node, statement.index))


def _known(calls: list[tuple[Site, Kind]]) -> Iterator[tuple[Site, Kind]]:
    """Those calls that are what they are taken for; of others the run tells."""
    for site, kind in calls:
        if kind is not Kind.MAYBE or not site.is_of_name:
            yield site, kind


def _may_change_things(site: Site, kind: Kind) -> bool:
    """Printing to the program's output changes nothing that a functional call depends on."""
    func = site.node.func
    if kind is Kind.OBSERVER and isinstance(func, ast.Name):
        return any(keyword.arg != "end" for keyword in site.node.keywords)
    return kind not in {Kind.FUNCTIONAL, Kind.PURE, Kind.CONTAINER}


_RUNS_CODE = (ast.Import, ast.ImportFrom, ast.With, ast.AsyncWith, ast.ClassDef, ast.AsyncFor)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _is_made_by_calls(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Do decorators or defaults run code that nobody can reason about?"""
    defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    calls = (part for default in defaults for part in ast.walk(default))
    return bool(node.decorator_list) or any(isinstance(part, ast.Call) for part in calls)


def _suspends(part: ast.AST) -> bool:
    return any(isinstance(n, ast.Yield | ast.YieldFrom | ast.Await) for n in ast.walk(part))


def _header(node: ast.stmt) -> Iterator[ast.AST]:
    """The parts of a statement that are evaluated by itself, not by statements inside it."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))


def changed_names(
    statement: Statement,
    calls: list[tuple[Site, Kind]],
    local: frozenset[str],
    but: AbstractSet[ast.AST] = frozenset(),
) -> Iterator[str]:
    """The names whose objects the statement may change by itself, other than by the nodes `but`."""
    yield from (part.name for part in changed_parts(statement, calls, local, but))


def changed_parts(
    statement: Statement,
    calls: list[tuple[Site, Kind]],
    local: frozenset[str],
    but: AbstractSet[ast.AST] = frozenset(),
) -> Iterator[Part]:
    """The same, with what of their objects it is."""
    if statement.index == 0:
        return
    for target in _targets(statement.node):
        if isinstance(target, ast.Attribute | ast.Subscript) and target not in but:
            yield from _base(target, local)
    for site, kind in calls:
        if kind in {Kind.CONTAINER, Kind.UNKNOWN} and isinstance(site.node.func, ast.Attribute):
            yield from _base(site.node.func.value, local)
        if kind is Kind.UNKNOWN:
            yield from handed_parts(site, local)


def handed_parts(site: Site, local: frozenset[str]) -> Iterator[Part]:
    """What the callee gets hold of by the arguments."""
    for argument in [*site.node.args, *(k.value for k in site.node.keywords)]:
        yield from _handed(argument, local)


def _targets(node: ast.stmt) -> Iterator[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        for target in node.targets:
            yield from _flat(target)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor):
        yield from _flat(node.target)


def _flat(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _flat(part)
    elif isinstance(target, ast.Starred):
        yield from _flat(target.value)
    else:
        yield target


def _base(node: ast.expr, local: frozenset[str], *, is_handed: bool = False) -> Iterator[Part]:
    field = ""
    while isinstance(node, ast.Attribute | ast.Subscript):
        field = node.attr if isinstance(node, ast.Attribute) else ""
        node = node.value
    if isinstance(node, ast.Name) and node.id in local:
        yield Part(node.id, field, is_handed)


def _handed(node: ast.expr, local: frozenset[str]) -> Iterator[Part]:
    """What reaches a callee through the argument `node`."""
    if isinstance(node, ast.Starred):
        yield from _handed(node.value, local)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for part in node.elts:
            yield from _handed(part, local)
    elif isinstance(node, ast.Dict):
        for part in node.values:
            yield from _handed(part, local)
    else:
        yield from _base(node, local, is_handed=True)
