"""The constructs, one file each; to add one, write its file: it is found here by itself."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

Emit = Callable[["Emitter", ast.AST], str]
EmitStatement = Callable[["Emitter", ast.AST, int], None]


class Constructs:
    """Who emits what: filled by the files of this package, each construct in its own."""

    def __init__(self) -> None:
        self.expressions: dict[type[ast.AST], Emit] = {}
        self.statements: dict[type[ast.AST], EmitStatement] = {}
        self.library: dict[str, object] = {}


def emits(*kinds: type[ast.AST]) -> Callable[[Any], Any]:
    """Mark a function as the emitter of these kinds of nodes."""

    def mark(function: Any) -> Any:
        function.emits = kinds
        return function

    return mark


def guard(function: Any) -> Any:
    """Mark a function as part of the library that generated code calls, by its name."""
    function.is_guard = True
    return function


@cache
def constructs() -> Constructs:
    """All constructs of this package."""
    import pkgutil

    made = Constructs()
    package = importlib.import_module("pydron_ng.translation.runahead.constructs")
    for module in pkgutil.iter_modules(package.__path__):
        found = importlib.import_module(f"{package.__name__}.{module.name}")
        for value in vars(found).values():
            _enter(made, value)
    return made


def _enter(made: Constructs, value: Any) -> None:
    if getattr(value, "is_guard", False) is True:
        made.library[value.__name__] = value
    for kind in getattr(value, "emits", ()) if callable(value) else ():
        table = made.statements if issubclass(kind, ast.stmt) else made.expressions
        table[kind] = value
