"""Attributes of a parameter that the function leaves alone, though it changes others of them.

Only a hint, as all of running ahead is: two attributes may be one object.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from pydron_ng.purity.appliers import FIRST, KEYED
from pydron_ng.translation.effects import Effects, Kind, Part, changed_parts, handed_parts
from pydron_ng.translation.outline import Outline

Position = tuple[int, int]
_APPLIERS = FIRST | KEYED


def lasting_fields(outline: Outline, effects: Effects) -> Mapping[Position, bool]:
    """Where a parameter is read for an attribute of it that no statement changes.

    Only of parameters that keep their object, and that are changed in nothing but attributes:
    ``self.directory`` beside ``self.found[name] = x``. False where the attribute is handed to code
    that may change what it holds, or may be a method, which has all of the object.
    """
    changed = _changed(outline, effects)
    lasting = {name for name, parts in changed.items() if all(p.field for p in parts)}
    lasting &= _parameters(outline.definition)
    if not lasting:
        return {}
    found: dict[Position, bool] = {}
    called = set(_called(outline.definition))
    for node in _reads(outline.definition):
        name = _named(node)
        touching = [part for part in changed.get(name, ()) if part.field == node.attr]
        if name in lasting and all(part.is_handed for part in touching):
            found[node.value.lineno, node.value.col_offset] = not touching and node not in called
    return found


def _changed(outline: Outline, effects: Effects) -> dict[str, set[Part]]:
    """What is changed of the objects of each name."""
    found: dict[str, set[Part]] = {}
    for part in chain(_sure_parts(outline, effects), _perhaps_handed(outline, effects)):
        whole = part.field.startswith("__")
        found.setdefault(part.name, set()).add(part._replace(field="") if whole else part)
    return found


def _sure_parts(outline: Outline, effects: Effects) -> Iterator[Part]:
    for statement, names in zip(outline.statements, effects.mutated, strict=True):
        sites = [s for s in outline.sites if s.statement == statement.index] if names else []
        calls = [(s, effects.kinds[s.index]) for s in sites]
        yield from changed_parts(statement, calls, frozenset(names))


def _perhaps_handed(outline: Outline, effects: Effects) -> Iterator[Part]:
    """Attributes that are handed to what may turn out to be anything."""
    names = frozenset(name for group in effects.mutated for name in group)
    for site in outline.sites:
        if effects.kinds[site.index] is Kind.MAYBE:
            yield from (part for part in handed_parts(site, names) if part.field)


def _parameters(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    """Those that are bound once, by the call."""
    bound = Counter(_bound(definition))
    given = {part.arg for part in ast.walk(definition.args) if isinstance(part, ast.arg)}
    return frozenset(name for name in given if bound[name] == 1)


def _bound(definition: ast.AST) -> Iterator[str]:
    """All names that something in the function, or inside of it, binds; once for each time."""
    for node in ast.walk(definition):
        match node:
            case ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Nonlocal(names=names) | ast.Global(names=names):
                yield from names
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case _:
                pass


def _reads(definition: ast.AST) -> Iterator[ast.Attribute]:
    """Attributes of names that are read."""
    for node in ast.walk(definition):
        match node:
            case ast.Attribute(value=ast.Name(), attr=field, ctx=ast.Load()):
                if not field.startswith("__"):
                    yield node
            case _:
                pass


def _called(definition: ast.AST) -> Iterator[ast.AST]:
    """What is called, or handed to map() or its like: it may be a method."""
    for node in ast.walk(definition):
        if isinstance(node, ast.Call):
            yield node.func
            if _last_name(node.func) in _APPLIERS:
                yield from _handed(node)


def _handed(call: ast.Call) -> Iterator[ast.AST]:
    yield from call.args[:1]
    yield from (keyword.value for keyword in call.keywords)


def _last_name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _named(node: ast.Attribute) -> str:
    assert isinstance(node.value, ast.Name)
    return node.value.id
