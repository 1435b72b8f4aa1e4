"""The productions that each construct of run-ahead brings along, registered by themselves.

A template is one or more lines of Python with holes: ``{new}`` a name to assign to, ``{call}`` a
functional call, ``{list}`` the name of a list, ``{statement}`` any statement, and so on, see
``_HOLES``. What ``{new} = ...`` assigns to is a name of the kind of its value. A name that is
neither a builtin nor one of the program's has to be imported in ``programs.HEAD``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from collections.abc import Callable, Iterator

from pydron_ng.translation.runahead import constructs
from tests.fuzz.grammar import Lines, Writer, production

_LEAVING = ("break", "continue")
_SUSPENDING = ("async ", "await ")


def templates() -> Iterator[tuple[str, int, str]]:
    """The construct, the rank and the text of each template."""
    for module in pkgutil.iter_modules(constructs.__path__):
        found = importlib.import_module(f"{constructs.__name__}.{module.name}")
        for rank, template in enumerate(getattr(found, "PRODUCTIONS", ())):
            yield module.name, rank, template


def fill(w: Writer, template: str) -> Lines:
    """The lines of a template, its holes filled."""
    item = w.new_name("item")
    lines: Lines = []
    for line in template.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() in {"{statement}", "{effect}"}:
            lines += [indent + inner for inner in _filled(w, line.strip()[1:-1])]
        else:
            lines.append(_text(w, line, item))
    return _bounded(w, lines)


def _text(w: Writer, line: str, item: str) -> str:
    """Each hole is filled anew, also where two have one name; but all of ``{item}`` are one."""
    text = ""
    for literal, hole, _, _ in string.Formatter().parse(line):
        text += literal
        if hole == "new" and not text.strip():
            text += _target(w, line)
        elif hole:
            text += item if hole == "item" else _HOLES[hole](w)
    return text


def _target(w: Writer, line: str) -> str:
    """The name of a variable of the kind that the line assigns."""
    value = line.partition("{new} = ")[2]
    found = next((name for start, name in _KINDS if re.match(start, value)), Writer.name)
    return found(w)


#: How values begin that are no numbers, and what they are assigned to.
_KINDS: tuple[tuple[str, Callable[[Writer], str]], ...] = (
    (r"(list|sorted)\(|\[.*\]$|.*\[:", Writer.list_name),
    (r"(dict|Counter|defaultdict)\(.*\)$|\{\{.*:.*\}\}$", lambda w: "d"),
    (r"(set|frozenset)\(.*\)$|\{\{.*\}\}$", lambda w: "es"),
    (r"f?'.*'$|'.*'(\.join|\.format| %)|str\(.*\)$", lambda w: "s"),
    (r"\(.*,.*\)$|tuple\(.*\)$", lambda w: "t"),
)


def _filled(w: Writer, hole: str) -> Lines:
    return w.statement() if hole == "statement" else [f"print({w.name()})"]


def _bounded(w: Writer, lines: Lines) -> Lines:
    """A list that a loop goes over must not grow for ever."""
    grown = re.match(r"(\w+)(\.append|\.extend|\.insert| \+= \[)", lines[0])
    return [w.room(grown[1]) + lines[0], *lines[1:]] if grown and len(lines) == 1 else lines


def _call(w: Writer) -> str:
    return f"{w.pick('inc', 'slow', 'mix', 'speaks', 'half')}({w.name()})"


_HOLES: dict[str, Callable[[Writer], str]] = {
    "new": Writer.name,
    "name": Writer.name,
    "value": lambda w: w.pick("1", "2.5", "-0.0", "7"),
    "int": lambda w: w.pick("0", "1", "2", "3"),
    "small": lambda w: w.pick("2", "3"),
    "call": _call,
    "functional": lambda w: w.pick("inc", "slow", "mix", "risky"),
    "raising": lambda w: f"{w.pick('risky', 'refuses', 'divides')}({w.name()})",
    "list": Writer.list_name,
    "number": Writer.number,
    "test": Writer.test,
    "text": Writer.text,
    "expression": Writer.anything,
    "string": Writer.string,
    "rows": lambda w: "rows",
    "tuple": lambda w: "t",
    "touchy": lambda w: "u",
    "iterator": lambda w: f"iter({w.list_name()})",
    "lambda": lambda w: f"lambda n: {w.pick('inc', 'slow', 'risky')}(n) + {w.name()}",
    "items": lambda w: w.pick(w.list_name(), "range(3)", "list(d)[:3]", "t[1]", "sorted(es)[:3]"),
    "method": lambda w: f"o.weight({w.name()})",
    "scheduled": lambda w: f"helper({w.name()}, {w.list_name()})",
    "unknown": lambda w: f"{w.pick('shout', 'bump', 'guard')}({w.name()})",
    "dict": lambda w: "d",
    "set": lambda w: f"set({w.list_name()})",
    "object": lambda w: "o",
    "attribute": lambda w: "number",
    "manager": lambda w: f"stage({w.name()})",
}


def _register(construct: str, rank: int, template: str) -> None:
    @production(
        f"{construct}-{rank}",
        weight=1.5 if needs(template) == "async" else 0.4,
        deep="{statement}" in template,
        needs=needs(template),
    )
    def write(w: Writer) -> Lines:
        return fill(w, template)


def needs(template: str) -> str:
    """Where a template is valid only."""
    if any(word in template for word in _LEAVING):
        return "loop"
    return "async" if any(word in template for word in _SUSPENDING) else ""


for _construct, _rank, _template in templates():
    _register(_construct, _rank, _template)
