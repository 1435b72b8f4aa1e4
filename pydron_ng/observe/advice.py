"""What to change so that a line does not hold up others: the smallest change that would do."""

from __future__ import annotations

import ast
import builtins
import inspect
import io
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import Any

from pydron_ng.runtime.scope import Scope
from pydron_ng.translation.codes import GENERATOR
from pydron_ng.translation.outline import Site
from pydron_ng.values.installed import is_installed

#: Methods of generators of random numbers.
_DRAWS = frozenset(
    "choice choices gauss integers normal normalvariate permutation rand randint randn random"
    " randrange sample shuffle standard_normal uniform".split()
)
_OPENERS = (builtins.open, io.open)


class Callees:
    """What the callees of a function stand for now."""

    def __init__(self, function: FunctionType, inner: CodeType) -> None:
        """inner: its code, or that of a function inside of it."""
        code = function.__code__
        names = (n for c in (code, inner) for n in (*c.co_varnames, *c.co_cellvars))
        self._resolve = Scope(function).resolver(frozenset(names))
        self._receiver = code.co_varnames[0] if code.co_argcount else ""
        self._class = _class_of(function)

    def of(self, site: Site) -> Any:
        """The object that is called, or handed to be called; None where only the run knows."""
        names = _names(site.handed or site.node.func)
        if self._class is not None and names[:-1] == [self._receiver]:
            found = inspect.getattr_static(self._class, names[-1], None)
            return found.__func__ if isinstance(found, staticmethod | classmethod) else found
        return self._resolve(tuple(names))

    def is_apart(self, site: Site) -> bool:
        """Is it a static or class method of the own class, which is not given the object?"""
        names = _names(site.handed or site.node.func)
        if self._class is None or names[:-1] != [self._receiver]:
            return False
        found = inspect.getattr_static(self._class, names[-1], None)
        return isinstance(found, staticmethod | classmethod)


def _class_of(function: FunctionType) -> type | None:
    """The class that the function is written in, if that is one of its module."""
    *parents, _ = function.__qualname__.split(".")
    found: Any = function.__globals__.get(parents[0]) if parents else None
    for name in parents[1:]:
        found = inspect.getattr_static(found, name, None)
    return found if isinstance(found, type) else None


def _names(node: ast.expr) -> list[str]:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [*reversed([*names, node.id if isinstance(node, ast.Name) else ""])]


def gives_items_one_by_one(callee: Any) -> bool:
    """Is it known to return a file or a generator, whose next item is an effect?"""
    if callee in _OPENERS or _module(callee) in {"csv", "_csv", "sqlite3"}:
        return True
    return isinstance(callee, FunctionType) and bool(callee.__code__.co_flags & GENERATOR)


def of_change(site: Site, callee: Any, changes: str) -> str:
    """For a call that may change what others need."""
    if isinstance(callee, BuiltinFunctionType) or _is_installed(callee):
        return f"give {site.callee} a copy of {changes}, or the functional calls one"
    return of_unknown(site, callee)


def _is_installed(callee: Any) -> bool:
    return isinstance(callee, FunctionType) and not is_of_the_user(callee)


def of_unknown(site: Site, callee: Any) -> str:
    """For a call that is not known to be pure."""
    name = site.callee
    match callee:
        case None if getattr(site.node.func, "attr", "") in _DRAWS:
            return OF_DRAWING
        case None if isinstance(site.node.func, ast.Attribute):
            return (
                f"decorate the method {site.node.func.attr} with @functional, if it only computes"
                " a value; or name it in value_type(..., pure_methods=[...])"
            )
        case None:
            return f"decorate what {name} stands for with @functional, if it only computes a value"
        case _ if callee in _OPENERS:
            return "open the file inside of a @functional function that reads it"
        case type() if _module(callee) in {"random", "numpy"}:
            return "make it in the function that uses it, from a seed that it is given"
        case _ if _is_drawn(callee):
            return OF_DRAWING
        case _ if _module(callee) in {"threading", "_thread"}:
            return "do not hand it to functional calls: locks do not travel"
        case type() if is_of_the_user(callee):
            return (
                f"make {callee.__name__} a dataclass; or make its objects in functional functions"
            )
        case type():
            return f"make the {callee.__name__} in the functional function that needs it"
        case _ if callee is next:
            return "take the items in a loop: for ... in ahead(...), if reading on early is fine"
        case FunctionType() if is_of_the_user(callee):
            return (
                f"decorate {callee.__qualname__} ({_place(callee)}) with @functional, if it only"
                " computes a value; with @schedule, if it calls functional functions"
            )
        case FunctionType() | BuiltinFunctionType() | MethodType():
            short = site.callee.rpartition(".")[2]
            return f"{short} = functional({name}), if it only computes a value; then call {short}"
        case _:
            return f"call {name} in a @functional function, if it only computes a value"


def _is_drawn(callee: Any) -> bool:
    """Is it a clock or a generator of random numbers, whose values are new at each call?"""
    generator = type(getattr(callee, "__self__", None)).__name__ in {"Random", "RandomState"}
    return generator or _module(callee) in {"random", "secrets", "time", "uuid"}


def _module(callee: Any) -> str:
    """The first part of the name of its module."""
    return str(getattr(callee, "__module__", None) or "").partition(".")[0]


def is_of_the_user(definition: FunctionType | type) -> bool:
    """Is it written in a file of the user's, not in one that is installed?"""
    return not is_installed(definition.__module__)


def _place(function: FunctionType) -> str:
    code = function.__code__
    return f"{code.co_filename.replace(chr(92), '/').rpartition('/')[2]}:{code.co_firstlineno}"


def of_iteration(target: str, iterable: str) -> str:
    """For a loop whose next item is an effect."""
    return f"for {target} in ahead({iterable}), if reading on before the loop gets there is fine"


OF_DRAWING = "take the values in a loop of its own before this one; its calls then overlap"
OF_EXIT = "@schedule(speculate=True), if calls may be made that turn out to be superfluous"
OF_CIRCLE = "nothing, if each really needs the one before; else start each from what it is given"


def of_method(name: str, held: str, line: int) -> str:
    """For a method of an object that the pass before has changed."""
    return (
        f"make {name}() a function, or a @staticmethod, of what it needs:"
        f" a method is given all of {held}, which line {line} changes"
    )


def of_fields(fields: tuple[str, ...]) -> str:
    """For what is read of such an object."""
    texts = ", ".join(f"{field.rpartition('.')[2]} = {field}" for field in fields)
    return f"read it before the loop, if it stays the same in there: {texts}"


OF_CONSTRUCT = "move it into a @functional function"
OF_STREAM = "make it a list: all of it is taken then"
OF_ROUNDS = "nothing, if that is what is computed; else do more in one round"
