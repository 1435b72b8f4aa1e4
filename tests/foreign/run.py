"""One run of a suite: as it is, with all calls checked, or with all functions decorated."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import functional, on_event, schedule
from pydron_ng.events import Event, Taken

from .hook import Hook
from .recorder import Recorder, name_of


def run(mode: str, module: str, marks: str, result: str, arguments: list[str]) -> int:
    """The exit status of pytest. What the run came to is written to the file `result`."""
    outcomes, figures = Outcomes(), _hooked(mode, module, marks)
    status = pytest.main(arguments, plugins=[outcomes])
    found = {**figures(), "outcomes": outcomes.seen}
    Path(result).write_text(json.dumps(found), encoding="utf-8")
    return status


def _hooked(mode: str, module: str, marks: str) -> Callable[[], dict[str, Any]]:
    """What to ask afterwards for the figures of the run; the import hook is in place."""
    match mode:
        case "check":
            recorder = Recorder()
            Hook(module, recorder.decorate)
            return lambda: {"functional": recorder.functional()}
        case "scheduled":
            decorator = Decorator(frozenset(json.loads(Path(marks).read_text(encoding="utf-8"))))
            Hook(module, decorator.decorate)
            return decorator.figures
        case _:
            return dict


class Outcomes:
    """A plugin of pytest's that keeps how each test ended."""

    def __init__(self) -> None:
        self.seen: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.seen.get(report.nodeid)
        if report.when == "call" or report.outcome != "passed" or before is None:
            crash = getattr(report.longrepr, "reprcrash", None)
            said = "" if crash is None else f": {crash.message.splitlines()[0]}"
            self.seen[report.nodeid] = report.outcome + said

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.seen[report.nodeid] = f"not collected: {report.longreprtext[-300:]}"


class Decorator:
    """Schedules all functions, and marks some as functional."""

    def __init__(self, marked: frozenset[str]) -> None:
        self._marked = marked
        self._functions = 0
        self._functional = 0
        self._taken = 0
        self._refusals = _Refusals()
        log = logging.getLogger("pydron_ng")
        log.addHandler(self._refusals)
        log.setLevel(logging.INFO)
        log.propagate = False
        self._listening = on_event(self._heard)

    def decorate(self, function: Any) -> Any:
        """The function, scheduled."""
        self._functions += 1
        if name_of(function) in self._marked:
            self._functional += 1
            function = functional(function)
        return schedule(function)

    def _heard(self, event: Event) -> None:
        if isinstance(event, Taken):
            self._taken += 1

    def figures(self) -> dict[str, Any]:
        """How many functions were decorated and what became of them."""
        return {
            "functions": self._functions,
            "functional": self._functional,
            "refused": dict(self._refusals.reasons),
            "taken": self._taken,
        }


class _Refusals(logging.Handler):
    """Why functions run undecorated."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        self.reasons[said.partition(": ")[2] or said] += 1
