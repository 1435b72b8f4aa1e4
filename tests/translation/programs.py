"""Small random programs whose functional calls bear numbers: ``step(number, pass, *inputs)``.

No value is carried from one pass of a loop to the next, except where a result is collected.
"""

from __future__ import annotations

import random
from typing import Any

from pydron_ng import functional


@functional
def step(number: int, passed: int, *inputs: Any) -> int:
    """A number that depends on all inputs; says when it begins and ends."""
    from tests.translation.meeting import begin, end

    begin((number, passed))
    total = number * 7 + passed
    for value in inputs:
        total += sum(value) if isinstance(value, list) else value
    end((number, passed))
    return total % 50


def note(value: int) -> int:
    """Nobody knows what it does."""
    return value


def program(choose: random.Random) -> str:
    """The text of a function ``f(a)``."""
    writer = _Writer(choose)
    writer.block(2, 5)
    shown = ", ".join(writer.known)
    return "\n".join(["def f(a):", *writer.lines, f"    return {shown}", ""])


class _Writer:
    def __init__(self, choose: random.Random) -> None:
        self._choose = choose
        self.lines: list[str] = []
        self.known = ["a"]
        self._names = 0
        self._numbers = 0
        self._depth = 1
        self._pass = "0"
        self._loops = 0

    def block(self, least: int, most: int) -> None:
        for _ in range(self._choose.randint(least, most)):
            self._statement()

    def _statement(self) -> None:
        simple = [self._assign, self._assign, self._assign, self._arithmetic, self._speak]
        deep = [self._if, self._for, self._comprehension]
        leaving = [self._continue] if self._loops else []
        usable = [*simple, *leaving, *(deep if self._depth < 4 and self._numbers < 9 else [])]
        self._choose.choice(usable)()

    def _line(self, text: str) -> None:
        self.lines.append("    " * self._depth + text)

    def _new(self) -> str:
        self._names += 1
        return f"v{self._names}"

    def _value(self) -> str:
        return self._choose.choice([*self.known, "1", "2"])

    def _number(self) -> str:
        """A value that is no list."""
        return self._choose.choice([n for n in self.known if not n.endswith("s")] + ["1"])

    def _call(self, depth: int = 0) -> str:
        number = self._numbers = self._numbers + 1
        inputs = [self._value() for _ in range(self._choose.randint(0, 2))]
        if depth < 1 and self._choose.random() < 0.25:
            inner = self._call(depth + 1)
            chosen = f"({inner} if {self._number()} % 2 else 1)"
            inputs.append(inner if self._choose.random() < 0.6 else chosen)
        return f"step({', '.join([str(number), self._pass, *inputs])})"

    def _assign(self) -> None:
        text, name = self._call(), self._new()
        self._line(f"{name} = {text}")
        self.known.append(name)

    def _arithmetic(self) -> None:
        text, name = f"{self._number()} + {self._number()}", self._new()
        self._line(f"{name} = {text}")
        self.known.append(name)

    def _speak(self) -> None:
        self._line(self._choose.choice([f"print({self._number()})", "note(3)"]))

    def _if(self) -> None:
        name = self._new()
        self._line(f"if {self._number()} % 2:")
        self._inside(name)
        self._line("else:")
        self._inside(name)
        self.known.append(name)

    def _inside(self, name: str) -> None:
        known = list(self.known)
        self._depth += 1
        self.block(0, 1)
        self._line(f"{name} = {self._call()}")
        self._depth -= 1
        self.known = known

    def _for(self) -> None:
        index, kept, total = self._new(), self._new() + "s", self._new()
        self._line(f"{kept}, {total} = [], 0")
        self._line(f"for {index} in range(2):")
        known, passed = list(self.known), self._pass
        self._pass = index if passed == "0" else f"({passed}) * 2 + {index} + 1"
        self._depth, self._loops = self._depth + 1, self._loops + 1
        self.known.append(index)
        self.block(0, 2)
        self._line(f"{kept}.append({self._call()})")
        self._line(f"{total} += {self._call()}")
        self._depth, self._loops = self._depth - 1, self._loops - 1
        self.known, self._pass = [*known, kept, total], passed

    def _comprehension(self) -> None:
        name, index = self._new() + "s", self._new()
        known, passed = list(self.known), self._pass
        self._pass = index if passed == "0" else f"({passed}) * 2 + {index} + 1"
        self.known.append(index)
        condition = f" if {self._number()} % 2" if self._choose.random() < 0.3 else ""
        text = f"[{self._call()} for {index} in range(2){condition}]"
        self._pass, self.known = passed, [*known, name]
        self._line(f"{name} = {text}")

    def _continue(self) -> None:
        self._line(f"if {self._number()} % 2:")
        self._line("    continue")
