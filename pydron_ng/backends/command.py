"""Workers at the other end of any program that carries bytes: srun, kubectl exec -i, ssh."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import msgspec

from pydron_ng.backends.remote.keys import Keys

if TYPE_CHECKING:
    from pydron_ng.backends.remote.fleet import Fleet
    from pydron_ng.backends.station import Station


class Config(Keys, frozen=True, kw_only=True, tag="command"):
    """The command is started with Python's at its end, which then runs where it leads to."""

    command: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


def create(config: Config, performer: str) -> tuple[Fleet, int]:
    """The backend, and how many workers it is to have, as far as anybody knows."""
    from pydron_ng.backends.remote.fleet import Fleet

    way = {"command": list(config.command)}
    fleet = Fleet([config.plan(name, "command", way) for name in _names(config)], performer)
    return fleet, fleet.workers


def stations(config: Config) -> list[Station]:
    """Where the command leads to, as often as it is to be started."""
    return [config.station(name, count=1) for name in _names(config)]


def _names(config: Config) -> list[str]:
    name = shlex.join(config.command)
    if config.count == 1:
        return [name]
    return [f"{name} ({n + 1} of {config.count})" for n in range(config.count)]
