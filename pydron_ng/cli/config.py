"""``pydron config``: which configuration is in force here, and what it means."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pydron_ng.backends import cores, registry
from pydron_ng.cli.configured import CONFIG_OPTION, broken
from pydron_ng.cli.words import Words
from pydron_ng.config.described import Described, Setting, Worker, described
from pydron_ng.config.force import WORKERS
from pydron_ng.config.search import VARIABLE, Place, find, places
from pydron_ng.errors import ConfigError

_WIDE = 1000  # for other programs: one line is one line
_LOCAL = ("multicore", "threads")
#: The variables that programs with pydron_ng look at, and what they are for.
_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        VARIABLE: "the pydron.conf to use",
        WORKERS: "4, auto, threads:8: these workers, and no others",
        "PYDRON": "off: all runs undecorated",
        "PYDRON_CHECK": "1: functional functions are checked",
        "PYDRON_CACHE_DIR": "where translations are kept",
        "PYDRON_REPORT": "the file for a report",
        "PYDRON_NODE_TOKEN_FILE": "the token of nodes that Pool() names, its file",
        "PYDRON_PROGRESS": "1: progress is shown; 0: it is not",
    }
)


@click.group(cls=Words)
def config() -> None:
    """Which configuration is in force here, and what it means."""


@config.command(
    epilog="""\b
Examples:
  pydron config show
  pydron config show --config cluster.conf
  pydron config show --json | jq '.workers[] | select(.used)'
"""
)
@CONFIG_OPTION
@click.option("--json", "is_json", is_flag=True, help="For other programs to read.")
def show(file: Path | None, *, is_json: bool) -> None:
    """Show which pydron.conf a program would find here, and what each of its keys comes to.

    Nothing is started, no machine is asked; `pydron doctor` does that. Exit status: 0, or 2 if the
    configuration cannot be used; then all its mistakes are told.
    """
    asked = "" if file else os.environ.get(WORKERS, "")
    try:
        found = described(file or find(), registry.model(), asked)
    except ConfigError as error:
        raise broken(error) from None
    searched = () if file else places()
    if is_json:
        click.echo(json.dumps(_as_dict(found, searched), indent=2))
    else:
        _screen(found, searched)


# --- for programs ---


def _as_dict(found: Described, searched: tuple[Place, ...]) -> dict[str, Any]:
    return {
        "file": None if found.path is None else str(found.path),
        "searched": [
            {"place": p.name, "path": p.path and str(p.path), "exists": p.is_there}
            for p in searched
        ],
        "workers": [
            {"type": one.type, "used": one.is_used, "keys": _keys(one.settings)}
            for one in found.workers
        ],
        "keys": _keys(found.settings),
        "variables": {name: os.environ.get(name) for name in _VARIABLES},
    }


def _keys(settings: tuple[Setting, ...]) -> dict[str, Any]:
    return {one.key: {"value": one.value, "from": one.origin} for one in settings}


# --- for people ---


def _screen(found: Described, searched: tuple[Place, ...]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    if os.environ.get("PYDRON") == "off":
        console.print("[yellow]switched off[/]: PYDRON=off, so no program here uses any of this\n")
    console.print(f"configuration: {escape(str(found.path or 'none, so all cores here'))}")
    if searched:
        console.print(_searched(found.path, searched))
    for number, worker in enumerate(found.workers):
        console.print(f"\n[bold]workers\\[{number}][/] {_state(worker)}")
        console.print(_table(worker.settings, worker))
    console.print("\n[bold]all workers[/]")
    console.print(_table(found.settings))
    console.print("\n[bold]variables[/]")
    console.print(_variables())


def _grid() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(min_width=2)
    return table


def _searched(path: Path | None, searched: tuple[Place, ...]) -> Table:
    table = _grid()
    for place in searched:
        where = "not set" if place.path is None else escape(str(place.path))
        is_it = place.path is not None and place.path == path
        state = "[green]this one[/]" if is_it else "comes later" if place.is_there else "not there"
        table.add_row("", place.name, where, "" if place.path is None else state)
    return table


def _state(worker: Worker) -> str:
    if worker.is_used:
        return "[green]used[/]"
    why = f"${WORKERS} has others" if worker.config.enabled else '"enabled" is false'
    return f"[yellow]not used[/]: {why}"


def _table(settings: tuple[Setting, ...], worker: Worker | None = None) -> Table:
    table = _grid()
    for one in sorted(settings, key=lambda one: one.origin == "default"):
        style = "dim" if one.origin == "default" else ""
        value = escape(json.dumps(one.value, ensure_ascii=False))
        notes = " ".join(_notes(one, worker))
        table.add_row("", one.key, value, f"[{style or 'cyan'}]{one.origin}[/]", notes, style=style)
    return table


def _notes(one: Setting, worker: Worker | None) -> Iterator[str]:
    if worker is not None and worker.type in _LOCAL and (one.key, one.value) == ("cores", "auto"):
        yield f"{cores.available()} here"
    if one.key.endswith("_env") and one.value:
        yield "is set" if one.value in os.environ else "[red]is not set[/]"


def _variables() -> Table:
    table = _grid()
    for name, meaning in _VARIABLES.items():
        value = os.environ.get(name)
        shown = "[dim]not set[/]" if value is None else escape(json.dumps(value))
        table.add_row("", name, shown, f"[dim]{meaning}[/]")
    return table
