"""Calls of guards: what they refuse, and that they leave no trace on what they were handed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import GeneratorType
from typing import Any

from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
)
from pydron_ng.translation.runahead.registry import constructs
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.tripwire import NAMES, TOUCHES, all_wires


def guarded(name: str, *operands: Any) -> Any:
    """The value of a guard, with an activation of its own."""
    ra = FakeAhead()
    value = library(name)(ra, *operands)
    ra.run()
    return value


def library(name: str) -> Callable[..., Any]:
    found: Any = constructs().library[name]
    return found  # type: ignore[no-any-return]


def is_refused(value: Any) -> bool:
    """Was nothing evaluated: is it unknown, or will it never be known?"""
    return value is UNKNOWN or (type(value) is Promise and not value.kept)


def assert_untouched(*calls: Callable[[Any], Any]) -> None:
    """None of the calls, each with every tripwire, touches it; they may raise what they like."""
    for name, wire in zip(NAMES, all_wires(), strict=True):
        for number, call in enumerate(calls):
            with contextlib.suppress(Exception):
                value = call(wire)
                if type(value) is GeneratorType:
                    next(value, None)
            assert not TOUCHES, f"call {number}: {name}: {TOUCHES}"
