"""Functions from text, with source that inspect finds; and the texts that they become."""

from __future__ import annotations

import linecache
import re
import textwrap
from collections.abc import Callable
from itertools import count
from types import FunctionType
from typing import Any

from pydron_ng import translate
from tests.translation import gate

_numbers = count()


def function(text: str, name: str = "f", **names: Any) -> Callable[..., Any]:
    """The function `name` that the text defines; the functionals of `gate` are its globals."""
    text = textwrap.dedent(text)
    filename = f"<written {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    variables = {**vars(gate), "__name__": __name__, **names}
    exec(compile(text, filename, "exec", dont_inherit=True), variables)
    made = variables[name]
    assert isinstance(made, FunctionType)
    return made


def run_ahead(text: str) -> str:
    """The run-ahead program of the function ``f`` that the text defines."""
    return translate(function(text)).run_ahead


def statement(text: str, parameters: str = "a, b, xs, d, o") -> str:
    """The run-ahead program of statements that are followed by nothing, without its frame."""
    body = textwrap.indent(textwrap.dedent(text).strip(), "    ")
    written = run_ahead(f"def f({parameters}):\n{body}\n").strip()
    head, _, rest = written.rpartition("async def run_ahead(")
    lines = rest.splitlines()[1:]
    kept = [line.removeprefix("    ") for line in lines]
    kept = [line for line in kept if not line.endswith("= UNKNOWN") and line != "return ()"]
    return (head + "\n".join(kept)).strip()


def expression(text: str) -> str:
    """What evaluates an expression over ``a b xs d o`` in the run-ahead program."""
    line = statement(f"work({text})").splitlines()[-1]
    found = re.fullmatch(r"unread\(ra, \d+, \(\), ra\.lookup\('work'\), \((.*), \), \{\}\)", line)
    assert found is not None, line
    return found[1]


def text(block: str) -> str:
    """An expected text, written indented."""
    return textwrap.dedent(block).strip()
