"""Functions and methods without effect: calling one is no sync-point. By a table, or declared."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from types import ClassMethodDescriptorType, FunctionType, MethodDescriptorType, ModuleType
from typing import Any, Final

_FILE: Final = os.path.join(os.path.dirname(__file__), "table.json")
#: More arguments than anything has: where nobody knows how many there are.
MANY: Final = 1 << 30


class Table:
    """The functions and types of the table, as far as the program has imported them, by id.

    functions: each with the place at which an argument may stand that it would write to.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._functions: dict[int, tuple[object, int]] = {}
        self._types: dict[int, type] = {}
        self.method_names: set[str] = set()  # of methods that were declared
        self._missing = {*document["functions"], *document["types"]}

    def is_effect_free(
        self, callee: object, positional: int = 0, keywords: Collection[str | None] = ()
    ) -> bool:
        """Has a call of it no effect, with so many arguments by place, and these by name?

        keywords: None among them stands for ``**``.
        """
        self._enter_new_modules()
        known, out = self._functions.get(id(callee), (None, MANY))
        if known is None or known is not callee:
            return False
        return out == MANY or (positional <= out and _MAY_BE_OUT.isdisjoint(keywords))

    def writes_to_argument(
        self, callee: object, positional: int, keywords: Collection[str | None]
    ) -> bool:
        """Is it a function that is given something to write its result to?"""
        self._enter_new_modules()
        known, out = self._functions.get(id(callee), (None, MANY))
        return known is callee and (positional > out or "out" in keywords)

    def is_value_type(self, cls: type) -> bool:
        """Do the methods of the type compute values only, as far as they are effect-free?"""
        self._enter_new_modules()
        return self._types.get(id(cls)) is cls

    def declare_function(self, function: object) -> None:
        """The user's word that it has no effect."""
        self._functions[id(function)] = function, MANY

    def declare_type(self, cls: type, names: Iterable[str]) -> None:
        """The user's word that these methods have no effect."""
        self._types[id(cls)] = cls
        for name in names:
            method = cls.__dict__[name]
            self.declare_function(getattr(method, "__func__", method))
            self.method_names.add(name)

    def _enter_new_modules(self) -> None:
        for name in [name for name in self._missing if name in sys.modules]:
            module = sys.modules[name]
            if _is_whole(module):
                self._missing.remove(name)
                self._enter(name, vars(module))

    def _enter(self, module: str, space: dict[str, Any]) -> None:
        outs = self._document["outs"].get(module, {})
        for name in self._document["functions"].get(module, ()):
            if name in space:
                self._functions[id(space[name])] = space[name], outs.get(name, MANY)
        for name in self._document["types"].get(module, ()):
            if isinstance(cls := space.get(name), type):
                self._types[id(cls)] = cls
                for function in (cls, *_methods(cls)):
                    self.declare_function(function)


def _is_whole(module: ModuleType) -> bool:
    """Not one that is still being imported."""
    return not getattr(module.__spec__, "_initializing", False)


def _methods(cls: type) -> Iterator[object]:
    found = (item for base in cls.__mro__[:-1] for item in base.__dict__.items())
    for name, value in found:
        method = value.__func__ if type(value) is classmethod else value
        if type(method) in _METHODS and not name.startswith("_"):
            yield method


_METHODS: Final = frozenset({FunctionType, MethodDescriptorType, ClassMethodDescriptorType})

#: Keywords that may name something to write to.
_MAY_BE_OUT: Final = frozenset({"out", None})


@cache
def table() -> Table:
    """The one of this process, read when it is first asked for."""
    with open(_FILE, encoding="utf-8") as file:
        return Table(json.load(file))
