"""Settings in modules of the program: workers import them as they are on disk, not as set."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import run, same_both_ways, write

SETTINGS = """
    FACTOR = 1
    TABLE = {"a": 1}

    class Conf:
        scale = 1

        def scaled(self, x):
            return x * self.scale

    conf = Conf()

    def scaled(x):
        return x * FACTOR

    def looked_up(x):
        return x + TABLE["a"]

    def adjusted(x):
        return x + adjusted.by

    adjusted.by = 1
"""

USES = """
    import settings
    from settings import Conf, adjusted, conf, looked_up, scaled
    from pydron_ng import functional

    @functional
    def f(x):
        return {expression}

    @functional
    def given(x, with_):
        return with_.scaled(x)

    @functional
    def calls(x, with_):
        return with_(x)
"""

PROGRAM = """
    from pydron_ng import schedule

    @schedule
    def program(xs):
        return [f(x) for x in xs]

    @schedule
    def giving(xs, with_):
        return [given(x, with_) for x in xs], [calls(x, with_.scaled) for x in xs]

    if __name__ == "__main__":
        for value in 7, 8, 1:
            settings.FACTOR = settings.TABLE["a"] = settings.Conf.scale = value
            settings.adjusted.by = value
            print(program(range(1, 6)))
            print(giving(range(1, 6), conf))
            print(giving(range(1, 6), settings))
"""

EXPRESSIONS = [
    "x * settings.FACTOR",
    "scaled(x)",
    "settings.scaled(x)",
    "looked_up(x)",
    "x * settings.conf.scale",
    "conf.scaled(x)",
    "Conf().scaled(x)",
    "x + settings.TABLE['a']",
    "adjusted(x) + settings.adjusted.by",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_the_program_set_in_a_module_is_seen_by_functions_of_the_main_file(
    tmp_path: Path, expression: str
) -> None:
    write(tmp_path, SETTINGS, "settings.py")
    uses = USES.replace("{expression}", expression)
    assert same_both_ways(tmp_path, uses + PROGRAM).status == 0


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_the_program_set_in_a_module_is_seen_by_functions_of_another_one(
    tmp_path: Path, expression: str
) -> None:
    write(tmp_path, SETTINGS, "settings.py")
    write(tmp_path, USES.replace("{expression}", expression), "uses.py")
    source = "    import settings\n    from uses import calls, conf, f, given\n" + PROGRAM
    assert same_both_ways(tmp_path, source).status == 0


def test_functions_of_the_main_file_that_use_untouched_modules_run_on_workers(
    tmp_path: Path,
) -> None:
    write(tmp_path, SETTINGS, "settings.py")
    uses = USES.replace("{expression}", "(conf.scaled(settings.scaled(x)), os.getpid())[1]")
    source = """
    import os
    from pydron_ng import schedule

    @functional
    def where(with_):
        return os.getpid()

    @schedule
    def program(xs):
        return [f(x) for x in xs] + [where(with_) for with_ in (conf, scaled, Conf)]

    if __name__ == "__main__":
        print(os.getpid() in program(range(4)))
    """
    script = str(write(tmp_path, uses + source))
    assert run(tmp_path, script).out == "False\n"


REGISTRY = """
    from collections import OrderedDict, defaultdict, deque

    class Base:
        kinds = OrderedDict()
        scale = 1

        def __init_subclass__(cls):
            Base.kinds[cls.__name__] = cls

    class Round(Base):
        pass

    made = deque([Round()])
    by_name = defaultdict(Round, round=Round())
"""

COUNTS_PROCESSES = """
    import os
    import shapes
    from pydron_ng import functional, schedule

    @functional
    def f(x):
        return shapes.made[0].scale, shapes.by_name["round"].scale, os.getpid()

    @functional
    def g(shape):
        return shape.scale, os.getpid()

    @schedule
    def program(xs, given):
        return [f(x) for x in xs], [g(shape) for shape in given]

    if __name__ == "__main__":
        given = [shapes.Round() for _ in range(4)]
        for results in program(range(4), given):
            print({result[-1] == os.getpid() for result in results})
        shapes.Base.scale = 2
        for results in program(range(4), given):
            print({result[0] for result in results})
"""


def test_classes_that_keep_a_register_of_classes_are_compared_too(tmp_path: Path) -> None:
    write(tmp_path, REGISTRY, "shapes.py")
    script = str(write(tmp_path, COUNTS_PROCESSES))
    assert run(tmp_path, script).out == "{False}\n{False}\n{2}\n{2}\n"
