"""f-strings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused
from tests.translation.written import expression


@pytest.mark.parametrize(
    "source, emitted",
    [
        ("f''", "''"),
        ("f'{a}'", "joined_text(ra, formatted(ra, v_a, '', ''))"),
        (
            "f'{a!r:>5}-{b}'",
            "joined_text(ra, formatted(ra, v_a, 'r', joined_text(ra, '>5')), '-', "
            "formatted(ra, v_b, '', ''))",
        ),
        (
            "f'{a:{b}}'",
            "joined_text(ra, formatted(ra, v_a, '', joined_text(ra, formatted(ra, v_b, '', ''))))",
        ),
    ],
)
def test_shape(source: str, emitted: str) -> None:
    assert expression(source) == emitted


@schedule
def lengths(n: Any) -> Any:
    a = quick(n)
    return (
        work(len(f"{n}")),
        work(len(f"{a:>12,}")),
        work(len(f"{a!r:>{n}}")),
        work(len(f"{n / 3:.2f}{n!s}{'ä'!a}")),
    )


class Shown:
    def __format__(self, spec: str) -> str:
        print("asked for", spec)
        return "shown"


@schedule
def of_an_object(thing: Any) -> Any:
    return work(1), f"{thing:x}", work(2)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("calls, function, argument", [(4, lengths, 9), (2, of_an_object, Shown())])
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    assert_untouched(
        *(lambda w, c=c: guarded("formatted", w, c, "") for c in ("", "r", "s", "a")),
        lambda w: guarded("formatted", 1, "", w),
    )


@pytest.mark.parametrize("spec", [">999999999", "0999999999d", ".99999f", "x" * 30, "٩٩٩٩٩"])
def test_a_huge_width_is_refused(spec: str) -> None:
    assert is_refused(guarded("formatted", 1, "", spec))


def test_a_huge_text_is_refused() -> None:
    assert is_refused(guarded("joined_text", "x" * 60_000, "y" * 60_000))


def test_atoms_are_shown_as_they_are() -> None:
    assert guarded("formatted", 1234567, "", ">12,") == "   1,234,567"
    assert guarded("formatted", "ä", "a", "") == "'\\xe4'"
    assert guarded("formatted", np.float64(0.5), "", ".2f") == "0.50"
    assert is_refused(guarded("formatted", None, "", "d"))
