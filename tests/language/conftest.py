"""Threads that get every call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pydron_ng


@pytest.fixture(scope="module")
def threads() -> Iterator[None]:
    """Four threads that get every call."""
    with pydron_ng.configure(workers=[{"type": "threads", "cores": 4}], inline=False):
        yield
