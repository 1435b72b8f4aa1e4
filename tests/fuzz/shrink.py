"""Smaller programs that still differ: statements are left out while the difference stays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

BODIES = ("body", "orelse", "finalbody", "handlers")


def shrink(text: str, differs: Callable[[str], bool], rounds: int = 80) -> str:
    """The smallest program found; `differs` says of a program whether it still fails."""
    for _ in range(rounds):
        smaller = next((candidate for candidate in candidates(text) if differs(candidate)), None)
        if smaller is None:
            return text
        text = smaller
    return text


def candidates(text: str) -> Iterator[str]:
    """Programs with one statement less, or with a compound statement replaced by its body.

    >>> sorted(candidates("def program():\\n    if a:\\n        f(1)\\n"))
    ['def program():\\n    f(1)\\n', 'def program():\\n    if a:\\n        pass\\n', 'def program():\\n    pass\\n']
    """
    for index in range(len(_places(ast.parse(text)))):
        for change in (_without, _unwrapped):
            tree = ast.parse(text)
            if change(*_places(tree)[index]):
                candidate = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                if _is_valid(candidate):
                    yield candidate


def _places(tree: ast.Module) -> list[tuple[ast.AST, str, int]]:
    """Where the statements of the program are: (parent, field, index), the largest first."""
    program = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    places = [
        (parent, name, index)
        for parent in ast.walk(program)
        for name in BODIES
        for index in range(_length(parent, name))
    ]
    return sorted(places, key=lambda place: -_size(getattr(place[0], place[1])[place[2]]))


def _without(parent: ast.AST, name: str, index: int) -> bool:
    siblings: list[ast.AST] = getattr(parent, name)
    if isinstance(siblings[index], ast.Pass):
        return False
    del siblings[index]
    if isinstance(parent, ast.Try):
        return bool(parent.body and (parent.handlers or (parent.finalbody and not parent.orelse)))
    if name == "body" and not siblings:
        siblings.append(ast.Pass())
    return True


def _unwrapped(parent: ast.AST, name: str, index: int) -> bool:
    siblings: list[ast.AST] = getattr(parent, name)
    inner = getattr(siblings[index], "body", None)
    if name == "handlers" or not isinstance(inner, list) or isinstance(siblings[index], ast.FunctionDef):
        return False
    siblings[index : index + 1] = inner
    return True


def _is_valid(text: str) -> bool:
    try:
        compile(text, "candidate", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _length(parent: ast.AST, name: str) -> int:
    found = getattr(parent, name, None)
    return len(found) if isinstance(found, list) else 0


def _size(node: ast.AST) -> int:
    return sum(1 for _ in ast.walk(node))
