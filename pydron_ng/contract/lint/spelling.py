"""What names of a file are spelled in full: ``np.random.rand`` is ``numpy.random.rand``."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """The imports of a file, and the names that it binds itself.

    modules: names that are modules for sure. variables: names that the file assigns.
    """

    imported: dict[str, str]
    modules: frozenset[str]
    variables: frozenset[str]
    defined: frozenset[str]

    def full(self, expression: ast.AST, local: frozenset[str] = frozenset()) -> str:
        """The dotted name of an expression; empty if it has none that is known.

        local: names that mean something else there.
        """
        match expression:
            case ast.Name(id=name) if name not in local:
                return self._of_name(name)
            case ast.Attribute(value=value, attr=attribute):
                owner = self.full(value, local)
                return f"{owner}.{attribute}" if owner else ""
            case _:
                return ""

    def _of_name(self, name: str) -> str:
        if name in self.imported:
            return self.imported[name]
        own = name in self.variables or name in self.defined
        return f"builtins.{name}" if hasattr(builtins, name) and not own else ""


def spelling_of(tree: ast.Module) -> Spelling:
    """The spelling in a file; imports inside of functions count everywhere."""
    imported: dict[str, str] = {}
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                imported[name] = alias.name if alias.asname else name
                modules.add(name)
        elif isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            imported.update({a.asname or a.name: f"{home}.{a.name}" for a in node.names})
    variables = frozenset(stored(tree.body))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    defined = frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))
    return Spelling(imported, frozenset(modules), variables, defined)


def stored(block: list[ast.stmt]) -> Iterator[str]:
    """The names that statements bind, without those in definitions."""
    waiting: list[ast.AST] = list(block)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        waiting.extend(ast.iter_child_nodes(node))


def bound_in(function: ast.AST) -> frozenset[str]:
    """All names that a function, and the ones inside of it, bind for themselves."""
    found, declared = set(), set()
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                found.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if node is not function:
                found.add(name)
            case ast.Global(names=names):
                declared.update(names)
            case _:
                pass
    return frozenset(found - declared)
