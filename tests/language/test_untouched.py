"""Running ahead touches nothing: every construct, with every kind of object that would notice."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from tests.language.touches import KINDS, TOUCHES
from tests.translation.written import function

pytestmark = pytest.mark.usefixtures("threads")

#: What is done with the object ``W``; ``out`` is a list of the function's own.
CONSTRUCTS = (
    "out.append(W)",
    "W + 1",
    "1 + W",
    "x = 5; x += W",
    "y = W; y += 1",
    "out.append(-W)",
    "out.append(+W); ~W",
    "out.append(W * 2 - 1)",
    "2 ** W",
    "W % 3, W // 2, W / 2, W & 1, W | 1, W << 1",
    "W @ W",
    "'%s' % W",
    "W < 3, W <= 3, W > 3, W >= 3",
    "W == 3, W != 3",
    "3 == W",
    "0 < W < 9",
    "out.append(not W)",
    "W and g(1)",
    "W or g(1)",
    "out.append(g(2) if W else g(3))",
    "W is None",
    "3 in W",
    "W in [1, 2]",
    "W in (W, 1)",
    "W in {}",
    "if W: out.append(g(4))",
    "while W:\n    out.append(g(5))\n    break",
    "assert W",
    "W.x",
    "W.y",
    "W.described",
    "W.unknown",
    "W.x = 5",
    "W.x += 1",
    "W.__class__, W.__doc__",
    "W[0]",
    "W['a']",
    "W[0:1]",
    "W[0] = 1",
    "W[0] += 1",
    "del W[0]",
    "[1, 2, 3][W]",
    "{1: 2, 3: 4}[W]",
    "k = {}; k[W] = 1",
    "k = {W: 1}",
    "k = {W, 2}",
    "k = [W, *W]",
    "k = {**W}",
    "a, b = W",
    "a, *b = W",
    "for i in W: out.append(g(i))",
    "for i, j in enumerate(W): out.append(g(j))",
    "for i, j in zip(W, [1, 2]): out.append(g(i))",
    "for i in reversed(W): out.append(g(i))",
    "for i in sorted(W): out.append(g(i))",
    "out += [g(i) for i in W]",
    "out += [g(i) for i in [1, 2] if W]",
    "out.append({g(i): W for i in [1, 2]})",
    "out.extend(g(i) for i in W)",
    "out.extend(W)",
    "k = {}; k.update(W)",
    "k = set(); k.add(W)",
    "k = [1, W]; k.index(W), k.count(W)",
    "k = [1, W]; k.remove(W)",
    "k = [W, W]; k.sort()",
    "k = [W] == [W]",
    "sum(W), min(W), max(W)",
    "sum([W, W])",
    "min(W, W)",
    "any([W]), all([W])",
    "len(W)",
    "bool(W), int(W), float(W)",
    "str(W), repr(W), format(W)",
    "list(W), tuple(W)",
    "set(W)",
    "dict(W)",
    "frozenset([W])",
    "sorted([W, W])",
    "abs(W), round(W)",
    "divmod(W, 2)",
    "hash(W)",
    "range(W)",
    "out.append([g(i) for i in range(W)])",
    "isinstance(W, int), isinstance(3, W)",
    "issubclass(int, W)",
    "iter(W); next(iter(W))",
    "getattr(W, 'x'), hasattr(W, 'q')",
    "W(1, k=2)",
    "W.method(1)",
    "W.append(1)",
    "W.get('a')",
    "W.strip()",
    "W.keys()",
    "W.items()",
    "W.copy()",
    'f"{W}", f"{W!r:>9}"',
    "'-'.join(W)",
    "'-'.join([W])",
    "'{}'.format(W)",
    "print(W)",
    "out.append(g(W))",
    "out.append(g(1, W))",
    "out.append(g(1, k=W))",
    "out.append(g(*W))",
    "out.append(g(**W))",
    "out.append(h([W]))",
    "out.append(h({'k': W}))",
    "out.append(h((1, W)))",
    "with W as v: out.append(g(6))",
    "match W:\n"
    "    case 3: out.append(g(7))\n"
    "    case [a, b]: out.append(g(8))\n"
    "    case {'a': a}: out.append(g(9))\n"
    "    case int(): out.append(g(10))\n"
    "    case _: out.append(g(11))",
    "try:\n    raise KeyError(W)\nexcept W: out.append(g(12))\nexcept KeyError: out.append(g(13))",
    "raise W",
    "x = lambda: W; out.append(x())",
    "(q := W); out.append(g(14))",
    "global W_; W_ = W; out.append(g(15))",
    "return W",
    "import math; math.floor(W)",
    "import os; os.path.join(W, 'a')",
    "np.sqrt(W)",
    "slice(W), complex(W), bytes(W)",
)

#: Where the object is found.
PLACES = ("p", "G", "box[0]", "box2['k']", "plain.w", "M.w", "c")


@functional
def g(*args: Any, **kwargs: Any) -> int:
    return len(args) + len(kwargs)


@functional
def h(value: Any) -> int:
    return len(value)


class Plain:
    """An object without code of its own."""


def program(construct: str, place: str) -> str:
    """A function that calls functionals around a construct that works on what is at the place."""
    lines = construct.replace("; ", "\n").replace("W_", "V").replace("W", place).splitlines()
    body = "\n".join(f"        {line}" for line in lines)
    declared = "    global V\n" if "global V" in body else ""
    body = body.replace("        global V\n", "")
    return (
        f"def f(p, box, box2, plain, xs):\n{declared}"
        "    c = p\n    out = []\n    for x in xs:\n        out.append(g(x))\n"
        f"{body}\n        out.append(g(x, 1))\n    return out\n"
    )


def outcome(made: Any, kind: str, variables: dict[str, Any]) -> tuple[Any, list[str]]:
    """What came of a call, and which touches it took."""
    w = KINDS[kind]()
    plain, module = Plain(), types.ModuleType("M")
    plain.w, module.w = w, w  # type: ignore[attr-defined]
    variables.update(G=w, M=module)
    TOUCHES.clear()
    try:
        value: Any = made(w, [w], {"k": w}, plain, [1, 2])
        shown = type(value), len(value) if type(value) is list else None
    except Exception as error:
        shown = type(error), None
    touches = list(TOUCHES)
    return shown, touches


def check(construct: str, place: str, kind: str) -> None:
    made = function(program(construct, place), g=g, h=h, np=np)
    scheduled: Any = schedule(made)
    expected = outcome(made, kind, made.__globals__)
    assert outcome(scheduled, kind, made.__globals__) == expected, place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_an_object_is_touched_as_in_the_sequential_program(construct: str, kind: str) -> None:
    number = CONSTRUCTS.index(construct) + [*KINDS].index(kind)
    check(construct, PLACES[number % len(PLACES)], kind)


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_an_object_is_touched_as_ever_wherever_it_is_found(construct: str, place: str) -> None:
    for kind in KINDS:
        check(construct, place, kind)
