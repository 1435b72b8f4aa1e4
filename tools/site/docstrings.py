"""Reads docstrings of this house: parameters are ``name: what it is`` lines, trees are drawn."""

from __future__ import annotations

import re
from typing import Any

import griffe

_LINE = re.compile(r"^(\*{0,2}\w+): ")


class House(griffe.Extension):
    """Puts lines about parameters under ``Args:``, or ``Attributes:`` for a class.

    Before:
        reads: it depends on more than its arguments in a way
            that cannot be seen
    After:
        Args:
            reads: it depends on more than its arguments in a way
                that cannot be seen
    """

    def on_module(self, *, mod: griffe.Module, **_: Any) -> None:
        if mod.docstring is not None:
            mod.docstring.value = with_trees(mod.docstring.value)

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        self._rewrite(func, "Args", {parameter.name for parameter in func.parameters})

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        self._rewrite(cls, "Attributes", set(cls.members))

    @staticmethod
    def _rewrite(thing: griffe.Object, title: str, names: set[str]) -> None:
        if thing.docstring is not None:
            thing.docstring.value = under(title, thing.docstring.value, names)


def with_trees(text: str) -> str:
    """The docstring, with trees that are drawn in it as code, so that their lines stay lines."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(_indented(part) if "├──" in part else part for part in paragraphs)


def under(title: str, text: str, names: set[str]) -> str:
    """The docstring, with its paragraphs that begin with one of these names under the title."""
    paragraphs = text.split("\n\n")
    chosen = [part for part in paragraphs if _about(part, names)]
    others = [part for part in paragraphs if part not in chosen]
    section = [f"{title}:\n" + _indented("\n".join(chosen))] if chosen else []
    raises = [part for part in others if part.startswith("Raises:")]
    return "\n\n".join([*(part for part in others if part not in raises), *section, *raises])


def _about(paragraph: str, names: set[str]) -> bool:
    found = _LINE.match(paragraph)
    return found is not None and found[1].lstrip("*") in names


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
