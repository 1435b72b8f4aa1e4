"""``pydron explain``: which lines keep others from running in parallel, and what to change."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from rich.console import Console
from rich.text import Text

from pydron_ng.cli.definitions import Definitions, Failure, definitions_of
from pydron_ng.cli.looping import most_looping
from pydron_ng.errors import RecordError, TranslationError
from pydron_ng.observe.explain import explanation_of
from pydron_ng.observe.explanation import VERSION, Explanation
from pydron_ng.observe.records.record import read
from pydron_ng.observe.records.recording import Run
from pydron_ng.observe.subject import is_scheduled

_BAD_USAGE = 2
_COLOURS = {
    r"^ *\d+(?=  )": "dim",
    r"HOLDS UP [\d, ]*\d|(?<=  )waits( for [\d, ]*\d)?|^\S+: holds": "red",
    r"may hold up( [\d, ]*\d)?|may wait( for [\d, ]*\d)?": "yellow",
    r"(?<=  )(one by one|round by round)": "yellow",
    r"(?<=  )ahead(, after [\d, ]*\d)?": "green",
    r"^ *(why|try|gain): ": "bold",
}


class _Trouble(Exception):
    """Nothing can be explained: place and reason, then a way out."""


def _files(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    return [CompletionItem(begun, type="file")]


@click.command(
    short_help="Show what runs ahead, what waits, and what to change.",
    epilog="""\b
Examples:
  pydron explain survey.py                   all scheduled functions of the file
  pydron explain survey.py:reduce            one, whether it is scheduled or not
  pydron explain survey.py:Survey.run --diff
  pydron explain survey.py --run run.json    with what a run on record has shown
  pydron explain --json survey.py | jq '.functions[].function'
""",
)
@click.argument("what", metavar="FILE[:FUNCTION]", shell_complete=_files)
@click.option("--json", "is_json", is_flag=True, help="For other programs to read.")
@click.option("--diff", is_flag=True, help="Also show the two programs that a function becomes.")
@click.option(
    "--run",
    "record",
    metavar="RECORD",
    type=click.Path(path_type=Path),
    shell_complete=_files,
    help="Also say what a run showed: a file that PYDRON_REPORT=run.json has left.",
)
@click.option("--graph", metavar="SVG", help="Write a picture of the one function to that file.")
@click.option("--html", metavar="HTML", help="Write a page with all of it to that file.")
def explain(
    what: str,
    *,
    is_json: bool,
    diff: bool,
    record: Path | None,
    graph: str | None,
    html: str | None,
) -> None:
    """Show which calls of scheduled functions run ahead, which wait for what, and what to change.

    Of FILE only imports and definitions are executed, not the program. With --graph or --html
    nothing is shown: `-` as a file is the standard output. Exit status: 0, or 2 if there is
    nothing that can be explained.
    """
    try:
        found, told = _explained(*_parts(what), None if record is None else _run(record))
        if graph is not None:
            _write(graph, _only_one(found, told).graph_svg())
        if html is not None:
            _write(html, _page(found, told))
    except _Trouble as trouble:
        click.echo(f"pydron explain: {trouble}", err=True)
        sys.exit(_BAD_USAGE)
    if is_json:
        click.echo(_as_json(found, told))
        return
    if graph is None and html is None:
        _screen(found, told, diff=diff)


def _only_one(found: Definitions, told: Sequence[Explanation]) -> Explanation:
    if len(told) > 1:
        file, names = Path(str(found.module.__file__)).name, [one.function for one in told]
        raise _Trouble(
            f"a picture shows one function, and {file} has {len(told)}: {', '.join(names)}\n"
            f"  try: {file}:{names[0]}; or --html, for all of them on one page"
        )
    return told[0]


def _page(found: Definitions, told: Sequence[Explanation]) -> str:
    from pydron_ng.observe.pictures.page import page_of

    file = Path(str(found.module.__file__))
    notes = [line for one in found.failures for line in _failed(file, one)]
    return page_of(told, file.name, notes)


def _write(name: str, text: str) -> None:
    """The whole file or none of it; what is no file, such as a pipe, is written to as it is."""
    is_file = name != "-" and (os.path.isfile(name) or not os.path.exists(name))
    try:
        with click.open_file(name, "w", encoding="utf-8", atomic=is_file) as file:
            file.write(text)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise _Trouble(f"{name}: {why}\n  try: name a file in a directory that is there") from None


def _parts(what: str) -> tuple[Path, str]:
    """The file, and the name of the function; empty for all that are scheduled."""
    file, _, name = what.rpartition(":")
    if file and name.replace(".", "").isidentifier() and not Path(what).exists():
        return Path(file), name
    return Path(what), ""


def _run(record: Path) -> Run:
    """The run that is on record."""
    try:
        return Run(read(record))
    except RecordError as error:
        raise _Trouble(str(error)) from None
    except OSError as error:
        raise _Trouble(f"{record}: {(error.strerror or str(error)).lower()}") from None


def _explained(file: Path, name: str, run: Run | None) -> tuple[Definitions, list[Explanation]]:
    found = _defined(file)
    wanted = _wanted(found, file, name)
    told, troubles = [], []
    for each, function in wanted.items():
        try:
            told.append(explanation_of(function, run))
        except TranslationError as error:
            line = function.__code__.co_firstlineno
            troubles.append(f"{file}:{line}: {each}() runs undecorated: {error} [{error.code}]")
    if not told:
        raise _Trouble("\n".join(troubles))
    for trouble in troubles:
        click.echo(trouble, err=True)
    return found, told


def _defined(file: Path) -> Definitions:
    try:
        with redirect_stdout(sys.stderr):
            return definitions_of(file)
    except SyntaxError as error:
        line = f"{error.lineno or 0:>6} | {(error.text or '').strip()}"
        raise _Trouble(f"{file}:{error.lineno}: {error.msg}\n{line}") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise _Trouble(f"{file}: {why}\n  try: name a file, or FILE:FUNCTION") from None
    except ValueError as error:
        raise _Trouble(f"{file}: it is no Python: {error}") from None


def _wanted(found: Definitions, file: Path, name: str) -> dict[str, Any]:
    functions = found.functions()
    notes = "".join(f"\n{line}" for one in found.failures for line in _failed(file, one))
    if name:
        if name not in functions:
            known = ", ".join(functions) or "none"
            like = "".join(f"; did you mean {n}?" for n in get_close_matches(name, functions, 1))
            said = f"{file} defines no function {name}{like}"
            raise _Trouble(f"{said}\n  it defines: {known}{notes}")
        return {name: functions[name]}
    scheduled = {n: f for n, f in functions.items() if is_scheduled(f)}
    if not scheduled:
        raise _Trouble(
            f"{file} has no function that is decorated with @schedule\n"
            f"  try: {_what_to_schedule(file, list(functions))}{notes}"
        )
    return scheduled


def _what_to_schedule(file: Path, functions: list[str]) -> str:
    best = most_looping(ast.parse(file.read_bytes()), functions)
    some = best or next((one for one in functions if "." not in one), "FUNCTION")
    which = f", by its look {best}()" if best else ""
    return (
        f"decorate the one that calls the others{which}; or"
        f" `pydron explain {file}:{some}`, to see what that would do"
    )


def _failed(file: Path, one: Failure) -> Iterator[str]:
    yield f"{file.name}:{one.line}: this could not be executed; what it defines is taken as unknown"
    yield f"{one.line:>6} | {one.text}"
    yield f"  why: {one.why}" + (f" ({one.cause})" if one.cause else "")
    if not one.why.startswith("NameError"):  # that follows from another one, told before
        yield "  try: run this in the environment, and from the directory, that the program runs in"


def _as_json(found: Definitions, told: Sequence[Explanation]) -> str:
    keys = ("line", "text", "why", "cause")
    report = {
        "version": VERSION,
        "file": found.module.__file__,
        "functions": [one.as_dict() for one in told],
        "not_executed": [{key: getattr(f, key) for key in keys} for f in found.failures],
    }
    return json.dumps(report, indent=2)


def _screen(found: Definitions, told: Sequence[Explanation], *, diff: bool) -> None:
    console = Console(highlight=False)
    file = Path(str(found.module.__file__))
    notes = [list(_failed(file, one)) for one in found.failures]
    for block in [*notes, *(str(one).splitlines() + _programs(one, diff) for one in told)]:
        for line in block:
            console.print(_coloured(line), soft_wrap=True)
        console.print()


def _programs(told: Explanation, diff: bool) -> list[str]:
    if not diff:
        return []
    both = ("what runs in the program", told.commit), ("what runs ahead of it", told.run_ahead)
    return [line for title, text in both for line in ("", f"--- {title}", *text.splitlines())]


def _coloured(line: str) -> Text:
    text = Text(line)
    for pattern, style in _COLOURS.items():
        text.highlight_regex(pattern, style)
    return text
