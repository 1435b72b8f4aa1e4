"""The programs that run now and can be asked, and which of them somebody means."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pydron_ng.runtime.monitor import asking
from pydron_ng.runtime.monitor.messages import Told

NOBODY = (
    "no program of yours runs here that has a pool with workers\n"
    '  try: "monitor": "all" in pydron.conf, if it has workers of @schedule'
)


def running() -> tuple[list[Told], list[str]]:
    """All of them, and what is wrong with others. Raises: ClickException."""
    try:
        return asking.look()
    except PermissionError as error:
        raise click.ClickException(str(error)) from None


def meant(name: str, told: Sequence[Told]) -> list[Told]:
    """Those with that process id, or of that name, which may lack its ending."""
    if name.isdecimal():
        return [one for one in told if one.pid == int(name)]
    return [one for one in told if name in {one.name, one.name.removesuffix(".py")}]


def the_one(name: str) -> Told:
    """The only one that is meant. Raises: ClickException, if there is none, or several."""
    told, troubles = running()
    found = meant(name, told)
    if len(found) == 1:
        return found[0]
    if found:
        pids = ", ".join(str(one.pid) for one in found)
        raise click.ClickException(
            f"there are {len(found)} programs {name}\n  try: one by its number: {pids}"
        )
    others = ", ".join(f"{one.name} ({one.pid})" for one in told)
    why = f"no program {name} runs here that can be asked; there is {others}" if told else NOBODY
    raise click.ClickException("\n".join([why, *troubles]))
