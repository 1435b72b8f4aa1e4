"""What breaks the contract of @functional, as far as it can be said without running anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from pydron_ng.contract.lint.changes import Changed, Changes, changed_parameters
from pydron_ng.contract.lint.effects import effects_in
from pydron_ng.contract.lint.functions import Function, functional_names, functions_of, reached
from pydron_ng.contract.lint.hidden import hidden_inputs
from pydron_ng.contract.lint.spelling import Spelling, spelling_of
from pydron_ng.contract.lint.suspicion import Sight, Suspicion

__all__ = ["Looked", "Sight", "Suspicion", "look_at", "sights_in"]

_IGNORED = re.compile(r"#\s*pydron:\s*ignore(?:\[([\w\s,-]*)\])?")


class Looked(NamedTuple):
    """What was looked at: the names of the functional functions, and what speaks against them."""

    functional: tuple[str, ...]
    suspicions: tuple[Suspicion, ...]


def look_at(text: str, file: str) -> Looked:
    """All that can be said of the functional functions in the text of a file.

    Lines with ``# pydron: ignore`` or ``# pydron: ignore[code]`` are left alone.

    Raises:
        SyntaxError, ValueError: it is no Python.
    """
    tree = ast.parse(text, file)
    spelling, functions = spelling_of(tree), functions_of(tree)
    roots = functional_names(tree, functions, spelling)
    if not roots:
        return Looked((), ())
    found: dict[tuple[int, int, str], Suspicion] = {}
    lines = text.splitlines()
    for one in _suspicions(functions, roots, spelling, lines):
        found.setdefault((one.line, one.column, one.code), one)
    left = [one for _, one in sorted(found.items()) if not _is_ignored(lines, one)]
    return Looked(tuple(sorted(roots, key=lambda n: functions[n].node.lineno)), tuple(left))


def sights_in(text: str, file: str, line: int) -> list[Sight]:
    """What can be seen in the function that begins at a line, functional or not.

    Raises:
        SyntaxError, ValueError: it is no Python.
    """
    tree = ast.parse(text, file)
    spelling, functions = spelling_of(tree), functions_of(tree)
    here = frozenset(name for name, f in functions.items() if line in _first_lines(f))
    changes = _changes(reached(here, functions), functions, spelling)
    known = changed_parameters(changes)
    return [s for n in here for s in _sights(functions[n], changes[n], spelling, known)]


def _first_lines(function: Function) -> range:
    first = min([function.node.lineno, *(d.lineno for d in function.node.decorator_list)])
    return range(first, function.node.lineno + 1)


def _suspicions(
    functions: dict[str, Function],
    roots: frozenset[str],
    spelling: Spelling,
    lines: list[str],
) -> Iterator[Suspicion]:
    all_reached = reached(roots, functions)
    changes = _changes(all_reached, functions, spelling)
    known = changed_parameters(changes)
    for name, (function, root) in all_reached.items():
        for sight in _sights(function, changes[name], spelling, known):
            if name in roots or sight.code != "changed-argument":  # told where it is handed over
                yield _suspicion(sight, function, root, lines)


def _changes(
    all_reached: dict[str, tuple[Function, str]],
    functions: dict[str, Function],
    spelling: Spelling,
) -> dict[str, Changes]:
    return {name: Changes(f, spelling, functions) for name, (f, _) in all_reached.items()}


def _sights(
    function: Function, changes: Changes, spelling: Spelling, known: Changed
) -> Iterator[Sight]:
    yield from changes.all(known)
    yield from effects_in(function, spelling)
    yield from hidden_inputs(function, spelling)


def _suspicion(sight: Sight, function: Function, root: str, lines: list[str]) -> Suspicion:
    node, why = sight.node, sight.why
    if function.name != root:
        why = f"{why}; {root}(), which is functional, calls {function.name}()"
    line = lines[node.lineno - 1]
    first = _column(line, node.col_offset)
    last = len(line) if node.end_lineno != node.lineno else _column(line, node.end_col_offset or 0)
    message = f"{function.name}(): {sight.message}"
    return Suspicion(
        node.lineno, first + 1, last + 1, sight.code, message, why, root, sight.subject
    )


def _column(line: str, offset: int) -> int:
    """In characters, of an offset in bytes."""
    return len(line.encode()[:offset].decode(errors="replace"))


def _is_ignored(lines: list[str], one: Suspicion) -> bool:
    said = _IGNORED.search(lines[one.line - 1])
    if said is None:
        return False
    codes = {code.strip() for code in (said[1] or "").split(",")} - {""}
    return not codes or one.code in codes
