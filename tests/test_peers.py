"""The frame in which peers are measured: with peers of the standard library, and tiny sizes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import __main__ as command
from benchmarks.peers import environments, runs, tasks
from benchmarks.peers.adapters.plain import Plain
from benchmarks.peers.catalogue import OURS, PEERS, Entry
from benchmarks.peers.peer import Dataflow, Futures
from benchmarks.peers.records import Record, Records
from benchmarks.peers.runs import Runs
from benchmarks.peers.sizes import QUICK
from benchmarks.peers.table import cell
from benchmarks.peers.works import WORKS, Work
from benchmarks.peers.works.work import Setting, WrongError

POOL = next(entry for entry in PEERS if entry.name == "mp.Pool")
SETTING = Setting(QUICK, 2, 0.0)


def work(name: str) -> Work:
    return next(work for work in WORKS if work.name == name)


def made(tmp_path: Path) -> tuple[Runs, Records]:
    records = Records(tmp_path / "results.jsonl")
    return Runs(records, tmp_path / "environments", "quick", 2), records


class Mistaken(Futures):
    def submit(self, function: Any, *values: Any) -> Any:
        return function(*values)

    def result(self, handle: Any) -> Any:
        return handle + 1


class Later(Dataflow):
    """Its handles stand for values that are computed at the end."""

    def submit(self, function: Any, *values: Any) -> Any:
        return lambda: function(*[v() if callable(v) else v for v in values])

    def result(self, handle: Any) -> Any:
        return handle()


@pytest.mark.parametrize("name", ["noop", "trip", "chain", "tree", "same", "in", "many", "grain"])
def test_a_result_that_is_wrong_is_no_measurement(name: str) -> None:
    with pytest.raises(WrongError):
        work(name).run(Mistaken(), SETTING)


@pytest.mark.parametrize("name", ["noop", "chain", "tree", "same", "in", "grain", "first"])
def test_the_plain_program_does_each_work(name: str) -> None:
    assert work(name).run(Plain(), SETTING).value > 0


def test_handles_that_are_passed_on_need_not_have_values() -> None:
    assert Later().chain(tasks.increment, 0, 5) == 5
    assert Later().tree(tasks.add, range(8)) == 28


def test_one_command_measures_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--quick", "--only", "mp.Pool", "--work", "noop", "out", "--no-picture", "--markdown"]
    command.main([*given, "--results", str(tmp_path / "results.jsonl")])
    assert "1,024 leaves" not in (shown := capsys.readouterr().out)
    assert work("out").title in shown
    records = Records(tmp_path / "results.jsonl")
    for name in ("noop", "out"):
        [found] = records.of("mp.Pool", name, "quick")
        assert found.value, found.failure
        assert found.version == sys.version.split()[0]


def test_what_takes_too_long_is_a_cell_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_LOOK_SECONDS", 0.01)
    measuring, records = made(tmp_path)
    record = measuring.record(POOL, replace(work("noop"), limit_seconds=0.0))
    assert record.value is None
    assert record.failure.startswith("over 0 s")
    records.add(record)
    assert cell(records, POOL, work("noop"), "quick").startswith("over 0 s")


def test_a_peer_that_fails_is_a_cell_that_says_why(tmp_path: Path) -> None:
    measuring, records = made(tmp_path)
    broken = Entry("broken", "nowhere")
    records.add(measuring.record(broken, work("noop")))
    assert cell(records, broken, work("noop"), "quick") == "ModuleNotFoundError"


def test_an_environment_that_cannot_be_made_is_a_failure_of_the_peer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*command: str) -> None:
        raise OSError("no network")

    monkeypatch.setattr(environments, "run", offline)
    measuring, _ = made(tmp_path)
    record = measuring.record(Entry("absent", "joblib", ("joblib",)), work("noop"))
    assert record.failure == "no environment: no network"


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[Sequence[str]] = []

    def note(*command: str) -> None:
        commands.append(command)
        (tmp_path / "kept").mkdir(exist_ok=True)

    monkeypatch.setattr(environments, "run", note)
    entry = Entry("kept", "joblib", ("joblib",))
    pythons = [environments.interpreter(entry, tmp_path) for _ in range(2)]
    assert len(commands) == 2
    assert pythons == [tmp_path / "kept" / "bin" / "python"] * 2


def test_what_is_recorded_is_not_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring, records = made(tmp_path)
    measured: list[str] = []

    def measure(entry: Entry, work: Work) -> Record:
        measured.append(work.name)
        return Record(entry.name, work.name, "quick", 1.0)

    monkeypatch.setattr(measuring, "record", measure)
    works = [work("noop"), work("tree")]
    measuring.measure([POOL], works[:1], 1)
    measuring.measure([POOL], works, 1)
    measuring.measure([POOL], works, 2)
    assert measured == ["noop", "tree", "noop", "tree"]
    assert len(Records(tmp_path / "results.jsonl").of("mp.Pool", "noop", "quick")) == 2
    assert len(records.of("mp.Pool", "tree", "quick")) == 2


@pytest.mark.parametrize("name, best, ratio", [("noop", 1.0, "2x"), ("burn", 3.0, "0.67x")])
def test_the_best_one_counts_beside_ours(
    tmp_path: Path, name: str, best: float, ratio: str
) -> None:
    _, records = made(tmp_path)
    records.add(Record(OURS, name, "quick", best / 2 if name == "noop" else best * 2 / 3))
    for value in (3.0, 1.0, 2.0):
        records.add(Record("mp.Pool", name, "quick", value))
    assert cell(records, POOL, work(name), "quick") == f"{best:.3g} ({ratio})"
