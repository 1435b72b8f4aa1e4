"""Enough threads that every call that was issued can be in flight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pydron_ng


@pytest.fixture(scope="module")
def threads() -> Iterator[None]:
    """Sixteen threads that get every call."""
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 16}], inline=False):
        yield
