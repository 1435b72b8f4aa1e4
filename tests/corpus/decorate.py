"""The text of a program with the two decorators put in; nothing else of it is changed."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORT = "from pydron_ng import functional, schedule"


def decorated(
    text: str, functional: Iterable[str], scheduled: Iterable[str], *, flat: bool = False
) -> str:
    """`text` with decorators above the named functions.

    A function that the program imports is marked where its imports end.

    flat: what comes after the last definition and import becomes the scheduled ``main()``.
    Raises: KeyError, there is no such function.
    """
    if flat:
        text = _with_main(text)
        scheduled = (*scheduled, "main")
    tree = ast.parse(text)
    places = dict(_definitions(tree, ""))
    imported = [name for name in functional if name not in places]
    functional = [name for name in functional if name in places]
    lines = text.splitlines()
    marks = [*((name, "functional") for name in functional)]
    marks += [(name, "schedule") for name in scheduled]
    inserted = [
        (_top(places[name]), f"{' ' * places[name].col_offset}@{mark}") for name, mark in marks
    ]
    inserted.append((_first(tree), _IMPORT))
    inserted += [(_after_imports(tree), f"functional({name})") for name in imported]
    for line, new in sorted(inserted, reverse=True):
        lines.insert(line - 1, new)
    return "\n".join(lines) + "\n"


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _DEFINITIONS):
            yield prefix + child.name, child
            yield from _definitions(child, f"{prefix}{child.name}.")


def _top(node: ast.stmt) -> int:
    """The line of a definition, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _first(tree: ast.Module) -> int:
    """The line of the first statement that may follow an import of ours."""
    for node in tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            return _top(node)
    return 1


def _after_imports(tree: ast.Module) -> int:
    """The line after the imports at the top level."""
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return 1 + max(node.end_lineno or 0 for node in imports)


def _with_main(text: str) -> str:
    tree = ast.parse(text)
    kept = [n for n in tree.body if isinstance(n, (*_DEFINITIONS, ast.Import, ast.ImportFrom))]
    end = kept[-1].end_lineno or 0
    lines = text.splitlines()
    body = textwrap.indent("\n".join(lines[end:]), "    ")
    return "\n".join(lines[:end]) + f"\n\n\ndef main():\n{body}\n"
