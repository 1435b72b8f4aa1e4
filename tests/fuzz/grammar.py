"""The registry of productions, and the writer that chooses among them.

Kinds of variables never change, so that most programs run for a while before they fail:
``a b c`` numbers, ``xs ys zs`` lists of numbers, ``rows`` a list of lists, ``d`` a dictionary,
``o`` an object. Every variable is bound from the start.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

NUMBERS = ("a", "b", "c")
LISTS = ("xs", "ys", "zs")

Lines = list[str]
Statement = Callable[["Writer"], Lines]
Expression = Callable[["Writer"], str]
Function = TypeVar("Function", Statement, Expression)


@dataclass(frozen=True, slots=True)
class Production:
    """One way to go on. `deep`: it holds other statements or expressions, so it costs fuel."""

    name: str
    kind: str
    write: Callable[[Writer], str | Lines]
    weight: float
    deep: bool
    needs: str


PRODUCTIONS: dict[str, Production] = {}


def production(
    name: str, kind: str = "statement", *, weight: float = 1, deep: bool = False, needs: str = ""
) -> Callable[[Callable[[Writer], str | Lines]], Callable[[Writer], str | Lines]]:
    """Register a production.

    kind: ``statement``, or what the expression gives: ``number``, ``list``, ``test``, ``text``.
    needs: ``loop`` where the statement is valid inside of a loop only.
    """

    def register(write: Callable[[Writer], str | Lines]) -> Callable[[Writer], str | Lines]:
        if name in PRODUCTIONS:
            raise ValueError(f"two productions are called {name}")
        PRODUCTIONS[name] = Production(name, kind, write, weight, deep, needs)
        return write

    return register


class Writer:
    """Writes one random program, statement by statement, until its fuel is spent."""

    def __init__(self, seed: str, fuel: int = 22) -> None:
        self.random = random.Random(seed)
        self.fuel = fuel
        self.used: set[str] = set()
        self._depth = 0
        self._expression_depth = 0
        self._loops: list[bool] = []  # whether each enclosing loop goes over a list that may grow
        self._names = 0

    def block(self, most: int = 3) -> Lines:
        """One to `most` statements, indented."""
        self._depth += 1
        lines = [line for _ in range(self.random.randint(1, most)) for line in self.statement()]
        self._depth -= 1
        return indented(lines)

    def loop_block(self, *, growing: bool = False, most: int = 3) -> Lines:
        """A block in which break and continue are valid."""
        self._loops.append(growing)
        lines = self.block(most)
        self._loops.pop()
        return lines

    def function_block(self, most: int = 2) -> Lines:
        """A block of a nested function: the loops around it do not reach into it."""
        loops, self._loops = self._loops, []
        lines = self.block(most)
        self._loops = loops
        return lines

    def statement(self) -> Lines:
        """The lines of one statement."""
        self.fuel -= 1
        lines = self._choose("statement", deep=self.fuel > 0 and self._depth < 4)
        return list(lines)

    def number(self) -> str:
        return self._expression("number")

    def list(self) -> str:
        return self._expression("list")

    def test(self) -> str:
        return self._expression("test")

    def text(self) -> str:
        return self._expression("text")

    def name(self) -> str:
        """The name of a number."""
        return self.random.choice(NUMBERS)

    def list_name(self) -> str:
        return self.random.choice(LISTS)

    def new_name(self, stem: str) -> str:
        """A name that nothing else in the program has."""
        self._names += 1
        return f"{stem}{self._names}"

    def room(self, name: str) -> str:
        """What to write before a statement that makes a list longer, so that every loop ends."""
        return f"if len({name}) < 9: " if any(self._loops) or self.chance(0.3) else ""

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def _expression(self, kind: str) -> str:
        self._expression_depth += 1
        text = self._choose(kind, deep=self._expression_depth < 4)
        self._expression_depth -= 1
        return str(text)

    def _choose(self, kind: str, *, deep: bool) -> str | Lines:
        choices = [p for p in PRODUCTIONS.values() if p.kind == kind and self._allowed(p, deep)]
        weights = [p.weight for p in choices]
        chosen = self.random.choices(choices, weights)[0]
        self.used.add(chosen.name)
        return chosen.write(self)

    def _allowed(self, production: Production, deep: bool) -> bool:
        return (deep or not production.deep) and (production.needs != "loop" or bool(self._loops))


def indented(lines: Lines) -> Lines:
    """The lines, one level deeper."""
    return [f"    {line}" for line in lines]
