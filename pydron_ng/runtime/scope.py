"""What the names and callees of a function stand for, before it is called."""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Callable, Collection
from types import FunctionType
from typing import Any

from pydron_ng.purity.constructors import makes_a_value
from pydron_ng.purity.functions import is_pure, is_wrapper
from pydron_ng.purity.methods import is_pure_method
from pydron_ng.purity.records import is_record_class
from pydron_ng.purity.table import table
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.process import functional_names, scheduled_names
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.runtime.shared import ahead
from pydron_ng.translation.callees import Resolve
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.runahead.promises import UNKNOWN
from pydron_ng.values.importable import is_module_class


class Scope:
    """What the names of a function stand for."""

    def __init__(self, function: FunctionType) -> None:
        self._function = weakref.ref(function)

    def resolver(self, local: frozenset[str]) -> Resolve:
        """Finds the object that a callee stands for, where no name of it is `local`; else None.

        A callee is a name, or an attribute of a module, a class, or a value such as a date.
        """

        def resolve(names: tuple[str, ...]) -> object:
            function = self._function()
            if function is None or not names[0] or names[0] in local:
                return None
            found = lookup(function, names[0], None)
            for name in names[1:]:
                found = _attribute(found, name)
            return found

        return resolve


def _attribute(owner: object, name: str) -> object:
    if is_module_class(type(owner)):
        return vars(owner).get(name)
    if type(owner) is type:
        return _of_class(owner, name)
    if table().is_value_type(type(owner)):
        return _of_class(type(owner), name)
    return None


def may_be_functional(name: str, *, is_name: bool, callee: Callable[[str], Any]) -> bool:
    """Could a callee be functional? callee: what a name stands for when a call begins.

    name: empty for what is neither a name nor an attribute.
    """
    if not name:
        return True
    if is_name:
        found = callee(name)
        return found is UNKNOWN or mark_of(found) is not None or entry_of(found) is not None
    return name in functional_names or name in scheduled_names


def _of_class(owner: type, name: str) -> object:
    for base in owner.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return found.__func__ if isinstance(found, staticmethod | classmethod) else found
    return None


def kind_of(
    callee: object, positional: int = 0, keywords: Collection[str | None] = ()
) -> Kind | None:
    """What a known callee is; None for what nobody knows anything about.

    positional, keywords: how many arguments it gets by place, and which by name.
    """
    if mark_of(callee) is not None:
        return Kind.FUNCTIONAL
    if callee is ahead:
        return Kind.FUNCTIONAL  # it is routed: the commit program shares its items
    if entry_of(callee) is not None:
        return Kind.MAYBE
    if is_pure(callee) or is_pure_method(callee) or is_wrapper(callee):
        return Kind.PURE
    if makes_a_value(callee) or is_record_class(callee):
        return Kind.PURE
    if table().is_effect_free(callee, positional, keywords):
        return Kind.PURE
    return Kind.OBSERVER if callee is print else None


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
