"""``pydron kill``: end the workers of a program, one of them, or a task."""

from __future__ import annotations

import re

import click

from pydron_ng.cli.programs import the_one
from pydron_ng.cli.told import printable
from pydron_ng.runtime.monitor.asking import Gone, Silent, ask
from pydron_ng.runtime.monitor.messages import Cancel, Done, End, Kill, Refused, Request, Told

#: ``POOL.NUMBER``, as `pydron status` shows them; in a program with one pool the number is enough.
_FORM = re.compile(r"(?:(\d+)\.)?(\d+)")


@click.command(
    epilog="""\b
Examples:
  pydron kill survey.py                 all workers of a program, by its name ...
  pydron kill 12345                     ... or its process id
  pydron kill survey.py --task 1.17     one task, with its worker
  pydron kill survey.py --worker 1.0    one worker
"""
)
@click.argument("program")
@click.option("--task", metavar="ID", help="End this task, as `pydron status` shows it.")
@click.option("--worker", metavar="ID", help="End this worker; another one takes its place.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def kill(program: str, *, task: str | None, worker: str | None, yes: bool) -> None:
    """End workers, or a task, of a program that runs.

    The program itself goes on: it hears of tasks of a pool that they were lost, and makes calls of
    @schedule by itself. Without --task or --worker all workers are ended, and its pools take no
    more tasks. Exit status: 0; 1 if it was not done.
    """
    if task is not None and worker is not None:
        raise click.UsageError("either --task or --worker")
    told = the_one(program)
    request, what = _wanted(told, task, worker)
    name = printable(told.name)
    if not yes:
        click.confirm(f"End {what} of {name} ({told.pid})?", abort=True)
    try:
        answer = ask(told.pid, request)
    except (Gone, Silent) as error:
        raise click.ClickException(str(error)) from None
    if isinstance(answer, Refused):
        raise click.ClickException(printable(answer.why))
    assert isinstance(answer, Done)
    click.echo(f"{name} ({told.pid}): {printable(answer.what)}")


def _wanted(told: Told, task: str | None, worker: str | None) -> tuple[Request, str]:
    """What the program is asked, and that in words. Raises: UsageError."""
    if task is not None:
        pool, number = _place(told, task)
        return Cancel(pool, number), f"task {pool}.{number}"
    if worker is not None:
        pool, number = _place(told, worker)
        return Kill(pool, number), f"worker {pool}.{number}"
    count = sum(len(pool.status.workers) for pool in told.pools)
    return End(), "the only worker" if count == 1 else f"all {count} workers"


def _place(told: Told, text: str) -> tuple[int, int]:
    found = _FORM.fullmatch(text)
    numbers = [pool.number for pool in told.pools]
    if found is None or (found[1] is None and len(numbers) != 1):
        raise click.UsageError(f"{text} is none; they look like {numbers[0] if numbers else 1}.0")
    return int(found[1] or numbers[0]), int(found[2])
