"""The commit program: the original in all that can be seen of it."""

from __future__ import annotations

import ast
import copy
import inspect
import pickle
import sys
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pydron_ng import schedule, translate
from pydron_ng.testing import assert_equivalent
from pydron_ng.translation import commit
from tests.translation.gate import risky, work
from tests.translation.written import function

pytestmark = pytest.mark.usefixtures("threads")


def committed(source: str) -> str:
    """The part of the commit program that replaces the body."""
    whole = translate(function(source)).commit
    begun = whole.partition("$unbound = $entered\n        try:\n")[2]
    body = begun.rpartition("        finally:\n")[0]
    return textwrap.dedent(body).strip()


def test_shape_of_a_routed_call() -> None:
    assert committed("def f(a):\n    return work(a)\n") == (
        "return (work if $counters[2] else $route(0, work))(a)"
    )


def test_shape_of_what_is_told() -> None:
    assert committed("def f(a):\n    a = work(a)\n    return a\n").splitlines()[1:3] == [
        "if $counters[1]:",
        "    $learn(1, 0, a)",
    ]


def test_shape_of_a_comprehension_is_as_documented() -> None:
    made = committed("def f(xs):\n    return [work(x) for x in xs]\n").replace("work", "f")
    documented = inspect.getdoc(commit.commit_program) or ""
    assert "".join(made.split()) in "".join(documented.split())


def test_calls_that_cannot_be_functional_stay_as_they_are() -> None:
    assert "$route(" not in translate(function("def f(a):\n    return len(a)\n")).commit


# --- what can be seen of a function from outside ---


@schedule
def described(a: int, /, b: int = 2, *rest: int, c: int = 3, **named: int) -> Any:
    """What it does."""
    return work(a, b) + c + sum(rest) + sum(named.values())


def test_signature_docstring_defaults_and_source_survive() -> None:
    plain = described.__wrapped__  # type: ignore[attr-defined]
    assert inspect.signature(described) == inspect.signature(plain)
    assert described.__doc__ == "What it does."
    assert described.__defaults__ == (2,)
    assert described.__kwdefaults__ == {"c": 3}
    assert inspect.getsource(described) == inspect.getsource(plain)
    assert described.__code__.co_firstlineno == plain.__code__.co_firstlineno
    assert described.__annotations__ == plain.__annotations__


def test_it_is_pickled_by_name_and_copied_as_itself() -> None:
    assert pickle.loads(pickle.dumps(described)) is described
    assert copy.deepcopy(described) is described


def test_star_arguments_arrive() -> None:
    assert_equivalent(described, 1, 2, 3, 4, c=5, d=6)


def test_compiling_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = function("def f(a):\n    assert a\n    return work(a) if a is not None else 0\n")
        assert schedule(made)(1) == 3


# --- frames and tracebacks ---


@schedule
def fails(n: Any) -> Any:
    kept = []
    for x in [2, 4, n]:
        kept.append(risky(x))
    return kept


def test_a_traceback_shows_the_users_frames_at_their_lines_only() -> None:
    with pytest.raises(ValueError, match="3") as caught:
        fails(3)
    frames = traceback.extract_tb(caught.value.__traceback__)[1:]
    assert [frame.name for frame in frames] == ["fails", "risky"]
    assert frames[0].line == "kept.append(risky(x))"


def test_no_name_of_ours_is_left_in_a_frame() -> None:
    with pytest.raises(ValueError, match="3") as caught:
        fails(3)
    frame = caught.traceback[1].frame
    assert frame.f_locals == {"n": 3, "kept": [3, 5], "x": 3}


# --- constructs: the scheduled function is the undecorated one ---


def equivalent(source: str, *args: Any, name: str = "f", **names: Any) -> None:
    """The function that the text defines does scheduled what it does undecorated."""
    assert_equivalent(schedule(function(source, name, **names)), *args)


@pytest.mark.parametrize(
    "body",
    [
        "x = [work(a)]\ndel x[0]\nreturn x",
        "if (y := work(a)) > 1:\n    return y, work(y)",
        "if a > 99:\n    y = 1\nwork(a)\nreturn y",
        "x = work(a)\ndel x\nreturn x",
        "global G\nG = work(a)\nreturn G + work(G)",
        "def g():\n    nonlocal a\n    a += work(a)\n    return a\nreturn g() + g(), a",
        "class K:\n    x = work(a)\n    def m(self): ...\nreturn K.x, K.m.__qualname__",
        "match [work(a), a]:\n    case [x, 3]:\n        return x\n    case _:\n        return 1",
        "match {'a': work(a)}:\n    case {'a': int(x), **rest} if x:\n        return x, rest",
        "import contextlib\nwith contextlib.suppress(ValueError):\n    risky(1)\nreturn work(a)",
        "try:\n    risky(1)\nexcept ValueError as e:\n    a = e.args\nfinally:\n    print(a)",
        "try:\n    risky(1)\nexcept* ValueError as e:\n    print(e.exceptions)\nreturn work(a)",
        "try:\n    return work(a)\nfinally:\n    return work(a, 1)",
        "for x in [1, 2]:\n    try:\n        continue\n    finally:\n        work(x)\nreturn x",
        "while 1:\n    try:\n        risky(a)\n    except ValueError:\n        break\nreturn a",
        "return [[work(x, y) for y in range(x)] for x in range(3)]",
        "return {x: y for x in range(3) if (y := work(x)) % 2}",
        "return list(work(x) for x in range(3))",
        "return (lambda x: work(x) + a)(2)",
        "return work(*[a], *(1, 2), **{'z': 1}, q=2)",
        "x, *y = [work(i) for i in range(3)]\n[p, (q, r)] = 1, (2, 3)\nreturn x, y, p, q, r",
        "x = y = [work(a)]\nx += [work(a, 1)]\nreturn x is y, y",
        "x = [0, 1]\nx[work(0)], x[1] = work(a), x[0]\nreturn x",
        "for x in range(3):\n    if work(x) > 5: break\nelse:\n    x = 'none'\nreturn x",
        "for x in range(3):\n    del x\nreturn work(a)",
        "x: int\nx: int = work(a)\nreturn x, f.__annotations__",
        "assert work(a) > 1000, work(a, 1)",
        "raise KeyError(work(a)) from ValueError(work(a, 1))",
        "def inner(x=work(a)):\n    return x + a\nreturn inner(), inner.__qualname__",
        "@functional\ndef inner(x):\n    return x + a\ny = inner(1)\na = 5\nreturn y, inner(1)",
        "return f'{work(a):>{work(1)}}', work(a) < work(a, 1) < work(a, 2)",
        "def inner():\n    return f.__name__, inner.__name__\nreturn inner(), work(a)",
        "pass",
        "'''only a docstring'''",
    ],
)
def test_a_construct_means_what_it_meant(body: str) -> None:
    equivalent(f"def f(a):\n{textwrap.indent(body, '    ')}\n", 3)


@schedule
def numbers(n: Any) -> Iterator[Any]:
    for x in range(n):
        received = yield work(x)
        print("received", received)
    yield from [work(n), work(n, 1)]


def test_a_generator_yields_what_it_yielded() -> None:
    assert_equivalent(numbers, 3)


def test_a_generator_is_sent_values_and_closed() -> None:
    made, plain = numbers(3), numbers.__wrapped__(3)  # type: ignore[attr-defined]
    assert [next(made), made.send("a")] == [next(plain), plain.send("a")]  # type: ignore[attr-defined]
    made.close()  # type: ignore[attr-defined]
    assert list(made) == []


class Shape:
    __side = 3

    @schedule
    def area(self) -> Any:
        self.__seen = work(self.__side)
        return self.__seen, __class__.__name__, work(self.__seen)  # type: ignore[name-defined]

    @schedule
    @classmethod
    def of(cls, side: int) -> Any:
        return cls.__name__, work(side)

    @staticmethod
    @schedule
    def still(side: int) -> Any:
        return work(side)


class Square(Shape):
    @schedule
    def area(self) -> Any:
        return super().area(), work(1)


def test_methods_keep_private_names_class_and_super() -> None:
    assert_equivalent(Shape.area, Shape())
    assert_equivalent(Square.area, Square())
    assert Square.of(2) == ("Square", 6)
    assert Shape.still(2) == 6


def counter() -> tuple[Callable[[], Any], Callable[[], int]]:
    total = 0

    @schedule
    def add() -> Any:
        nonlocal total
        total += work(total, 1)
        return total, work(total)

    return add, lambda: total


def test_closures_share_their_cells() -> None:
    add, total = counter()
    assert add() == (1, 3)
    assert total() == 1
    assert add() == (5, 15)


def test_defaults_that_are_changed_are_changed_for_both() -> None:
    @schedule
    def grows(x: Any, kept: list[Any] = []) -> Any:
        kept.append(work(x))
        return kept

    assert grows(1) == [3]
    assert grows(2) == [3, 6]


@pytest.mark.parametrize(
    "reading",
    [
        "sorted(locals())",
        "[sorted(locals()) for _ in [b]]",
        "{str(locals()) for _ in [b]}",
        "{1: sorted(locals()) for _ in [b]}",
        "list(sorted(locals()) for _ in [b])",
        "list([sorted(locals()) for _ in [b]] for _ in [b])",
    ],
)
def test_a_function_that_reads_its_frame_is_left_alone(reading: str) -> None:
    made = function(f"def f(a):\n    b = work(a)\n    return {reading}\n")
    scheduled: Any = schedule(made)
    assert scheduled(1) == made(1)
    assert scheduled.__code__ is made.__code__


def test_recursion_goes_through_the_scheduled_function() -> None:
    assert descend(4) == descend.__wrapped__(4)  # type: ignore[attr-defined]


@schedule
def descend(n: Any) -> Any:
    return [work(n), *descend(n - 1)] if n else []


def test_the_tree_that_was_read_is_not_changed() -> None:
    program = translate(function("def f(a):\n    x = work(a)\n    return x\n")).program
    before = ast.dump(program.analysis.source.definition)
    commit.commit_program(program.analysis.plan)
    assert ast.dump(program.analysis.source.definition) == before


def test_a_trace_function_sees_the_users_lines_alone() -> None:
    seen = []

    def trace(frame: Any, event: str, argument: object) -> Any:
        if frame.f_code.co_name == "descend" == frame.f_code.co_qualname and event == "line":
            seen.append(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        descend(1)
    finally:
        sys.settrace(before)
    first = descend.__code__.co_firstlineno
    assert set(seen) <= {first, first + 1, first + 2}
