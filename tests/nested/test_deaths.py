"""Whoever dies, whose call it was makes it, or is made again; nothing is left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydron_ng
from pydron_ng.errors import WorkerLost
from pydron_ng.runtime.session import session
from tests.backends.rig import wait_until
from tests.nested.deaths import Fate, first_of_many, level_of


@pytest.fixture(params=[2, 5])
def processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Workers that get every call."""
    workers = [{"type": "multicore", "cores": request.param}]
    with pydron_ng.configure(workers=workers, inline=False):
        yield


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_worker_that_dies_at_any_level_changes_nothing(level: int, tmp_path: Path) -> None:
    fate = Fate.of(tmp_path, level)
    assert level_of(*fate, 2) == [24] * 4
    assert fate.deaths == 1
    assert level_of(*fate, 2) == [24] * 4


@pytest.mark.usefixtures("processes")
def test_a_call_that_kills_every_worker_is_given_up_with_the_one_that_makes_it(
    tmp_path: Path,
) -> None:
    fate = Fate.of(tmp_path, level=0, times=1000)
    with pytest.raises(WorkerLost, match="made"):
        level_of(*fate, 1)
    assert level_of(*Fate.of(tmp_path, level=9), 1) == [6] * 4


@pytest.mark.usefixtures("processes")
def test_what_a_dropped_call_has_handed_on_is_dropped() -> None:
    assert first_of_many(os.getpid(), 12) == 0
    driver = session().driver
    lender = driver._lender
    assert lender is not None
    wait_until(lambda: not lender.places and not lender._outer)
    wait_until(lambda: not driver._machine.busy)
    assert first_of_many(os.getpid(), 3) == 0
