"""Functions between whose functional calls no code of the user's can run."""

from __future__ import annotations

import pytest

from pydron_ng import translate
from pydron_ng.translation.facts import Closed
from tests.translation.written import function


def closed(body: str) -> Closed | None:
    lines = "\n".join("    " + line for line in body.splitlines())
    found: Closed | None = translate(function(f"def f(a, xs):\n{lines}\n")).program.closed
    return found


@pytest.mark.parametrize(
    "body, builtins, changes",
    [
        ("return [work(x) for x in xs]", set(), False),
        ("for i in range(a):\n    a += work(i)\nreturn a", {"range"}, True),
        (
            "out = []\nfor i, x in enumerate(xs):\n    out.append((i, work(x)))",
            {"enumerate"},
            False,
        ),
        ("try:\n    work(a)\nexcept ValueError:\n    a = f'{a!r:>{xs}}'", set(), False),
        ("a(work(xs))\nlater(a)", set(), False),
        ("while a < 3 and not xs:\n    a: int = work(-a, b=[*xs])", set(), False),
    ],
)
def test_closed(body: str, builtins: set[str], changes: bool) -> None:
    assert closed(body) == Closed(frozenset(builtins), changes)


@pytest.mark.parametrize(
    "body",
    [
        "work(a)\nprint(a)",
        "work(a.b)",
        "work(GLOBAL)",
        "work(a)\nunknown.f(a)",
        "with a:\n    work(a)",
        "try:\n    work(a)\nexcept ValueError as e:\n    pass",
        "try:\n    work(a)\nexcept a.Error:\n    pass",
        "import os\nwork(a)",
        "yield work(a)",
        "work(sorted(xs, key=a))",
        "work(max(**xs))",
        "work(lambda: a)",
        "a.b = work(a)",
        "xs[0] = work(a)",
        "xs[0] += work(a)",
        "work([0 for xs[0] in range(3)])",
        "for xs[0] in range(3):\n    work(a)",
        "a.append(work(a))",
        "del a\nwork(xs)",
        "match a:\n    case int():\n        work(a)",
        "work(map(work, xs))",
        "raise work(a)",
        "global g\ng = work(a)",
    ],
)
def test_not_closed(body: str) -> None:
    assert closed(body) is None
