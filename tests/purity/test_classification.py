"""What a scheduled function's calls are taken for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import PurePath
from typing import Any

import numpy as np
import pytest

from pydron_ng import schedule, translate
from pydron_ng.translation.effects import Kind

PATTERN = re.compile("a+")
BASE = PurePath("/data")
DAY = date(2026, 5, 1)


@schedule
def computes(image: Any, line: str) -> Any:
    m = np.mean(image)
    u = np.linalg.svd(image)
    f = PATTERN.findall(line)
    p = BASE.joinpath(line)
    d = DAY.replace(day=2)
    e = date.fromisoformat(line)
    return m, u, f, p, d, e


@schedule
def writes(image: Any, out: Any, more: Any) -> Any:
    np.add(image, 1, out)
    np.add(image, 1, out=out)
    np.clip(image, 0, 1, out)
    np.add(*more)
    np.add(image, 1, **more)
    np.copyto(image, out)


def _kinds(function: Callable[..., Any]) -> set[Kind]:
    return set(translate(function).program.analysis.plan.effects.kinds)


def test_library_calls_that_compute_are_no_sync_points() -> None:
    assert _kinds(computes) == {Kind.PURE}


def test_library_calls_that_write_to_an_argument_are() -> None:
    assert _kinds(writes) == {Kind.UNKNOWN}


@pytest.mark.parametrize("function", [computes, writes])
def test_the_plan_says_so(function: Callable[..., Any]) -> None:
    effects = translate(function).program.analysis.plan.effects
    assert any(effects.sync) == (function is writes)
    assert any(effects.mutated) == (function is writes)
