"""The functions that a file defines, without running the program that it is.

Its imports, definitions and plain assignments are executed, one by one; loops, calls and whatever
computes something are not: a program for pydron_ng needs no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import ast
import linecache
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CALLS = (ast.Call, ast.Await)
#: Calls at the top of a file that only define something, by the last part of their name; all
#: others may be the program itself.
_DEFINING = frozenset(
    "functional schedule value_type TypeVar NewType namedtuple NamedTuple partial getLogger Path"
    " dataclass frozenset dict list set tuple range len sorted min max int float str bytes bool"
    " zip enumerate join compile deque defaultdict Counter Lock".split()
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A statement of the file that could not be executed. cause: the innermost place, if other."""

    line: int
    text: str
    why: str
    cause: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a file defines, and what of it could not be defined."""

    module: ModuleType
    failures: tuple[Failure, ...]

    def functions(self) -> dict[str, Any]:
        """Functions and methods that are written in this file, by qualified name."""
        return dict(_functions_in(vars(self.module), str(self.module.__file__), ""))


def definitions_of(file: Path) -> Definitions:
    """The definitions in a file, under its own name, not ``__main__``.

    Raises:
        OSError, SyntaxError, ValueError: it is no readable Python.
    """
    file = file.resolve()
    text = file.read_bytes()
    tree = ast.parse(text, str(file))
    module = _module(file)
    futures = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    failures: list[Failure] = []
    computed: set[str] = set()
    for node in tree.body:
        if _only_defines(node) and not _is_computed(node, computed):
            failures += _executed(module, [*futures, node], file) if node not in futures else ()
        else:
            computed |= _names(node, ast.Store)
    return Definitions(module, tuple(failures))


def _module(file: Path) -> ModuleType:
    """An empty module for the file, known by its name; its imports find what they always find."""
    package, root = "", file.parent
    while (root / "__init__.py").exists():
        package = f"{root.name}.{package}" if package else root.name
        root = root.parent
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    module = ModuleType(f"{package}.{file.stem}" if package else file.stem)
    module.__file__, module.__package__ = str(file), package
    if module.__name__ not in sys.modules:
        sys.modules[module.__name__] = module
    return module


def _only_defines(node: ast.stmt) -> bool:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            named = any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))
            return not named and _is_plain(test) and all(map(_only_defines, [*body, *orelse]))
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            parts = [*body, *(n for h in handlers for n in h.body), *orelse, *final]
            return all(map(_only_defines, parts))
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _is_plain(value)
        case ast.AnnAssign() | ast.Pass():
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return ast.unparse(func).startswith("sys.path.")
        case _:
            return isinstance(node, (*_DEFINITIONS, *_aliases()))


def _is_computed(node: ast.stmt, computed: set[str]) -> bool:
    """Is it an assignment that takes what the program computes, which is not run here?"""
    return isinstance(node, ast.Assign | ast.AnnAssign) and not computed.isdisjoint(
        _names(node, ast.Load)
    )


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    found = (part for part in ast.walk(node) if isinstance(part, ast.Name))
    return {part.id for part in found if isinstance(part.ctx, context)}


def _aliases() -> tuple[type[ast.stmt], ...]:
    alias = getattr(ast, "TypeAlias", None)  # since 3.12
    return () if alias is None else (alias,)


def _is_plain(value: ast.expr) -> bool:
    """Does it compute nothing but what defines something?"""
    calls = [node for node in ast.walk(value) if isinstance(node, _CALLS)]
    return all(isinstance(c, ast.Call) and _last_name(c.func) in _DEFINING for c in calls)


def _last_name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _executed(module: ModuleType, nodes: list[ast.stmt], file: Path) -> Iterator[Failure]:
    node = nodes[-1]
    try:
        code = compile(ast.Module(nodes, []), str(file), "exec", dont_inherit=True)
        exec(code, vars(module))
    except (Exception, SystemExit) as error:
        why = f"{type(error).__name__}: {error}"
        text = linecache.getline(str(file), node.lineno).strip()
        yield Failure(node.lineno, text, why, _innermost_place(error, file))


def _innermost_place(error: BaseException, file: Path) -> str:
    """Where in another file an error was raised; empty where it was in this one."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename[:1] != "<"]
    last = frames[-1] if frames else None
    if last is None or last.filename in {str(file), __file__}:
        return ""
    return f"{last.filename}:{last.lineno}"


def _functions_in(names: dict[str, Any], file: str, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in names.items():
        inner = value
        if isinstance(value, staticmethod | classmethod):
            inner = value.__func__
        if isinstance(inner, FunctionType) and _file_of(inner) == file:
            yield f"{prefix}{name}", inner
        elif isinstance(value, type) and _is_of(value, names, prefix):
            yield from _functions_in(dict(vars(value)), file, f"{prefix}{name}.")


def _file_of(function: Any) -> str:
    while isinstance(function.__dict__.get("__wrapped__"), FunctionType):
        function = function.__wrapped__
    return str(function.__code__.co_filename)


def _is_of(cls: type, names: dict[str, Any], prefix: str) -> bool:
    return cls.__module__ == names.get("__name__", cls.__module__) and (
        not prefix or cls.__qualname__.startswith(prefix)
    )
