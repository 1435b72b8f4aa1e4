"""A random program as source text, and as a call that can be compared."""

from __future__ import annotations

import copy
import importlib.util
import linecache
import random
import sys
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pydron_ng.events import Reason
from pydron_ng.runtime.process import programs
from pydron_ng.testing import Call
from tests.fuzz import (  # noqa: F401  they register their productions
    constructs,
    containers,
    definitions,
    expressions,
    flow,
    hidden,
    inside,
    nested,
    statements,
    stories,
    tame,
)
from tests.fuzz.grammar import Writer, indented
from tests.fuzz.objects import Thing, Touchy
from tests.fuzz.pool import STATE

HEAD = """\
import asyncio, collections, contextlib, copy, dataclasses, decimal, functools, heapq, itertools
import math, operator, os, pathlib, statistics, warnings
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from pydron_ng import functional, schedule
from tests.fuzz.faults import *
from tests.fuzz.hidden import *
from tests.fuzz.objects import *
from tests.fuzz.pool import *
from tests.fuzz.waiting import *
"""
DECORATORS = ("@schedule", "@schedule", "@schedule(speculate=True)")
SIGNATURE = "def program(a, b, xs, ys, rows, d, o, u, m, state):"
BEGIN = "c, zs, es, s, t, v = 0, [], {1, 5, 9}, 's', (a, xs), m[::2]"
VARIABLES = "a, b, c, xs, ys, zs, rows, d, es, s, t, o, u, m, v"


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a program, and which productions it is made of."""

    text: str
    productions: frozenset[str]


def generate(seed: str) -> Source:
    """The program of this seed; always the same one. A third of them goes past open exits."""
    decorator = random.Random(f"decorator of {seed}").choice(DECORATORS)
    w = Writer(seed, decorator=decorator)
    kind = w.random.choices(["", "generator", "async"], [8, 1, 1])[0]
    lines = [line for _ in range(w.random.choice([0, 0, 1, 2, 3])) for line in w.definition()]
    lines += [decorator, f"{'async ' if kind == 'async' else ''}{SIGNATURE}"]
    with w.inside(kind):
        body = [line for _ in range(w.random.randint(3, 7)) for line in w.statement()]
    end = "yield" if kind == "generator" else "return"
    lines += indented([BEGIN, *body, f"{end} {VARIABLES}"])
    return Source(HEAD + "\n".join(lines) + "\n", frozenset(w.used))


@dataclass(slots=True)
class Loaded:
    """A program as a module of its own, that workers can import as well.

    made: what the arguments of its last call hold; dead as soon as nobody holds it.
    """

    name: str
    path: str
    call: Call
    made: list[weakref.ref[Any]] = field(default_factory=list)

    def reasons(self) -> set[Reason]:
        """Why something in it was not run ahead."""
        found = [known[1] for key, known in programs.items() if key[0] == self.path]
        return {reason for program in found for reason in program.reasons}

    def forget(self) -> None:
        """It is gone, from the caches of the session too: there are many more to come."""
        STATE.clear()
        sys.modules.pop(self.name, None)
        linecache.cache.pop(self.path, None)
        for key in [key for key in programs if key[0] == self.path]:
            del programs[key]


def load(text: str, name: str, folder: Path) -> Loaded:
    """The program, ready to be called.

    Raises: what the text raises when it is imported.
    """
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    arguments = _arguments(random.Random(name))
    loaded = Loaded(name, str(path), Call(module.program, lambda: ((), {}), _state_of(module)))
    loaded.call = Call(module.program, lambda: _fresh(arguments, loaded), loaded.call.globals)
    return loaded


def _state_of(module: Any) -> tuple[str, ...]:
    """The globals that programs change."""
    return tuple(name for name in vars(module) if name.startswith(("LEVEL", "holder", "work")))


def _fresh(arguments: Sequence[Any], loaded: Loaded) -> tuple[Sequence[Any], dict[str, Any]]:
    """Copies of the arguments; what the unknown functions share and change is as it was."""
    STATE.clear()
    hidden.reset()
    made = copy.deepcopy(arguments)
    loaded.made = [weakref.ref(value) for value in made if isinstance(value, Thing | Touchy)]
    return [*made, STATE], {}


def _arguments(choose: random.Random) -> Sequence[Any]:
    xs = [choose.randint(0, 9) for _ in range(choose.randint(0, 5))]
    ys = choose.choice([xs, [3, 1, 2], [0.5, -0.0, 2], [True, 1, 1.0]])
    rows = [[1], choose.choice([xs, [4, 5]])]
    thing = Thing(choose.randint(0, 5), choose.choice([xs, [1, 2]]))
    touchy = Touchy(choose.choice([0, 3, xs]))
    array = choose.choice([np.arange(6.0), np.arange(5), np.asfortranarray([0.1, -0.0, 3, 7])])
    a, b = choose.randint(0, 9), choose.randint(-3, 9)
    return a, b, xs, ys, rows, {1: 2, 5: 0}, thing, touchy, array
