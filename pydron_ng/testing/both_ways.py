"""A test of pytest's that is run sequentially and scheduled, for the plugin ``pytest_pydron``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from pydron_ng.backends import registry
from pydron_ng.config import from_dict
from pydron_ng.contract import Report, checking
from pydron_ng.errors import ConfigError
from pydron_ng.runtime.sequential import sequential
from pydron_ng.runtime.session import configure
from pydron_ng.testing.equivalence import Call, check
from pydron_ng.testing.scripts.comparing import judge
from pydron_ng.testing.scripts.running import Ran

Reports = list[pytest.TestReport]


def configurations(lines: Sequence[str]) -> list[dict[str, Any]]:
    """What each line asks for. Raises: pytest.UsageError."""
    try:
        found = [json.loads(line) for line in lines]
        for values in found:
            from_dict(values, registry.model(), "pydron_configurations")
    except ConfigError as error:
        raise pytest.UsageError(str(error)) from None
    except ValueError as error:
        raise pytest.UsageError(f"pydron_configurations: a line is no JSON: {error}") from None
    return found


class Equivalence:
    """Compares a call under several configurations."""

    def __init__(self, configured: Sequence[dict[str, Any]]) -> None:
        self._configured = configured

    def __call__(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """The value of the call.

        Raises:
            NotEquivalent: the scheduled call was not what the undecorated one is.
        """
        __tracebackhide__ = True
        for values in self._configured:
            with configure(values):
                _check(Call.of(function, *args, **kwargs), values)
        return function(*args, **kwargs)


def _check(call: Call, values: dict[str, Any]) -> None:
    __tracebackhide__ = True
    try:
        check(call)
    except AssertionError as error:
        error.add_note(f"configuration: {json.dumps(values)}")
        raise


def run_both_ways(item: pytest.Item, nextitem: pytest.Item | None, lines: Sequence[str]) -> None:
    """Run it, and report one outcome: that of the sequential run, if all are like it."""
    configured = configurations(lines)
    where = {"nodeid": item.nodeid, "location": item.location}
    item.ihook.pytest_runtest_logstart(**where)
    for report in _outcome(item, nextitem, configured):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(**where)


def _outcome(
    item: pytest.Item, nextitem: pytest.Item | None, configured: Sequence[dict[str, Any]]
) -> Reports:
    wanted = _wanted(item)
    with sequential():
        plain = _run(item, _sibling(item))
    if not _passes(plain):
        _leave(item, nextitem)
        return _with(plain, "it was not run scheduled, as this is how it ends sequentially")
    found = Report()
    if wanted["contract"]:
        with checking() as found:
            checked = _run(item, _sibling(item))
        if not _passes(checked):
            _leave(item, nextitem)
            return _with(checked, "so it ends while its functional functions are checked")
    return _scheduled(item, nextitem, configured, plain, found)


def _wanted(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker("pydron")
    return {"output": True, "contract": True, **(marker.kwargs if marker else {})}


def _scheduled(
    item: pytest.Item,
    nextitem: pytest.Item | None,
    configured: Sequence[dict[str, Any]],
    plain: Reports,
    found: Report,
) -> Reports:
    """The reports of the last run; its call fails if anything is wrong."""
    wrong = [str(finding) for finding in found.findings if finding.is_breach]
    reports = plain
    for number, values in enumerate(configured, 1):
        name, is_last = json.dumps(values), number == len(configured)
        with configure(values):
            reports = _run(item, nextitem if is_last else _sibling(item))
        if not _passes(reports):
            if not is_last:
                _leave(item, nextitem)
            return _with(reports, f"sequentially it passes; so it ends with {name}")
        wrong += _differences(plain, reports, name) if _wanted(item)["output"] else []
    return _failed(reports, wrong) if wrong else reports


def _run(item: pytest.Item, nextitem: pytest.Item | None) -> Reports:
    """Set it up, call it, take it down, with fixtures of its own."""
    item._report_sections.clear()  # noqa: SLF001 - what the runs before have said is theirs
    return runtestprotocol(item, nextitem=nextitem, log=False)


def _passes(reports: Reports) -> bool:
    return all(report.passed for report in reports)


def _sibling(item: pytest.Item) -> Any:
    """What is said to follow: what tests beside it share stays, its own fixtures are taken down."""
    return item.parent


def _leave(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Take down what no later test needs, as the runs so far left it for others of this one."""
    item.session._setupstate.teardown_exact(nextitem)  # noqa: SLF001 - there is no other way


def _with(reports: Reports, said: str) -> Reports:
    """The same, with a word on how they came about."""
    for report in reports:
        if report.failed:
            report.sections.append(("pydron_ng", said))
    return reports


def _differences(plain: Reports, scheduled: Reports, name: str) -> Iterator[str]:
    one, other = (_seen(reports) for reports in (plain, scheduled))
    for difference in judge(one, other).differences:
        yield f"{difference}\n    with:       {name}"


def _seen(reports: Reports) -> Ran:
    """What a call said, where it is captured; not what its fixtures did."""
    (call,) = (report for report in reports if report.when == "call")
    said = dict(call.sections)
    out, err, log = (said.get(f"Captured {what} call", "") for what in ("stdout", "stderr", "log"))
    lines = tuple(out.splitlines(keepends=True)), tuple((err + log).splitlines(keepends=True))
    return Ran(0, *lines, {}, call.duration)


def _failed(reports: Reports, wrong: Sequence[str]) -> Reports:
    for report in reports:
        if report.when == "call":
            report.outcome = "failed"
            head = "the test passes both ways, but\n\n"
            report.longrepr = head + "\n\n".join(wrong)
    return reports
