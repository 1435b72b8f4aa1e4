"""Which function of a file is the one to schedule, by the look of it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from pydron_ng.purity.appliers import FIRST, KEYED

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def most_looping(tree: ast.Module, functions: Collection[str]) -> str:
    """The function that uses most others of the file in loops; empty if none does.

    functions: the qualified names of those to choose from, which are those to count as well.
    """
    names = {name.rpartition(".")[2] for name in functions}
    counts = {
        name: len(set(_used_in_loops(node)) & names)
        for name, node in _defined(tree, "")
        if name in functions
    }
    best = max(counts, key=lambda name: counts[name], default="")
    return best if counts.get(best) else ""


def _defined(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for part in getattr(node, "body", []):
        if isinstance(part, _DEFINITIONS):
            yield f"{prefix}{part.name}", part
        elif isinstance(part, ast.ClassDef):
            yield from _defined(part, f"{prefix}{part.name}.")


def _used_in_loops(definition: ast.AST) -> Iterator[str]:
    for node in ast.walk(definition):
        if isinstance(node, (*_LOOPS, *_COMPREHENSIONS)) or _applies(node):
            for part in ast.walk(node):
                if isinstance(part, ast.Name | ast.Attribute):
                    yield _last_name(part)


def _applies(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last_name(node.func) in FIRST | KEYED


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
