"""Enough threads that every call that was issued can be in flight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pydron_ng
from pydron_ng.runtime import batch


@pytest.fixture(scope="module")
def threads() -> Iterator[None]:
    """Sixteen threads that get every call."""
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 16}], inline=False):
        yield


@pytest.fixture(autouse=True)
def _each_travels_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that wait for one another are not short, whatever was learnt of them before."""
    monkeypatch.setattr(batch, "BATCH_SECONDS", 0.0)
