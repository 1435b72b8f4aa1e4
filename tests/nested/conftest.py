"""Workers for calls of calls, and what is heard of those that were handed on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pydron_ng
from pydron_ng.events import Event, HandedOn


@pytest.fixture(
    scope="module",
    params=[(count, inline) for count in (1, 2, 5) for inline in (False, "auto")],
    ids=lambda pair: f"{pair[0]}-{'inline' if pair[1] else 'dispatched'}",
)
def crowd(request: pytest.FixtureRequest) -> Iterator[int]:
    """So many worker processes, once with every call dispatched, once as users run it."""
    count, inline = request.param
    workers = [{"type": "multicore", "cores": count}]
    with pydron_ng.configure(workers=workers, inline=inline):
        yield count


@pytest.fixture
def handed_on() -> Iterator[list[HandedOn]]:
    """The calls that workers have made for calls on other workers meanwhile."""
    heard: list[HandedOn] = []

    def hear(event: Event) -> None:
        if isinstance(event, HandedOn):
            heard.append(event)

    with pydron_ng.on_event(hear):
        yield heard
