"""Which methods are of containers that the function makes itself, by all that it binds to a name.

Only a hint, as names of methods are: what an object is, is seen at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pydron_ng.purity.methods import MUTATORS
from pydron_ng.translation.names import stored_names
from pydron_ng.translation.outline import Outline, Site, Statement

_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_COMBINING = (ast.Add, ast.BitOr, ast.BitAnd, ast.BitXor, ast.Mult, ast.Sub)
_MAKERS = frozenset("list dict set sorted deque defaultdict Counter OrderedDict".split())


class Own:
    """The names that are bound to nothing but such containers.

    Of those in `nested`, items are such containers, too.
    """

    def __init__(self, outline: Outline) -> None:
        bound = [pair for statement in outline.statements for pair in _bound(statement)]
        others = {name for name, value in bound if value is None or not _is_container(value)}
        own = [(name, value) for name, value in bound if value is not None and name not in others]
        self.names = frozenset(name for name, _ in own)
        self.nested = frozenset(
            [name for name, value in own if any(map(_is_container, _items(value)))]
            + [name for name in map(_filled, outline.statements) if name in self.names]
        )

    def is_changed_by(self, site: Site) -> bool:
        """Does the call change a container that the function has made?"""
        func = site.node.func
        return isinstance(func, ast.Attribute) and func.attr in MUTATORS and self._holds(func.value)

    def _holds(self, receiver: ast.expr) -> bool:
        if isinstance(receiver, ast.Name):
            return receiver.id in self.names
        if isinstance(receiver, ast.Call):
            return _is_container(receiver) or _is_default(receiver)
        base = receiver
        while isinstance(base, ast.Subscript):
            base = base.value
        return isinstance(base, ast.Name) and base.id in self.nested


def _bound(statement: Statement) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement binds, and to what; None where that is not written there."""
    node = statement.node
    if isinstance(node, ast.AugAssign | ast.Delete):
        return  # += leaves a container what it is
    names = set(stored_names(node, statement.index))
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    for target in node.targets if isinstance(node, ast.Assign) else _annotated(node):
        for name, bound in _pairs(target, value):
            names.discard(name)
            yield name, bound
    yield from ((name, None) for name in names)


def _pairs(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    """The names of a target, each with what it is bound to, as far as that is written there."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        if any(isinstance(item, ast.Starred) for item in (*target.elts, *value.elts)):
            return
        for inner, item in zip(target.elts, value.elts, strict=False):
            yield from _pairs(inner, item)


def _annotated(node: ast.stmt) -> list[ast.expr]:
    return [node.target] if isinstance(node, ast.AnnAssign) and node.value is not None else []


def _is_container(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, _COMBINING):
        return _is_container(node.left) or _is_container(node.right)
    if isinstance(node, ast.Call):
        return _last_name(node.func) in _MAKERS
    return isinstance(node, _DISPLAYS)


def _is_default(node: ast.Call) -> bool:
    """Is it ``name.setdefault(k, [])``?"""
    return _last_name(node.func) == "setdefault" and any(map(_is_container, node.args[1:]))


def _items(node: ast.expr) -> list[ast.expr]:
    """What a container is made with: its items, or one that stands for them."""
    match node:
        case ast.List(elts=items) | ast.Dict(values=items):
            return items
        case ast.ListComp(elt=item) | ast.DictComp(value=item):
            return [item]
        case ast.Call(args=[ast.Name() as factory]) if _last_name(node.func) == "defaultdict":
            return [ast.Call(factory, [], [])]
    return []


def _filled(statement: Statement) -> str:
    """The name in ``name[k] = []``."""
    node = statement.node
    if not isinstance(node, ast.Assign) or not _is_container(node.value):
        return ""
    filled = (t.value for t in node.targets if isinstance(t, ast.Subscript))
    return next((base.id for base in filled if isinstance(base, ast.Name)), "")


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
