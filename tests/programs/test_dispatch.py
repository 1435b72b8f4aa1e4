"""The programs are computed by workers, so that their equality says something."""

from __future__ import annotations

import math
import os
import threading

import pytest

from pydron_ng import functional, schedule, translate
from pydron_ng.testing import Call
from tests.programs.test_programs import CALLS

Place = tuple[int, int]


@functional
def where(number: int) -> Place:
    return os.getpid(), threading.get_ident()


@schedule
def straight(numbers: list[int]) -> list[Place]:
    return [where(number) for number in numbers]


@schedule
def with_effects(numbers: list[int]) -> list[Place]:
    places = []
    for number in numbers:
        try:
            place = where(number)
            print(number)
            places.append(place)
        except ValueError:
            print("never")
    return places


@schedule
def with_imported_names(numbers: list[int]) -> list[Place]:
    places = []
    for number in numbers:
        places.append(where(math.floor(number)))
    return places


PROGRAMS = [straight, with_effects, with_imported_names]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_every_call_is_made_by_a_worker_where_all_are_dispatched(
    workers: tuple[str, object], program: object
) -> None:
    kind, inline = workers
    places = set(program(list(range(8))))  # type: ignore[operator]
    if inline is False:
        assert (os.getpid(), threading.get_ident()) not in places
    if inline is False and kind == "multicore":
        assert os.getpid() not in {process for process, _ in places}


@pytest.mark.parametrize("call", CALLS)
def test_no_program_is_left_undecorated(call: Call) -> None:
    assert str(translate(call.function))
