"""The registry of productions, and the writer that chooses among them.

Kinds of variables hardly ever change, so that most programs run for a while before they fail:
``a b c`` numbers, ``xs ys zs`` lists of numbers, ``rows`` a list of lists, ``d`` a dictionary,
``es`` a set, ``s`` a text, ``t`` a tuple of a number and a list, ``o`` a Thing, ``u`` an object
that tells of every touch, ``m`` an array, ``v`` an array that may be a part of it.
Every variable is bound from the start.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

    kind: ``statement``, ``definition`` of what the program calls, or what an expression gives:
        ``number``, ``list``, ``test``, ``string``, ``set``, ``text`` (arguments of print).
    needs: ``loop``, ``generator``, ``async`` where it is valid in these only, else the name of
        what has to be `defined` before.
    """

    def register(write: Callable[[Writer], str | Lines]) -> Callable[[Writer], str | Lines]:
        if name in PRODUCTIONS:
            raise ValueError(f"two productions are called {name}")
        PRODUCTIONS[name] = Production(name, kind, write, weight, deep, needs)
        return write

    return register


@dataclass(slots=True)
class Place:
    """Where the writer is, as far as it says what is valid there."""

    kind: str = ""  # "generator" or "async"
    depth: int = 0
    loops: list[bool] = field(default_factory=list)  # whether each goes over a list that may grow


class Writer:
    """Writes one random program, statement by statement, until its fuel is spent.

    defined: names of what the program defines, by what they are good for: ``function`` a
        functional one of a number, ``stream`` a generator function of a number, ``part`` a
        scheduled function of (a, b, xs, ys), ``holder`` an object, ``setting`` a global,
        ``renamed`` a global that is a functional function.
    """

    def __init__(self, seed: str, fuel: int = 22, decorator: str = "@schedule") -> None:
        """decorator: what to write above scheduled functions."""
        self.random = random.Random(seed)
        self.fuel = fuel
        self.decorator = decorator
        self.used: set[str] = set()
        self.defined: dict[str, list[str]] = {}
        self.place = Place()
        self._expression_depth = 0
        self._names = 0

    # --- what there is ---

    def define(self, what: str, name: str) -> None:
        """From now on the program may use the name."""
        self.defined.setdefault(what, []).append(name)

    def known(self, what: str) -> str:
        """The name of something that the program defines."""
        return self.random.choice(self.defined[what])

    @contextmanager
    def inside(self, kind: str = "", fuel: int | None = None) -> Iterator[None]:
        """In the body of another function, with as much fuel of its own if any is given."""
        place, self.place = self.place, Place(kind, self.place.depth)
        left, self.fuel = self.fuel, self.fuel if fuel is None else fuel
        yield
        self.place = place
        self.fuel = self.fuel if fuel is None else left

    # --- statements ---

    def block(self, most: int = 3) -> Lines:
        """One to `most` statements, indented."""
        self.place.depth += 1
        lines = [line for _ in range(self.random.randint(1, most)) for line in self.statement()]
        self.place.depth -= 1
        return indented(lines)

    def loop_block(self, *, growing: bool = False, most: int = 3) -> Lines:
        """A block in which break and continue are valid."""
        self.place.loops.append(growing)
        lines = self.block(most)
        self.place.loops.pop()
        return lines

    def function_block(self, most: int = 2, kind: str = "") -> Lines:
        """A block of a nested function: the loops around it do not reach into it."""
        with self.inside(kind):
            return self.block(most)

    def statement(self) -> Lines:
        """The lines of one statement."""
        self.fuel -= 1
        return list(self._choose("statement", deep=self.fuel > 0 and self.place.depth < 4))

    def definition(self) -> Lines:
        """The lines of a definition at the top of the module."""
        return list(self._choose("definition", deep=True))

    # --- expressions ---

    def number(self) -> str:
        return self._expression("number")

    def list(self) -> str:
        return self._expression("list")

    def test(self) -> str:
        return self._expression("test")

    def text(self) -> str:
        return self._expression("text")

    def string(self) -> str:
        return self._expression("string")

    def set(self) -> str:
        return self._expression("set")

    def anything(self) -> str:
        """An expression of any kind."""
        return self._expression(self.pick("number", "number", "list", "string", "set", "test"))

    def name(self) -> str:
        """The name of a number."""
        return self.random.choice(NUMBERS)

    def list_name(self) -> str:
        return self.random.choice(LISTS)

    def variable(self) -> str:
        """The name of any variable."""
        return self.pick(*NUMBERS, *LISTS, "rows", "d", "es", "s", "t", "o", "m", "v")

    def new_name(self, stem: str) -> str:
        """A name that nothing else in the program has."""
        self._names += 1
        return f"{stem}{self._names}"

    # --- chance ---

    def room(self, name: str) -> str:
        """What to write before a statement that makes a list longer, so that every loop ends."""
        guarded = any(self.place.loops) or self.chance(0.3)
        return f"if len({name}) < 9: " if guarded else ""

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
        return (deep or not production.deep) and self._offers(production.needs)

    def _offers(self, need: str) -> bool:
        match need:
            case "":
                return True
            case "loop":
                return bool(self.place.loops)
            case "generator" | "async":
                return self.place.kind == need
            case _:
                return bool(self.defined.get(need))


def indented(lines: Lines) -> Lines:
    """The lines, one level deeper."""
    return [f"    {line}" for line in lines]
