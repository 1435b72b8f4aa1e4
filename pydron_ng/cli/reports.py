"""What ``pydron doctor`` has found: a table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pydron_ng.cli.diagnosis import Diagnosis, Finding, size

Facts = Mapping[str, Any]
_NAME_WIDTH = 20


def waiting(what: str) -> AbstractContextManager[object]:
    """Says so as long as it takes, to those who look at a screen."""
    return Console(stderr=True).status(what)


def as_json(source: str, here: Facts, told: Sequence[Diagnosis]) -> str:
    """One object; bytes and seconds as numbers, null for what is not known."""
    report = {
        "ok": all(one.is_fine for one in told),
        "configuration": source,
        "driver": here,
        "places": [_place(one) for one in told],
    }
    return json.dumps(report, indent=2)


def _place(one: Diagnosis) -> dict[str, Any]:
    found = one.found
    problems = [f._asdict() for f in one.findings]
    return {
        "name": found.station.name,
        "type": found.station.config.__struct_config__.tag,
        "ok": one.is_fine,
        "problems": [_said(f) for f in problems if f["is_problem"]],
        "notes": [_said(f) for f in problems if not f["is_problem"]],
        "workers": found.station.workers,
        "host_key": found.identity or None,
        "latency_ms": _scaled(found.latency_seconds, 1e3),
        "mb_per_second_there": _scaled(found.there, 1e-6),
        "mb_per_second_back": _scaled(found.back, 1e-6),
        "facts": found.facts,
    }


def _said(finding: Mapping[str, Any]) -> dict[str, str]:
    return {"what": finding["what"], "way_out": finding["way_out"]}


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else round(value * by, 3)


def screen(source: str, here: Facts, told: Sequence[Diagnosis]) -> None:
    """Print it: the driver, a line for each place, then what is to be said about some of them."""
    console = Console(highlight=False)
    console.print(f"configuration: {escape(source)}", soft_wrap=True)
    console.print(escape(_driver(here)), soft_wrap=True, end="\n\n")
    console.print(_table(told))
    console.print()
    for line in (line for one in told for line in _lines(one)):
        console.print(line, soft_wrap=True)
    bad = sum(not one.is_fine for one in told)
    console.print(f"[red]{bad} of {len(told)} would not work" if bad else "[green]all is fine")


def _driver(here: Facts) -> str:
    packages = [f"{name} {version}" for name, version in here["versions"].items() if version]
    what = f"program: Python {here['python']}, {here['machine']}, {here['cores']} cores"
    lacking = f"; not installed: {', '.join(here['missing'])}" if here["missing"] else ""
    return f"{what}; {', '.join(packages) or 'no packages'}{lacking}"


def _table(told: Sequence[Diagnosis]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column()
    table.add_column("place", overflow="fold", min_width=_NAME_WIDTH)
    for name in ("Python", "cores", "memory", "latency", "MB/s ↑ ↓", "tmp_dir", "shm"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in told:
        table.add_row(*_row(one))
    return table


def _row(one: Diagnosis) -> list[str]:
    found, facts = one.found, one.found.facts
    first = [_mark(one), escape(found.station.name)]
    if facts is None:
        return first
    cores, workers = facts["cores"], found.station.workers
    return [
        *first,
        facts["python"],
        str(cores) if workers in (None, cores) else f"{workers} of {cores}",
        _shown(facts["free_memory"], size),
        _shown(found.latency_seconds, lambda seconds: f"{seconds * 1e3:.2g} ms"),
        " ".join(
            _shown(rate, lambda rate: f"{rate / 1e6:.3g}") for rate in (found.there, found.back)
        ),
        _shown(facts["free_tmp_dir"], size),
        _shown(facts["free_shm"], size),
    ]


def _mark(one: Diagnosis) -> str:
    if not one.is_fine:
        return "[red]✗[/]"
    return "[dim]-[/]" if one.found.facts is None else "[green]✓[/]"


def _shown(value: float | None, unit: Callable[[float], str]) -> str:
    return "" if value is None else unit(value)


def _lines(one: Diagnosis) -> Iterator[str]:
    """What is to be said about one place; nothing if there is nothing."""
    said = [*_identity(one), *(line for finding in one.findings for line in _told(finding))]
    if said:
        yield f"[bold]{escape(one.found.station.name)}[/]"
        yield from said
        yield ""


def _identity(one: Diagnosis) -> Iterator[str]:
    if key := one.found.identity.get("host_key"):
        known = (
            "known" if one.found.identity["is_known"] else "[yellow]new, written down just now[/]"
        )
        yield f"  host key {escape(key)}, {known}"


def _told(finding: Finding) -> Iterator[str]:
    word = "[red]problem[/]" if finding.is_problem else "[yellow]note[/]"
    first, *more = finding.what.splitlines()
    yield f"  {word}: {escape(first)}"
    yield from (f"    {escape(line)}" for line in more)
    if finding.way_out:
        yield f"    try: {escape(finding.way_out)}"
