"""What newer Pythons can say means what it says: written as text, for older ones cannot read it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pydron_ng import schedule, translate
from pydron_ng.testing import assert_equivalent
from tests.translation.written import function

pytestmark = pytest.mark.usefixtures("threads")

SINCE_3_12 = {
    "generic function": """
        def f[T: int](a: T, *b: T) -> list[T]:
            return [work(a), *[work(x) for x in b], T.__name__]
        """,
    "generic method with super": """
        class Base[T]:
            kind = T
            def hello(self, x: T) -> T:
                return work(x)

        class Derived[T, *Ts, **P](Base[T]):
            __own = 3
            def run[U](self, x: T, y: U) -> tuple[T, U]:
                return super().hello(x), work(self.__own), [work(i) for i in range(3)], T, U

        def f(a, *b):
            made = schedule(Derived.run)(Derived(), a, 1)
            return made[:3], str(made[3]), str(made[4]), work(a)
        """,
    "type alias": """
        def f(a, *b):
            type Pair[T] = tuple[T, Later]
            class Later: ...
            x: Pair[int] = work(a), Later
            return str(Pair.__value__), x[0], Pair.__type_params__[0].__name__
        """,
    "inner generics": """
        def f(a, *b):
            def inner[T](x: T) -> T:
                return work(x) + work(a)
            class Box[T]:
                first = [work(i) for i in range(2)]
                def get(self) -> T: return work(a)
            return inner(a), Box[int]().get(), Box.first, Box.__orig_bases__[0].__name__
        """,
    "f-strings in f-strings": """
        def f(a, *b):
            return f"{f"{work(a)}{"x" * work(0)}"!r:>{f"{work(2)}"}}", f"{
                work(a)  # a comment
            }"
        """,
    "inlined comprehensions": """
        def f(a, *b):
            x = 5
            listed = [x := work(i) for i in range(3)], [[work(j) for j in range(i)] for i in b]
            return listed, x, {i: (lambda: work(i))() for i in b}
        """,
}
SINCE_3_13 = {
    "defaults of type parameters": """
        def f[T = int, *Ts = *tuple[int, ...], **P = [int]](a: T, *b) -> T:
            return work(a), T.__default__, [work(x) for x in b]
        """,
    "docstrings lose their indentation": '''
        def f(a, *b):
            """First.

                Indented.
            """
            return work(a), [work(x) for x in b]
        ''',
    "attributes of classes": """
        def f(a, *b):
            class Inner:
                def method(self): self.x = work(a)
            return Inner.__static_attributes__, Inner.__firstlineno__, work(a)
        """,
}


def check(text: str) -> None:
    made = function(text, schedule=schedule)
    scheduled: Any = schedule(made)
    assert "$route(" in translate(made).commit
    assert scheduled.__type_params__ == made.__type_params__  # type: ignore[attr-defined]
    assert scheduled.__doc__ == made.__doc__
    assert_equivalent(scheduled, 3, 4, 5)
    assert_equivalent(scheduled, 3, 4, 5)


if sys.version_info >= (3, 12):  # no skips: the other Pythons are sessions of their own

    @pytest.mark.parametrize("name", SINCE_3_12)
    def test_what_python_3_12_can_say(name: str) -> None:
        check(SINCE_3_12[name])


if sys.version_info >= (3, 13):

    @pytest.mark.parametrize("name", SINCE_3_13)
    def test_what_python_3_13_can_say(name: str) -> None:
        check(SINCE_3_13[name])
