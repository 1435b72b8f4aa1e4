"""``pydron doctor``: whether a program would find all that it needs where its workers are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pydron_ng.backends import registry
from pydron_ng.backends.examine import facts
from pydron_ng.backends.imports import imported_by
from pydron_ng.backends.look import Found, look_at_all
from pydron_ng.backends.remote.packages import applying
from pydron_ng.backends.station import Station
from pydron_ng.cli.configured import BAD_USAGE, CONFIG_OPTION, in_force, quiet
from pydron_ng.cli.diagnosis import diagnose
from pydron_ng.cli.reports import as_json, screen, waiting
from pydron_ng.errors import ConfigError

#: What most programs have to do with, where nobody names one.
_USUAL = ("cloudpickle", "numpy")
#: So long a station may be silent beyond what its configuration allows it.
_PATIENCE_SECONDS = 30.0
_SOMETHING_WRONG = 1


@click.command(
    epilog="""\b
Examples:
  pydron doctor                              the workers that a program would have here
  pydron doctor --config cluster.conf        before a file is put into force
  pydron doctor --program survey.py          are its packages there, in which versions?
  pydron doctor --json | jq '.places[] | select(.ok | not) | .name'
""",
)
@CONFIG_OPTION
@click.option(
    "--program",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="SCRIPT",
    help="Look for the packages that this script imports.",
)
@click.option("--json", "is_json", is_flag=True, help="For other programs to read.")
@click.option(
    "--start-cloud", is_flag=True, help="Start machines that cost money, to look at them."
)
def doctor(file: Path | None, program: Path | None, *, is_json: bool, start_cloud: bool) -> None:
    """Look at every place where a program would have workers.

    A worker is started in each, and asked. Exit status: 0 if all is fine, 1 if something would not
    work, 2 if the configuration or the script cannot be used.
    """
    found = in_force(file)
    try:
        stations = [one for worker in found.workers for one in registry.stations(worker)]
        wanted = _wanted(stations, program)
    except (ConfigError, OSError, ValueError) as error:
        click.echo(f"pydron doctor: {error}", err=True)
        sys.exit(BAD_USAGE)
    here = facts(**wanted, tmp_dir="")
    with waiting(f"looking at {len(stations)} place{'s' * (len(stations) > 1)} ..."):
        seen = _look(stations, wanted, start_cloud=start_cloud)
    told = [diagnose(one, here, needs=program is not None) for one in seen]
    if is_json:
        click.echo(as_json(found.source, here, told))
    else:
        screen(found.source, here, told)
    sys.exit(0 if all(one.is_fine for one in told) else _SOMETHING_WRONG)


def _wanted(stations: Sequence[Station], program: Path | None) -> dict[str, Any]:
    """What each station is asked for. Raises: OSError, ValueError."""
    requirements = applying({text for station in stations for text in station.requirements})
    packages = sorted({one.name for one in requirements})
    if program is None:
        return {"modules": list(_USUAL), "packages": packages}
    return {"modules": sorted(_imported_by(program)), "packages": packages}


def _imported_by(program: Path) -> set[str]:
    """Raises: OSError, ValueError, which says where."""
    try:
        return imported_by(program)
    except SyntaxError as error:
        line = "" if error.lineno is None else f":{error.lineno}"
        raise ValueError(f"{program}{line}: {error.msg}") from None
    except ValueError as error:  # UnicodeDecodeError, too
        raise ValueError(f"{program}: {error}") from None


def _look(stations: Sequence[Station], wanted: dict[str, Any], *, start_cloud: bool) -> list[Found]:
    """What all of them are like; what costs money is left out, unless that is wanted."""
    free = [one for one in stations if start_cloud or not one.costs]
    with quiet():
        seen = iter(look_at_all(free, wanted, _PATIENCE_SECONDS))
    return [next(seen) if start_cloud or not one.costs else _left_out(one) for one in stations]


def _left_out(station: Station) -> Found:
    return Found(station, way_out=f"--start-cloud starts {station.costs} for that")
