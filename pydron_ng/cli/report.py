"""``pydron report``: what a run that is on record came to, and would come to elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from pydron_ng.errors import RecordError
from pydron_ng.observe.records.duration import duration
from pydron_ng.observe.records.record import read
from pydron_ng.observe.records.recording import Run
from pydron_ng.observe.records.text import PLAIN
from pydron_ng.observe.records.text import report as report_of

_BAD_USAGE = 2


@click.command(
    epilog="""\b
Examples:
  PYDRON_REPORT=run.json python survey.py    record a run
  pydron report run.json                     what it came to
  pydron report run.json --workers 50        ... and would with 50 workers
  pydron report run.json --save run.html     ... as a page with a timeline
"""
)
@click.argument("file", metavar="RECORD", type=click.Path(path_type=Path))
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    multiple=True,
    help="Also say how long it takes with so many; may be given again.",
)
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    help="Write it to a file, by its name: .html, .trace.json, .txt.",
)
def report(file: Path, *, workers: tuple[int, ...], save: Path | None) -> None:
    """Show where the time of a recorded run went.

    And how long it would take with other numbers of workers. RECORD is a file that
    PYDRON_REPORT=run.json, `pydron run --report run.json` or `run.save("run.json")` has written.
    Exit status: 0, or 2 if it cannot be read.
    """
    try:
        run = Run(read(file))
        if save is not None:
            run.save(save)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        click.echo(f"pydron report: {error.filename or file}: {why}", err=True)
        sys.exit(_BAD_USAGE)
    except RecordError as error:
        click.echo(f"pydron report: {error}", err=True)
        sys.exit(_BAD_USAGE)
    console = Console(**PLAIN)
    console.print(report_of(run.record, run.figures))
    for count in workers:
        console.print(f"with {count} workers: {duration(run.predict(count))}")
