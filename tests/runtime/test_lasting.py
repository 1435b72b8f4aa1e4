"""Calls that take attributes of an object run ahead past changes of its other attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng import configure, functional, schedule
from pydron_ng.testing.overlap import Overlap, listening

COUNT = 6


@pytest.fixture(autouse=True, scope="module")
def workers() -> Iterator[None]:
    with configure(workers=[{"type": "threads", "cores": 4}], inline=False):
        yield


@functional
def joined(folder: Any, number: int) -> str:
    return f"{folder}/{number}"


def shown(folder: Any) -> None:
    """Nobody knows what it does."""
    if isinstance(folder, list):
        folder.append(len(folder))


class Survey:
    def __init__(self, folder: Any) -> None:
        self.folder = folder
        self.found: dict[int, str] = {}
        self.count = 0

    @schedule
    def run(self) -> dict[int, str]:
        for number in range(COUNT):
            self.found[number] = joined(self.folder, number)
            self.count += 1
        return self.found

    @schedule
    def look(self) -> dict[int, str]:
        for number in range(COUNT):
            shown(self.folder)
            self.found[number] = joined(self.folder, number)
        return self.found


class Several:
    """Methods that are not given the object, and one that is."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @staticmethod
    @functional
    def still(number: int) -> str:
        return f"still {number}"

    @classmethod
    @functional
    def of_class(cls, number: int) -> str:
        return f"{cls.__name__} {number}"

    @functional
    def with_all(self, number: int) -> str:
        return f"{self.found} {number}"

    @schedule
    def call_still(self) -> None:
        for number in range(COUNT):
            self.found.append(self.still(number))

    @schedule
    def call_of_class(self) -> None:
        for number in range(COUNT):
            self.found.append(self.of_class(number))

    @schedule
    def call_with_all(self) -> None:
        for number in range(COUNT):
            self.found.append(self.with_all(number))


def heard(program: Any) -> Overlap:
    with listening() as events:
        program()
    return events


def test_a_result_that_is_kept_in_the_object_holds_up_no_call() -> None:
    events = heard(Survey("here").run)
    assert len(events.taken()) == COUNT
    assert events.peak() == COUNT


@pytest.mark.parametrize("name", ["call_still", "call_of_class"])
def test_calls_of_methods_that_are_not_given_the_object_overlap(name: str) -> None:
    events = heard(getattr(Several(), name))
    assert len(events.taken()) == COUNT
    assert events.peak() == COUNT


def test_calls_of_a_method_that_is_given_the_object_follow_its_changes() -> None:
    several = Several()
    events = heard(several.call_with_all)
    assert several.found[1] == "['[] 0'] 1"
    assert events.peak() == 1


def test_unknown_code_that_is_handed_a_text_holds_up_no_call() -> None:
    events = heard(Survey("here").look)
    assert len(events.taken()) == COUNT
    assert events.peak() == COUNT


def test_unknown_code_that_changes_what_it_is_handed_is_waited_for() -> None:
    survey = Survey([])
    events = heard(survey.look)
    assert list(survey.found.values()) == [f"{list(range(n + 1))}/{n}" for n in range(COUNT)]
    assert events.peak() == 1
