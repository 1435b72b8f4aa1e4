"""``pydron lint``: what in functional functions breaks their contract, without running them."""

from __future__ import annotations

import json
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from pydron_ng.cli.marked import Marked, show
from pydron_ng.contract.lint import Suspicion, look_at

_BROKEN, _BAD_USAGE = 1, 2
_VERSION: Final = 1
_NOT_THE_USERS: Final = frozenset({"site-packages", "node_modules", "__pycache__", "venv"})


class _Looked(NamedTuple):
    """What was found: the file of each functional function, of each suspicion, and what failed."""

    files: int
    functional: list[tuple[str, str]]
    suspicions: list[tuple[str, Suspicion]]
    failures: list[str]

    @property
    def status(self) -> int:
        if self.failures:
            return _BAD_USAGE
        return _BROKEN if self.suspicions else 0


@click.command(
    short_help="Read functions, and say which lines break their contract.",
    epilog="""\b
Examples:
  pydron lint survey.py
  pydron lint src/                        all Python files in there
  pydron lint -q src/ && git commit       silent where nothing is wrong
""",
)
@click.argument("what", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "is_json", is_flag=True, help="For other programs to read.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing where nothing is wrong.")
def lint(what: tuple[Path, ...], *, is_json: bool, quiet: bool) -> None:
    """Say which lines of @functional functions break their contract, without running anything.

    Looked at are functions decorated with @functional, those handed to functional(), and what
    these call in the same file. Of a directory all Python files are looked at. A line that ends
    in `# pydron: ignore[code]` is left alone.

    Exit status: 0 if nothing is wrong, 1 if something is, 2 if a file cannot be read.
    """
    looked = _look(what)
    if is_json:
        click.echo(_as_json(looked))
    else:
        _screen(looked, quiet=quiet)
    sys.exit(looked.status)


def _look(what: tuple[Path, ...]) -> _Looked:
    looked = _Looked(0, [], [], [])
    for one in what:
        files = list(_files(one))
        if not files:
            looked.failures.append(f"{one}: there is no Python file in this directory")
        for file in files:
            looked = looked._replace(files=looked.files + 1)
            _look_at(file, looked)
    return looked


def _look_at(file: Path, looked: _Looked) -> None:
    try:
        with tokenize.open(file) as opened:
            found = look_at(opened.read(), str(file))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        looked.failures.append(f"{file}: {why}\n  try: name a Python file, or a directory of them")
    except SyntaxError as error:
        text = f"\n{error.lineno or 0:>6} | {(error.text or '').strip()}" if error.text else ""
        looked.failures.append(f"{file}:{error.lineno}: {error.msg}{text}")
    except ValueError as error:
        looked.failures.append(f"{file}: it is no Python: {error}")
    else:
        looked.functional.extend((str(file), name) for name in found.functional)
        looked.suspicions.extend((str(file), one) for one in found.suspicions)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*.py")):
        parts = found.relative_to(path).parts
        if not any(part.startswith(".") or part in _NOT_THE_USERS for part in parts):
            yield found


def _as_json(looked: _Looked) -> str:
    keys = ("line", "column", "end_column", "code", "message", "why", "way_out", "function")
    findings: list[dict[str, Any]] = [
        {"file": file, **{key: getattr(one, key) for key in keys}}
        for file, one in looked.suspicions
    ]
    report = {
        "version": _VERSION,
        "ok": looked.status == 0,
        "functional": [{"file": file, "function": name} for file, name in looked.functional],
        "findings": findings,
        "failures": looked.failures,
    }
    return json.dumps(report, indent=2)


def _screen(looked: _Looked, *, quiet: bool) -> None:
    for failure in looked.failures:
        click.echo(f"pydron lint: {failure}", err=True)
    show([_marked(file, one).lines() for file, one in looked.suspicions])
    if looked.suspicions or not (quiet or looked.failures):
        click.echo(_summary(looked))


def _marked(file: str, one: Suspicion) -> Marked:
    notes = {"why": one.why, "try": one.way_out}
    return Marked(file, one.line, one.column, one.end_column, one.message, one.code, notes)


def _summary(looked: _Looked) -> str:
    where = _s(looked.files, "file")
    if not looked.functional:
        said = f"no function in {where} is decorated with @functional: nothing to look at"
        return f"{said}\n  try: put @functional on the functions that only compute a value"
    functions = _s(len(looked.functional), "functional function")
    if not looked.suspicions:
        return f"{functions} in {where}: nothing that breaks the contract"
    broken = len({(file, one.function) for file, one in looked.suspicions})
    lines = _s(len(looked.suspicions), "line")
    return f"{lines} in {broken} of {functions} in {where}; see pydron_ng's docs/checking.md"


def _s(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
