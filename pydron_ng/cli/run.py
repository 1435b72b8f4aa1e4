"""``pydron run``: a program as ``python`` runs it, with what is asked for in its environment."""

from __future__ import annotations

import os
import subprocess
import sys
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

import click

from pydron_ng.backends.detached import own_flags
from pydron_ng.cli.configured import Refused, in_force, quiet
from pydron_ng.config.force import WORKERS
from pydron_ng.config.search import VARIABLE as CONFIG
from pydron_ng.errors import RecordError

_OWN_FLAGS = ("-I", "-E", "-s", "-P")


def _count(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A number of workers, or ``auto``."""
    if value in {None, "auto"} or (str(value).isdecimal() and int(str(value))):
        return value
    raise click.BadParameter(f"{value!r} is neither 1, 2, ... nor auto")


@click.command(
    # What follows the program is the program's, options included.
    context_settings={"allow_interspersed_args": False},
    epilog="""\b
Examples:
  pydron run survey.py images/ --fast        as python survey.py images/ --fast
  pydron run --workers 4 survey.py           four processes, whatever pydron.conf says
  pydron run --config cluster.conf survey.py
  pydron run --off survey.py                 as if undecorated: is it pydron?
  pydron run --check survey.py               are the functional functions functional?
  pydron run --workers 4 -m survey images/   as python -m survey images/
""",
)
@click.option("-m", "is_module", is_flag=True, help="SCRIPT is a module, as for python -m.")
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="This pydron.conf, and no other one.",
)
@click.option(
    "--workers",
    callback=_count,
    metavar="N",
    help="N processes, or auto: one per core.",
)
@click.option(
    "--threads",
    callback=_count,
    metavar="N",
    help="N threads, for functions that wait.",
)
@click.option("--off", is_flag=True, help="As if nothing were decorated.")
@click.option(
    "--check", is_flag=True, help="Sequentially, and tell which functions break their word."
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write where the time went, by its name: .html, .txt, .json, .trace.json.",
)
@click.option("--progress/--no-progress", default=None, help="Show how far it is, or do not.")
@click.argument("words", nargs=-1, type=click.Path(), metavar="SCRIPT [ARGS]...", required=True)
def run(
    words: tuple[str, ...],
    file: Path | None,
    report: Path | None,
    *,
    is_module: bool,
    workers: str | None,
    threads: str | None,
    off: bool,
    check: bool,
    progress: bool | None,
) -> None:
    """Run a Python program as python runs it.

    The process becomes that of `python SCRIPT ARGS`: its arguments, standard input, signals,
    tracebacks and exit status are the program's own. Options of pydron go before SCRIPT. Exit
    status 2 if it cannot be started.
    """
    variables = _workers(file, workers, threads, off=off, check=check)
    variables |= {"PYDRON": "off"} if off else {}
    variables |= {"PYDRON_CHECK": "1"} if check else {}
    variables |= {} if report is None else {"PYDRON_REPORT": _writable(report)}
    variables |= {} if progress is None else {"PYDRON_PROGRESS": str(int(progress))}
    (_find_module if is_module else _find_script)(words[0])
    os.environ.update(variables)
    if not off:
        with quiet():  # the program says it
            in_force()
    _become([sys.executable, *_flags(), *["-m"] * is_module, *words])


def _workers(
    file: Path | None, workers: str | None, threads: str | None, *, off: bool, check: bool
) -> dict[str, str]:
    """Variables that say where calls are made."""
    if off and (workers or threads or check):
        raise click.UsageError("--off leaves nothing for --workers, --threads or --check to do")
    if workers and threads:
        raise click.UsageError("--workers are processes, --threads are threads: say one of them")
    if (workers or threads or file) and not off and os.environ.get("PYDRON") == "off":
        raise click.UsageError("PYDRON=off is set: no worker would be used\n  try: unset PYDRON")
    if file is not None and not file.is_file():
        raise Refused(f"there is no configuration {file}")
    asked = f"threads:{threads}" if threads else workers or ""
    if file is None:
        return {WORKERS: asked} if asked else {}
    return {CONFIG: os.path.abspath(file), WORKERS: asked}


def _writable(report: Path) -> str:
    """The program may work in another directory when it ends."""
    from pydron_ng.observe.records.recording import writer_for

    try:
        writer_for(report)
    except RecordError as error:
        raise Refused(f"--report {error}") from None
    folder = report.absolute().parent
    if not os.access(folder, os.W_OK):
        why = "is no directory that you may write to"
        raise Refused(f"--report {report}: {folder} {why}")
    return str(report.absolute())


def _find_script(script: str) -> None:
    """Raises: Refused: python would not find it."""
    path = Path(script)
    if script == "-" or path.is_file() or (path / "__main__.py").is_file():
        return
    if path.is_dir():
        raise Refused(f"{script} is a directory without __main__.py\n  try: name a file")
    raise Refused(f"there is no file {script}{_way_out(path)}")


def _way_out(path: Path) -> str:
    beside = [one.name for one in path.parent.glob("*.py")] if path.parent.is_dir() else []
    if close := get_close_matches(path.name, beside, 1):
        return f"; did you mean {path.parent / close[0]}?"
    if path.name.isidentifier() and _is_module(path.name):
        return f"; there is a module\n  try: pydron run -m {path.name}"
    return ""


def _find_module(module: str) -> None:
    """Raises: Refused: python would not find it. Nothing of it is imported."""
    if Path(module).is_file():
        raise Refused(f"{module} is a file, no module\n  try: without -m: pydron run {module}")
    top = module.partition(".")[0]
    if not _is_module(top):
        raise Refused(f"there is no module {top}: not here, and not installed")


def _is_module(name: str) -> bool:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
    finally:
        sys.path.pop(0)


def _flags() -> list[str]:
    """Those of this interpreter, without what only says how pydron itself is found."""
    return [flag for flag in own_flags() if flag not in _OWN_FLAGS]


def _become(command: list[str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform == "win32":  # there, a process cannot become another one
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)  # noqa: S606  no shell is wanted
