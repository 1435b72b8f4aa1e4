"""Classes and functions of ``__main__``: never written over, never run again."""

from __future__ import annotations

from pathlib import Path

from tests.scripts import same_both_ways


def test_a_class_of_main_keeps_its_state_when_results_come_back(tmp_path: Path) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        from pydron_ng import functional, schedule

        class C:
            count = 0
            registry = []

            def __init__(self, n):
                self.n = n

            def hello(self):
                return f"hello {self.n}"

        @functional
        def make(n):
            return C(n)

        @functional
        def read(c):
            return c.n + 1

        @schedule
        def run(values):
            made = []
            for value in values:
                c = make(value)
                C.count += 1
                C.registry.append(value)
                made.append(c)
                print(c.hello(), type(c) is C, read(c))
            C.hello = lambda self: f"patched {self.n}"
            return made

        made = run([1, 2, 3])
        print(C.count, C.registry, [c.hello() for c in made], [type(c) is C for c in made])
        made = run([4])
        print(C.count, C.registry, made[0].hello(), type(made[0]) is C)
        """,
    )
    assert "3 [1, 2, 3]" in ended.out


def test_main_is_never_run_again(tmp_path: Path) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        from pydron_ng import functional, schedule
        print("top level runs once")
        open("trace.txt", "a").write("x")

        @functional
        def f(n):
            return n * 2

        @schedule
        def run(values):
            return [f(value) for value in values]

        print(run([1, 2, 3]), len(open("trace.txt").read()))
        open("trace.txt", "w").close()
        """,
    )
    assert ended.out == "top level runs once\n[2, 4, 6] 1\n"


def test_globals_of_main_are_those_of_the_moment(tmp_path: Path) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        from pydron_ng import functional, schedule
        LIMIT = 1

        @functional
        def f(n):
            return min(n, LIMIT)

        @schedule
        def run(values):
            return [f(value) for value in values]

        print(run([1, 2, 3]))
        LIMIT = 2
        print(run([1, 2, 3]))
        def f(n):
            return -n
        print(run([1, 2, 3]))
        """,
    )
    assert ended.out == "[1, 1, 1]\n[1, 2, 2]\n[-1, -2, -3]\n"


def test_dataclasses_enums_and_exceptions_of_main_come_back_as_themselves(tmp_path: Path) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        import enum
        from dataclasses import dataclass
        from pydron_ng import functional, schedule

        class Color(enum.Enum):
            RED = 1

        class Refused(Exception):
            pass

        @dataclass
        class Star:
            name: str
            color: Color

        @functional
        def make(n):
            if n == 2:
                raise Refused(n)
            return Star(str(n), Color.RED)

        @schedule
        def run(values):
            made = []
            for value in values:
                try:
                    star = make(value)
                    made.append((star, type(star) is Star, star.color is Color.RED))
                except Refused as error:
                    made.append((type(error) is Refused, error.args))
            return made

        print(run([1, 2, 3]))
        """,
    )
    assert "(True, (2,))" in ended.out


def test_functions_of_the_main_file_are_in_tracebacks_with_their_own_lines(tmp_path: Path) -> None:
    same_both_ways(
        tmp_path,
        """
        import traceback
        from pydron_ng import functional, schedule

        first = functional(lambda x: x + 1)

        @functional
        def named(x):
            return (
                x.missing
            )

        second = functional(lambda x: x + 1)

        @schedule
        def run_first(values):
            return [first(value) for value in values]

        @schedule
        def run_second(values):
            return [second(value) for value in values]

        @schedule
        def run_named(values):
            return [named(value) for value in values]

        for run in (run_first, run_second, run_named):
            try:
                run(["a", "b"])
            except (TypeError, AttributeError):
                traceback.print_exc()
        """,
    )


def test_classes_with_slots_have_these_and_nothing_else(tmp_path: Path) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        import copy
        from dataclasses import dataclass
        from typing import Any, NamedTuple
        from pydron_ng import functional, schedule

        class Slotted:
            __slots__ = ["x", "__weakref__"]

            def __init__(self, x):
                self.x = x

        class Derived(Slotted):
            __slots__ = ("y",)

        class Open(Slotted):
            pass

        class Hiding:
            __slots__ = "__hidden"

            def __init__(self, x):
                self.__hidden = x

            @property
            def x(self):
                return self.__hidden

        @dataclass(frozen=True, slots=True)
        class Frozen:
            x: int

        class Pair(NamedTuple):
            x: Any

        class Own(Pair):
            __slots__ = ()

        @functional
        def look(value):
            try:
                taken = vars(copy.copy(value))
            except TypeError as error:
                taken = str(error)
            return type(value).__slots__, hasattr(value, "__dict__"), taken, value.x

        @functional
        def made(kind, x):
            return kind(x)

        @schedule
        def run():
            kinds = Slotted, Derived, Open, Hiding, Frozen, Pair, Own
            values = [made(kind, 3) for kind in kinds]
            return [look(value) for value in values], [hasattr(v, "__dict__") for v in values]

        looks, here = run()
        print(*looks, here, sep=chr(10))
        opened = Open(1)
        opened.z = 2

        @functional
        def same(x):
            return [Open(x.x)]

        @schedule
        def vary():
            back = same(opened)[0]
            return vars(back), back.x

        print(vary())
        """,
    )
    assert ended.out.endswith("[False, False, True, False, False, False, False]\n({}, 1)\n")


def test_code_of_main_is_said_to_be_in_its_file(tmp_path: Path) -> None:
    ended = same_both_ways(
        tmp_path,
        """
        import logging, sys, traceback, warnings
        from pydron_ng import functional, schedule

        logging.basicConfig(format="%(pathname)s:%(lineno)d %(message)s", stream=sys.stdout)

        @functional
        def speaks(n):
            logging.warning("logged")
            warnings.warn("warned", stacklevel=1)
            return speaks.__code__.co_filename, (lambda: 0).__code__.co_filename

        @functional
        def raises(n):
            return (lambda: 1 // n)()

        @schedule
        def run(n):
            print(speaks(n))
            try:
                raises(n)
            except ZeroDivisionError:
                traceback.print_exc(file=sys.stdout)

        run(0)
        """,
    )
    assert ended.out.count("script.py") == 6
