"""Code that runs without a call in sight changes what functionals read: all of it is noticed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent

pytestmark = pytest.mark.usefixtures("workers")

STATE = [0]
TABLE: list[int] = []
CURRENT = 0


class Meddler:
    """Every way to touch it changes the state that `reads` reads."""

    @property
    def attribute(self) -> int:
        STATE[0] += 1
        return 5

    def __eq__(self, other: object) -> bool:
        STATE[0] += 1
        return True

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: object) -> Meddler:
        STATE[0] += 1
        return self

    def __str__(self) -> str:
        STATE[0] += 1
        return "meddler"

    def __contains__(self, other: object) -> bool:
        STATE[0] += 1
        return True

    def __iter__(self) -> Iterator[int]:
        STATE[0] += 1
        return iter((1, 2))

    def __bool__(self) -> bool:
        STATE[0] += 1
        return True

    def get(self, _: int) -> None:
        STATE[0] += 1

    def append(self, _: int) -> None:
        STATE[0] += 1


@functional
def reads(x: int) -> tuple[int, int]:
    return x, STATE[0]


@functional
def counts(x: int) -> int:
    return x + 100 * len(TABLE)


@functional
def looks(x: int) -> int:
    return x + CURRENT


@functional
def asks(name: str) -> str | None:
    return os.environ.get(name)


@schedule
def by_attribute(meddler: Any) -> list[Any]:
    return [(reads(i), meddler.attribute) for i in range(4)]


@schedule
def by_operators(meddler: Any) -> list[Any]:
    out: list[Any] = []
    for i in range(3):
        out.append(reads(i))
        meddler + 1
        out.append(reads(i))
        out.append(meddler == 1)
        out.append(reads(i))
        out.append(3 in meddler)
    return out


@schedule
def by_iteration(meddler: Any) -> list[Any]:
    out: list[Any] = []
    for i in range(3):
        out.append(reads(i))
        a, b = meddler
        out.append((a, b, reads(i)))
        out.append([x for x in meddler])
    return out


@schedule
def by_truth_and_text(meddler: Any) -> list[Any]:
    out: list[Any] = []
    for i in range(3):
        out.append(reads(i))
        if meddler:
            out.append(reads(i))
        print(meddler)
        out.append((reads(i), f"{meddler}"))
    return out


@schedule
def by_methods_with_harmless_names(meddler: Any) -> list[Any]:
    out: list[Any] = []
    for i in range(3):
        out.append(reads(i))
        meddler.get(i)
        out.append(reads(i))
        meddler.append(i)
    return out


@schedule
def by_a_container_that_is_global(_: Any) -> list[int]:
    out: list[Any] = []
    for i in range(4):
        out.append(counts(i))
        TABLE.append(i)
    return out


@schedule
def by_a_loop_over_a_global_name(_: Any) -> list[int]:
    global CURRENT
    out: list[Any] = []
    for CURRENT in range(4):
        out.append(looks(1))
    return out


@schedule
def by_the_environment(_: Any) -> list[str | None]:
    out: list[Any] = []
    for i in range(4):
        os.environ.update(PYDRON_TEST_VARIABLE=str(i))
        out.append(asks("PYDRON_TEST_VARIABLE"))
    return out


PROGRAMS = (
    by_attribute,
    by_operators,
    by_iteration,
    by_truth_and_text,
    by_methods_with_harmless_names,
    by_a_container_that_is_global,
    by_a_loop_over_a_global_name,
    by_the_environment,
)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_what_a_functional_reads_is_what_it_would_have_read(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDRON_TEST_VARIABLE", "")
    for _ in range(2):
        STATE[0] = 0
        TABLE.clear()
        expected = program.__wrapped__(Meddler())
        STATE[0] = 0
        TABLE.clear()
        assert program(Meddler()) == expected


def test_a_property_in_a_comprehension_is_equivalent_in_all_that_can_be_seen() -> None:
    STATE[0] = 0
    assert_equivalent(by_a_loop_over_a_global_name, None, globals=("CURRENT",))
