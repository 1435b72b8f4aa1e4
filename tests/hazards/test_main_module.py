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
