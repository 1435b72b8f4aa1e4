"""A random program as source text, and as a call that can be compared."""

from __future__ import annotations

import copy
import importlib.util
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydron_ng.testing import Call
from tests.fuzz import constructs, expressions, statements  # noqa: F401  they register theirs
from tests.fuzz.grammar import Writer, indented
from tests.fuzz.pool import STATE, Thing

HEAD = """\
from pydron_ng import functional, schedule
from tests.fuzz.pool import *
from tests.fuzz.pool import log

@schedule
def program(a, b, xs, ys, rows, d, o, state):
    c, zs = 0, []
"""
TAIL = "    return a, b, c, xs, ys, zs, rows, d, o\n"


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a program, and which productions it is made of."""

    text: str
    productions: frozenset[str]


def generate(seed: str) -> Source:
    """The program of this seed; always the same one."""
    writer = Writer(seed)
    lines = [line for _ in range(writer.random.randint(3, 7)) for line in writer.statement()]
    body = "\n".join(indented(lines))
    return Source(f"{HEAD}{body}\n{TAIL}", frozenset(writer.used))


def load(text: str, name: str, folder: Path) -> Call:
    """The call of the program, as a module of its own that workers can import as well."""
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    arguments = _arguments(random.Random(name))
    return Call(module.program, lambda: _fresh(arguments))


def forget(name: str) -> None:
    """The module of the program is gone."""
    sys.modules.pop(name, None)


def _fresh(arguments: Sequence[Any]) -> tuple[Sequence[Any], dict[str, Any]]:
    """Copies of the arguments, and the state that the unknown functions share, emptied."""
    STATE.clear()
    return [*copy.deepcopy(arguments), STATE], {}


def _arguments(choose: random.Random) -> Sequence[Any]:
    xs = [choose.randint(0, 9) for _ in range(choose.randint(0, 5))]
    ys = choose.choice([xs, [3, 1, 2], [0.5, -0.0, 2]])
    rows = [[1], choose.choice([xs, [4, 5]])]
    thing = Thing(choose.randint(0, 5), choose.choice([xs, [1, 2]]))
    return choose.randint(0, 9), choose.randint(-3, 9), xs, ys, rows, {1: 2, 5: 0}, thing
