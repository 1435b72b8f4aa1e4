"""Classes that pickle by themselves, on the user's word."""

from __future__ import annotations

import os
from typing import Any

import pytest

from pydron_ng import functional, schedule, value_type
from pydron_ng.testing import assert_equivalent
from tests.programs.work import spin
from tests.scripts import run, same_both_ways, write


@value_type(pure_methods=["doubled"])
class Quantity:
    """Has pickling of its own."""

    def __init__(self, number: float, unit: str) -> None:
        self.number, self.unit = number, unit

    def __reduce__(self) -> Any:
        return Quantity, (self.number, self.unit)

    def doubled(self) -> Quantity:
        return Quantity(self.number * 2, self.unit)


@functional
def squared(quantity: Quantity) -> Quantity:
    spin(200)
    return Quantity(quantity.number**2, quantity.unit)


@functional
def place_of(quantity: Quantity) -> tuple[int, Quantity]:
    return os.getpid(), quantity.doubled()


@schedule
def squares(quantities: list[Quantity]) -> list[Any]:
    return [squared(quantity.doubled()) for quantity in quantities]


@schedule
def places(quantities: list[Quantity]) -> list[Any]:
    return [place_of(quantity) for quantity in quantities]


@pytest.mark.usefixtures("workers")
def test_its_values_are_the_sequential_ones() -> None:
    assert_equivalent(squares, [Quantity(n, "m") for n in range(5)])


@pytest.mark.usefixtures("processes")
def test_its_objects_travel_there_and_back() -> None:
    for process, quantity in places([Quantity(n, "m") for n in range(3)]):
        assert process != os.getpid()
        assert type(quantity) is Quantity


SCRIPT = """
    import os
    from pydron_ng import functional, schedule, value_type

    class Angle:
        def __init__(self, degrees):
            self.degrees = degrees

        def __reduce__(self):
            return Angle, (self.degrees,)

    {word}

    @functional
    def turned(angle):
        return Angle(angle.degrees + 90), {place}

    @schedule
    def program(angles):
        return [turned(angle) for angle in angles]

    if __name__ == "__main__":
        for angle, place in program([Angle(n) for n in range(4)]):
            print(angle.degrees, place)
"""


@pytest.mark.parametrize("word", ["value_type(Angle)", ""])
def test_classes_of_the_main_file_do_as_well(tmp_path: Any, word: str) -> None:
    assert same_both_ways(tmp_path, SCRIPT.format(word=word, place="0")).status == 0
    source = SCRIPT.format(word=word, place="os.getpid()").replace(
        "print(angle.degrees, place)", "print(place == os.getpid())"
    )
    ended = run(tmp_path, str(write(tmp_path, source)))
    assert ended.out == ("False\n" if word else "True\n") * 4
