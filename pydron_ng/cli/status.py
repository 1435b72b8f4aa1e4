"""``pydron status``: what the workers of the user's programs are at, now."""

from __future__ import annotations

import json
import sys
import time

import click

from pydron_ng.backends.vitals import FRESH_SECONDS
from pydron_ng.cli.programs import NOBODY, meant, running
from pydron_ng.runtime.monitor.messages import Told


@click.command(
    epilog="""\b
Examples:
  pydron status               all programs of yours on this machine
  pydron status survey.py     one, by its name or its process id
  pydron status --json        the same for programs
"""
)
@click.argument("program", required=False)
@click.option("--json", "as_json", is_flag=True, help="One object, for other programs.")
def status(program: str | None, *, as_json: bool) -> None:
    """Show workers, their CPU and memory, and what they are at.

    Of programs of yours with a pool that run on this machine; of all with workers, where "monitor"
    in pydron.conf is "all". Exit status: 0; 1 if there is none.
    """
    told, troubles = running()
    if any(_lacks_shares(one) for one in told):
        time.sleep(2 * FRESH_SECONDS)
        told, troubles = running()
    if program is not None:
        told = meant(program, told)
    if as_json:
        from pydron_ng.runtime.monitor.plain import told_as_json

        click.echo(json.dumps(told_as_json(told, troubles), indent=2))
    else:
        from pydron_ng.cli.told import console, screen

        console().print(screen(told, troubles))
        if not told:
            click.echo(NOBODY if program is None else f"there is no program {program}", err=True)
    sys.exit(not told)


def _lacks_shares(told: Told) -> bool:
    """Has nobody looked before? Shares of time are those since then."""
    infos = [one.info for pool in told.pools for one in pool.status.workers]
    return any(info.rss_bytes is not None and info.cpu_percent is None for info in infos)
