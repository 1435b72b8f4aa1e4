"""What a run on record adds to an explanation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydron_ng
from pydron_ng.cli.definitions import definitions_of
from pydron_ng.runtime.process import runs
from tests.observe import programs

PROGRAM = """
from pydron_ng import configure, functional, schedule

@functional
def fit(x):
    return x * x

class Log:
    def note(self, x):
        return x

@schedule
def survey(count, log):
    found = []
    for x in range(count):
        noted = log.note(x)
        found.append(fit(noted))
    return found

if __name__ == "__main__":
    with configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        survey(20, Log())
"""


@pytest.fixture(autouse=True)
def _no_run() -> Iterator[None]:
    runs.clear()
    yield
    runs.clear()


def test_without_a_run_nothing_is_said_of_one() -> None:
    told = pydron_ng.explain(programs.chain)
    assert told.measured is None
    assert "on record" not in str(told)


def test_the_last_run_of_the_process_is_told() -> None:
    with (
        pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False),
        pydron_ng.record(),
    ):
        programs.loop(list(range(9)))
    told = pydron_ng.explain(programs.loop)
    assert told.measured is not None
    tally = told.measured.tallies[0]
    assert tally.calls == 9
    assert "18 of 18 sent" in told.margin()[tally.line]
    assert "on record, " in str(told)
    assert "18 of 18 sent" in told._repr_html_()


def test_a_run_of_another_function_says_nothing() -> None:
    with (
        pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False),
        pydron_ng.record(),
    ):
        programs.loop(list(range(9)))
    assert pydron_ng.explain(programs.chain).measured is None


def recorded(folder: Path) -> Path:
    (folder / "survey.py").write_text(PROGRAM)
    environment = {**os.environ, "PYDRON_REPORT": "run.json"}
    subprocess.run([sys.executable, "survey.py"], cwd=folder, env=environment, check=True)
    return folder / "run.json"


def explained(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pydron_ng", "explain", "survey.py", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_command_reads_a_run_that_was_kept(tmp_path: Path) -> None:
    recorded(tmp_path)
    shown = explained(tmp_path, "--run", "run.json", "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    (function,) = json.loads(shown.stdout)["functions"]
    (calls,) = function["measured"]["calls"]
    assert (calls["function"], calls["sent"]) == ("fit", 20)


def test_what_mending_a_line_would_bring_is_said_with_it(tmp_path: Path) -> None:
    """All time is made to be in the calls, so that the forecast is not a matter of luck."""
    from msgspec import structs

    from pydron_ng.observe.explain import explanation_of
    from pydron_ng.observe.records.record import Record, read
    from pydron_ng.observe.records.recording import Run

    record = read(recorded(tmp_path))
    calls = [
        structs.replace(c, issued=float(n), settled=n + 1.0, taken=n + 1.0, seconds=1.0, waited=1.0)
        for n, c in enumerate(record.calls)
    ]
    frame = structs.replace(record.frames[0], entered=0.0, left=float(len(calls)))
    slow: Record = structs.replace(record, calls=tuple(calls), frames=(frame,))
    survey = definitions_of(tmp_path / "survey.py").functions()["survey"]
    measured = explanation_of(survey, Run(slow)).measured
    assert measured is not None
    (gain,) = measured.gains
    assert (gain.code, gain.line) == ("unknown-call", 16)
    assert gain.seconds == pytest.approx(10.0, rel=0.1)


@pytest.mark.parametrize("name", ["nothing.json", "survey.py"])
def test_a_file_that_is_no_record_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "survey.py").write_text(PROGRAM)
    shown = explained(tmp_path, "--run", name)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith(f"pydron explain: {name}: ")
