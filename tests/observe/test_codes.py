"""Every code that the package gives a reason is in one table, and in the docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pydron_ng
from docs import write_reasons
from pydron_ng.observe.codes import CODES, GROUPS

PACKAGE = Path(pydron_ng.__file__).parent
#: What takes a code, and by which argument.
TAKES = {
    "Unshippable": 0,
    "Refused": 0,
    "Reason": 0,
    "Cause": 0,
    "blame_call": 0,
    "refuse": 0,
    "stop": 0,
}
#: Their first argument is the place in the tree, where it is not the code.
BLAME = "blame"
A_CODE = re.compile(r"[a-z]+(-[a-z]+)*")


def used() -> Iterator[tuple[str, str]]:
    """Each code in the package, with the file that has it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "codes.py" and path.parent.name == "observe":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for text in codes_in(node):
                if A_CODE.fullmatch(text):
                    yield text, str(path.relative_to(PACKAGE))


def codes_in(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[_, *_] as args):
            if name in TAKES:
                yield from constants(args[TAKES[name]])
            elif name == BLAME:
                yield from (text for argument in args[:2] for text in constants(argument))
        case ast.Assign(targets=[ast.Name(id="code" | "UNLINKED")], value=value):
            yield from constants(value)
        case ast.AnnAssign(target=ast.Name(id="UNLINKED"), value=ast.expr() as value):
            yield from constants(value)
        case ast.Constant(value=str(text)) if text.startswith("unshippable-"):
            yield text
        case _:
            pass


def constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


RUN_AHEAD_REFUSALS = "translation/runahead/"  # their Refused takes words, not a code


def test_every_code_is_in_the_table() -> None:
    found = {
        (code, file)
        for code, file in used()
        if not (file.startswith(RUN_AHEAD_REFUSALS) and code not in CODES)
    }
    assert len(found) > 40
    assert {(code, file) for code, file in found if code not in CODES} == set()


def test_no_code_is_in_two_groups() -> None:
    assert sum(map(len, GROUPS.values())) == len(CODES)


def test_the_page_is_the_table() -> None:
    written = write_reasons.TARGET.read_text(encoding="utf-8")
    assert written == write_reasons.text(), "run: python -m docs.write_reasons"
