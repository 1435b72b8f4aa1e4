"""``pydron check``: is a scheduled script what it is undecorated, and are its functions pure?"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from difflib import get_close_matches
from pathlib import Path

import click

from pydron_ng import config
from pydron_ng.backends import registry
from pydron_ng.cli.reports import waiting
from pydron_ng.cli.verdicts import Checked, as_json, screen
from pydron_ng.contract import Report
from pydron_ng.contract.watching import CALLS_PER_FUNCTION
from pydron_ng.errors import ConfigError
from pydron_ng.testing.scripts import Mode, Program, Ran, Verdict, judge

_BAD_USAGE = 2


@click.command(
    short_help="Run a script sequentially and scheduled, and compare.",
    context_settings={"allow_interspersed_args": False},
    epilog="""\b
Examples:
  pydron check survey.py images/          as python survey.py images/, more than once
  pydron check --scratch survey.py        in copies of the directory: what it writes is lost
  pydron check --every-call survey.py     also what is too short to be sent otherwise
  pydron check --json survey.py | jq .
""",
)
@click.argument("script", metavar="SCRIPT", type=click.Path(path_type=Path))
@click.argument("args", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--scratch",
    is_flag=True,
    help="Run it in copies of the working directory; what it writes there is thrown away.",
)
@click.option(
    "--calls",
    type=click.IntRange(min=1),
    default=CALLS_PER_FUNCTION,
    show_default=True,
    help="So many calls of each functional function are checked.",
)
@click.option(
    "--every-call",
    is_flag=True,
    help="Send every call to a worker that can be sent, however short it is.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for each run."
)
@click.option("--json", "is_json", is_flag=True, help="For other programs to read.")
def check(
    script: Path,
    args: tuple[str, ...],
    *,
    scratch: bool,
    calls: int,
    every_call: bool,
    timeout: float | None,
    is_json: bool,
) -> None:
    """Run SCRIPT sequentially and scheduled, compare, and check its functional functions.

    Compared are standard output and error, exit status, and the files that it writes below the
    working directory. A third run, sequential again, watches the first calls of each functional
    function and makes them twice more, here and in another process. What SCRIPT reads from
    standard input is read once, and given to each run. It writes its files in each run, unless
    --scratch is given.

    Exit status: 0 if all is fine, 1 if something is not, 2 if nothing could be checked.
    """
    _find(script)
    with Program([str(script), *args], Path.cwd(), in_scratch=scratch, seconds=timeout) as program:
        checked = _checked(program, calls, _configured(program, every_call=every_call))
    command = " ".join([str(script), *args])
    if is_json:
        click.echo(as_json(command, checked))
    else:
        screen(command, checked, in_scratch=scratch)
    sys.exit(checked.status)


def _find(script: Path) -> None:
    """Ends the command if there is no such file."""
    if script.is_file():
        return
    known = [path.name for path in Path.cwd().glob("*.py")]
    like = "".join(f"; did you mean {name}?" for name in get_close_matches(script.name, known, 1))
    what = "is a directory" if script.is_dir() else "no such file"
    click.echo(f"pydron check: {script}: {what}{like}", err=True)
    click.echo("  try: pydron check SCRIPT ARGS, as you would say python SCRIPT ARGS", err=True)
    sys.exit(_BAD_USAGE)


def _configured(program: Program, *, every_call: bool) -> dict[str, str]:
    """What the environment of the scheduled run has besides; ends if pydron.conf is wrong."""
    try:
        config.load(config.find(), registry.model())
        return program.everything_sent() if every_call else {}
    except ConfigError as error:
        click.echo(f"pydron check: {error}", err=True)
        sys.exit(_BAD_USAGE)


def _checked(program: Program, calls: int, configured: dict[str, str]) -> Checked:
    """All runs that are needed, one after the other."""
    with _waiting("sequential"):
        sequential = program.run(Mode.SEQUENTIAL)
    if sequential.status is None:
        return Checked(sequential, sequential, Verdict(()), None)
    with _waiting("scheduled"):
        scheduled = program.run(Mode.SCHEDULED, configured)
    verdict = _verdict(program, sequential, scheduled)
    with _waiting("functional functions checked"):
        program.run(Mode.CHECKED, {"PYDRON_CHECK_CALLS": str(calls)})
    return Checked(sequential, scheduled, verdict, _report(program))


def _verdict(program: Program, sequential: Ran, scheduled: Ran) -> Verdict:
    """Where something differs, the sequential program is compared with itself, too."""
    verdict = judge(sequential, scheduled)
    if not verdict.differences:
        return verdict
    with _waiting("sequential once more, since something differs"):
        return judge(sequential, scheduled, program.run(Mode.SEQUENTIAL))


def _report(program: Program) -> Report | None:
    try:
        return Report.saved(str(program.report), program.original)
    except (OSError, ValueError):
        return None


def _waiting(what: str) -> AbstractContextManager[object]:
    return waiting(f"running it: {what} ...")
