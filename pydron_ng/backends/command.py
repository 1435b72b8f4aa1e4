"""Workers at the other end of any program that carries bytes: srun, kubectl exec -i, ssh."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import msgspec

from pydron_ng.backends.remote.keys import Keys

if TYPE_CHECKING:
    from pydron_ng.backends.remote.fleet import Fleet


class Config(Keys, frozen=True, kw_only=True, tag_field="type", tag="command"):
    """The command is started with Python's at its end, which then runs where it leads to."""

    command: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


def create(config: Config, performer: str) -> tuple[Fleet, int]:
    """The backend, and how many workers it is to have, as far as anybody knows."""
    from pydron_ng.backends.remote.fleet import Fleet

    name = shlex.join(config.command)
    names = [f"{name} ({n + 1} of {config.count})" for n in range(config.count)]
    way = {"command": list(config.command)}
    fleet = Fleet(
        [config.plan(one if config.count > 1 else name, "command", way) for one in names],
        performer,
    )
    return fleet, fleet.workers
