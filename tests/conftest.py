"""Workers that tests share: started once, used by all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import pydron_ng
from pydron_ng.runtime import tame

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


@pytest.fixture(scope="module")
def processes() -> Iterator[None]:
    """Two worker processes that get every call; a module's own, as `workers` come and go."""
    with pydron_ng.configure(workers=[WORKERS["multicore"]], inline=False):
        yield


@pytest.fixture(autouse=True)
def _alarm_of_the_tests_is_no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer that ends a test that hangs runs no code that a program could tell."""
    found = tame.handlers

    def handlers() -> list[Any]:
        return [h for h in found() if getattr(h, "__module__", "") != "pytest_timeout"]

    monkeypatch.setattr(tame, "handlers", handlers)
