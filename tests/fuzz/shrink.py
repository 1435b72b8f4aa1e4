"""Smaller programs that still differ: statements are left out while the difference stays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

BODIES = ("body", "orelse", "finalbody", "handlers")


def shrink(text: str, differs: Callable[[str], bool], rounds: int = 80) -> str:
    """The smallest program found; `differs` says of a program whether it still fails.

    What it is tried on may be endless: `differs` has to bound it.
    """
    for _ in range(rounds):
        smaller = next((candidate for candidate in candidates(text) if differs(candidate)), None)
        if smaller is None:
            return text
        text = smaller
    return text


def candidates(text: str) -> Iterator[str]:
    """Programs with one statement less, or with a compound statement replaced by its body.

    >>> sorted(candidates("def program():\\n    if a:\\n        f(1)\\n"))[:2]
    ['def program():\\n    f(1)\\n', 'def program():\\n    if a:\\n        1\\n']
    """
    for tree in (*_with_fewer_statements(text), *_with_simpler_expressions(text)):
        candidate = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        if _is_valid(candidate) and len(candidate) < len(text):
            yield candidate


def _with_fewer_statements(text: str) -> Iterator[ast.Module]:
    for index in range(len(_places(ast.parse(text)))):
        for change in (_without, _unwrapped):
            tree = ast.parse(text)
            if change(*_places(tree)[index]):
                yield tree


def _with_simpler_expressions(text: str) -> Iterator[ast.Module]:
    """Each expression replaced by one of its own parts."""
    for index, expression in enumerate(_expressions(ast.parse(text))):
        for part in ast.iter_child_nodes(expression):
            if isinstance(part, ast.expr) and not isinstance(part, ast.Starred):
                yield _replaced(text, index, part)


def _replaced(text: str, index: int, part: ast.expr) -> ast.Module:
    tree = ast.parse(text)
    target = _expressions(tree)[index]
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, part)
            elif isinstance(value, list) and target in value:
                value[value.index(target)] = part
    return tree


def _expressions(tree: ast.Module) -> list[ast.expr]:
    """All but the tests of while loops, so that what ends them stays."""
    tests = [node.test for node in ast.walk(tree) if isinstance(node, ast.While)]
    kept = {id(node) for test in tests for node in ast.walk(test)}
    return [node for node in ast.walk(tree) if isinstance(node, ast.expr) and id(node) not in kept]


def _places(tree: ast.Module) -> list[tuple[ast.AST, str, int]]:
    """Where the statements are: (parent, field, index), the largest first."""
    places = [
        (parent, name, index)
        for parent in ast.walk(tree)
        for name in BODIES
        for index in range(_length(parent, name))
    ]
    return sorted(places, key=lambda place: -_size(getattr(place[0], place[1])[place[2]]))


def _without(parent: ast.AST, name: str, index: int) -> bool:
    siblings: list[ast.AST] = getattr(parent, name)
    if isinstance(siblings[index], ast.Pass) or _counts(siblings[index]):
        return False
    del siblings[index]
    if isinstance(parent, ast.Try):
        return bool(parent.body and (parent.handlers or (parent.finalbody and not parent.orelse)))
    if name == "body" and not siblings:
        siblings.append(ast.Pass())
    return True


def _counts(statement: ast.AST) -> bool:
    """Whether it counts the rounds of a while loop, which would not end without it."""
    return isinstance(statement, ast.AugAssign) and ast.unparse(statement.target).startswith("k")


def _unwrapped(parent: ast.AST, name: str, index: int) -> bool:
    siblings: list[ast.AST] = getattr(parent, name)
    inner = getattr(siblings[index], "body", None)
    if (
        name == "handlers"
        or not isinstance(inner, list)
        or isinstance(siblings[index], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ):
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
