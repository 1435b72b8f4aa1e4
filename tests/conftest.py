"""Workers that tests share: started once, used by all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import pydron_ng

WORKERS: dict[str, Any] = {
    "threads": {"type": "threads", "cores": 2},
    "multicore": {"type": "multicore", "cores": 2},
}


@pytest.fixture(
    scope="session",
    params=[(kind, inline) for kind in WORKERS for inline in (False, "auto")],
    ids=lambda pair: f"{pair[0]}-{'inline' if pair[1] else 'dispatched'}",
)
def workers(request: pytest.FixtureRequest) -> Iterator[tuple[str, object]]:
    """Two workers of each kind, once with every call dispatched, once as users run it.

    What it gives: the kind, and the value of "inline".
    """
    kind, inline = request.param
    with pydron_ng.configure(workers=[WORKERS[kind]], inline=inline):
        yield kind, inline


@pytest.fixture(scope="session")
def processes() -> Iterator[None]:
    """Two worker processes that get every call."""
    with pydron_ng.configure(workers=[WORKERS["multicore"]], inline=False):
        yield
