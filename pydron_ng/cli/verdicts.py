"""What ``pydron check`` has found: a screen for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pydron_ng.cli.marked import Marked, show
from pydron_ng.contract import Finding, Report
from pydron_ng.observe.codes import CODES
from pydron_ng.testing.scripts import Ran, Verdict

_WRONG, _NOTHING_CHECKED = 1, 2
_VERSION: Final = 1
_MOST: Final = 10
_NO_SCHEDULE: Final = (
    "no function was decorated with @schedule, so there is nothing to check\n"
    "  try: decorate the function that calls the others with @schedule, and those that only compute"
    " a value with @functional"
)
_NO_CALL: Final = (
    "no functional function was called by a scheduled one, so there is nothing to check\n"
    "  try: `pydron explain`, which shows what a scheduled function calls; or other arguments"
)
_TOO_LONG: Final = (
    "the sequential program did not come to its end, so there is nothing to compare with\n"
    "  try: a longer --timeout, or a smaller input"
)
_FAILED: Final = (
    "the program ended with an error before it came to a scheduled function\n"
    "  try: run it without `pydron check` first, and mend that"
)


class Checked(NamedTuple):
    """All that was found out. report: None if the checked run ended without one."""

    sequential: Ran
    scheduled: Ran
    verdict: Verdict
    report: Report | None

    @property
    def breaches(self) -> list[Finding]:
        found = [] if self.report is None else self.report.findings
        return [finding for finding in found if finding.is_breach]

    @property
    def inline(self) -> list[Finding]:
        found = [] if self.report is None else self.report.findings
        return [finding for finding in found if not finding.is_breach]

    @property
    def has_calls(self) -> bool:
        """Was any call checked?"""
        return self.report is not None and bool(self.report.checked)

    @property
    def status(self) -> int:
        if self.sequential.status is None:
            return _NOTHING_CHECKED
        if self.breaches or self.verdict.differences:
            return _WRONG
        return 0 if self.has_calls else _NOTHING_CHECKED

    @property
    def why_nothing(self) -> str:
        """Why nothing could be checked, and what to do."""
        if self.sequential.status is None:
            return _TOO_LONG
        if self.report is not None:
            return _NO_CALL
        return _FAILED if self.sequential.status else _NO_SCHEDULE


def as_json(command: str, checked: Checked) -> str:
    """One object; seconds as numbers."""
    runs = {"sequential": checked.sequential, "scheduled": checked.scheduled}
    breaches = [{**asdict(f), "way_out": f.way_out} for f in checked.breaches]
    nothing = checked.why_nothing if checked.status == _NOTHING_CHECKED else None
    report = {
        "version": _VERSION,
        "ok": checked.status == 0,
        "command": command,
        "why_nothing": nothing,
        "runs": {name: _run(ran) for name, ran in runs.items()},
        "differences": [asdict(one) for one in checked.verdict.differences],
        "not_repeatable": [asdict(one) for one in checked.verdict.unrepeatable],
        "checked_calls": {} if checked.report is None else dict(checked.report.checked),
        "breaches": breaches,
        "inline": [asdict(finding) for finding in checked.inline],
    }
    return json.dumps(report, indent=2)


def _run(ran: Ran) -> dict[str, Any]:
    files = None if ran.files is None else sorted(ran.files)
    return {"status": ran.status, "seconds": round(ran.seconds, 3), "files": files}


def screen(command: str, checked: Checked, *, in_scratch: bool) -> None:
    """A line for each run, then each thing that is wrong, then the verdict."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(command)}[/]", soft_wrap=True)
    console.print(_table(checked))
    console.print()
    show([_breach(finding).lines() for finding in checked.breaches])
    show([_differences(checked)] if checked.verdict.differences else [])
    show([_unrepeatable(checked)] if checked.verdict.unrepeatable else [])
    for line in _notes(checked, in_scratch=in_scratch):
        console.print(line, soft_wrap=True)
    console.print(_verdict(checked), soft_wrap=True)


def _table(checked: Checked) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for row in _rows(checked):
        table.add_row(*row)
    return table


def _rows(checked: Checked) -> Iterator[tuple[str, str, str, str]]:
    one, other = checked.sequential, checked.scheduled
    differences = len(checked.verdict.differences)
    yield "[dim]-[/]", "sequential", f"{one.seconds:.2f} s", escape(_seen(one))
    if one.status is None:
        return
    same = "[red]differs[/]" if differences else "the same"
    yield _mark(not differences), "scheduled", f"{other.seconds:.2f} s", same
    broken = len({finding.function for finding in checked.breaches})
    if checked.report is None or not checked.has_calls:
        yield "[yellow]-[/]", "contract", "", "no call was checked"
        return
    calls, functions = sum(checked.report.checked.values()), len(checked.report.checked)
    kept = f"{broken} broken" if broken else "all keep it"
    said = f"{_s(calls, 'call')} of {_s(functions, 'functional function')}: {kept}"
    yield _mark(not broken), "contract", "", said


def _mark(is_fine: bool) -> str:
    return "[green]✓[/]" if is_fine else "[red]✗[/]"


def _seen(ran: Ran) -> str:
    parts = [f"exit status {ran.status}", f"{_s(len(ran.out), 'line')} of output"]
    if ran.status is None:
        parts[0] = "ended, as it took too long"
    elif ran.status and ran.err:
        parts[0] += f" ({ran.err[-1].strip()})"
    if ran.files:
        parts.append(f"{_s(len(ran.files), 'file')} written")
    return ", ".join(parts)


def _breach(finding: Finding) -> Marked:
    message = f"{finding.function.rpartition('.')[2]}(): {finding.message}"
    notes = {"call": finding.call, "what": finding.change, "try": finding.way_out}
    return Marked(finding.file, finding.line, 0, 0, message, finding.code, notes)


def _differences(checked: Checked) -> Iterator[str]:
    yield "scheduled is not what sequential is [not-equivalent]"
    for one in checked.verdict.differences[:_MOST]:
        yield f"  {one.observation}, {one.path}"
        yield f"    sequential: {one.sequential}"
        yield f"    scheduled:  {one.scheduled}"
    more = len(checked.verdict.differences) - _MOST
    if more > 0:
        yield f"  ... and {_s(more, 'more difference')}; --json has all"
    mend = "mend what breaks the contract, above: that is the usual cause"
    yield f"  try: {mend if checked.breaches else CODES['not-equivalent'].way_out}"


def _unrepeatable(checked: Checked) -> Iterator[str]:
    found = checked.verdict.unrepeatable
    yield f"{_s(len(found), 'place')} could not be compared [not-repeatable]"
    for one in found[:_MOST]:
        yield f"  {one.observation}: {one.path}: {one.sequential}, then {one.scheduled}"
    yield "  why: two sequential runs differ there, too"
    yield f"  try: {CODES['not-repeatable'].way_out}"


def _notes(checked: Checked, *, in_scratch: bool) -> Iterator[str]:
    if checked.inline:
        yield "made inline, which is exact:"
        yield from (f"  {escape(_inlined(finding))}" for finding in checked.inline)
        yield ""
    files = checked.sequential.files
    if files is None:
        yield "note: there are too many files here to see which ones it writes\n"
    elif files and not in_scratch:
        names = ", ".join(sorted(files)[:3]) + (", ..." if len(files) > 3 else "")  # noqa: PLR2004
        yield f"note: each run wrote here: {escape(names)}; --scratch runs it in copies\n"


def _inlined(finding: Finding) -> str:
    return f"{finding.function.rpartition('.')[2]}(): {finding.message} [{finding.code}]"


def _verdict(checked: Checked) -> str:
    if checked.status == _WRONG:
        differences = _s(len(checked.verdict.differences), "difference")
        breaches = _s(len(checked.breaches), "breach", "es")
        return f"[red]{breaches} of the contract, {differences}[/]"
    if checked.status == _NOTHING_CHECKED:
        return f"[yellow]{escape(checked.why_nothing)}[/]"
    but = ", as far as it could be compared" if checked.verdict.unrepeatable else ""
    return f"[green]all is fine{but}[/]"


def _s(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{'' if number == 1 else plural}"
