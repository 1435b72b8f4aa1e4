"""What the names and callees of a function stand for, before it is called."""

from __future__ import annotations

import ast
import builtins
import weakref
from collections.abc import Callable
from types import CodeType, FunctionType, ModuleType
from typing import Any

from pydron_ng.errors import TranslationError
from pydron_ng.purity.functions import is_pure, is_wrapper
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.session import functional_names
from pydron_ng.runtime.shared import ahead
from pydron_ng.translation.effects import Kind
from pydron_ng.translation.runahead.promises import UNKNOWN

#: These see the frame that they are in; such a function is left as it is.
_FRAME_READERS = frozenset(
    """locals vars dir eval exec globals _getframe inspect currentframe pdb breakpoint set_trace
    __import__""".split()
)


class Scope:
    """What the names of a function stand for."""

    def __init__(self, function: FunctionType, local: frozenset[str]) -> None:
        self._function = weakref.ref(function)
        self._local = local

    def resolve(self, node: ast.expr) -> object:
        """The object that a name, or an attribute of a module or class, stands for; else None."""
        function = self._function()
        if function is None:
            return None
        if isinstance(node, ast.Name):
            return None if node.id in self._local else lookup(function, node.id, None)
        if isinstance(node, ast.Attribute):
            owner = self.resolve(node.value)
            if type(owner) is ModuleType:
                return vars(owner).get(node.attr)
            if type(owner) is type:
                return _of_class(owner, node.attr)
        return None


def may_be_functional(node: ast.expr, callee: Callable[[str], Any]) -> bool:
    """Could the callee `node` be functional? callee: what a name stands for when a call begins."""
    if isinstance(node, ast.Name):
        found = callee(node.id)
        return found is UNKNOWN or mark_of(found) is not None
    return not isinstance(node, ast.Attribute) or node.attr in functional_names


def _of_class(owner: type, name: str) -> object:
    for base in owner.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return found.__func__ if isinstance(found, staticmethod | classmethod) else found
    return None


def kind_of(callee: object) -> Kind | None:
    """What a known callee is; None for what nobody knows anything about."""
    if mark_of(callee) is not None:
        return Kind.FUNCTIONAL
    if callee is ahead:
        return Kind.FUNCTIONAL  # it is routed: the commit program shares its items
    if is_pure(callee) or is_wrapper(callee) or _is_plain_class(callee):
        return Kind.PURE
    return Kind.OBSERVER if callee is print else None


def _is_plain_class(callee: object) -> bool:
    return type(callee) is type and issubclass(callee, BaseException)


def lookup(function: FunctionType, name: str, missing: Any) -> Any:
    """What a free, global or builtin name of `function` stands for now."""
    if name in function.__code__.co_freevars:
        cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
        try:
            return cell.cell_contents
        except ValueError:
            return missing
    if name in function.__globals__:
        return function.__globals__[name]
    return vars(builtins).get(name, missing)


def refuse_frame_readers(code: CodeType) -> None:
    """Raises: TranslationError for code that looks at the names of its own frame."""
    seen = _FRAME_READERS.intersection(code.co_names)
    if seen:
        raise TranslationError(f"it uses {min(seen)}, which sees the names of its frame")
