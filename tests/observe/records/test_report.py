"""The report that a program leaves when it ends, and the command that reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from pydron_ng.observe.records.figures import figures_of
from pydron_ng.observe.records.text import text_of
from tests.observe.records.synthetic import call, frame, record, tallies

PROGRAM = """
import multiprocessing, os, sys
from pydron_ng import configure, functional, schedule

@functional
def square(x):
    return x * x

@schedule
def squares(count):
    return [square(x) for x in range(count)]

def child():
    squares(3)

if __name__ == "__main__":
    with configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        print(sum(squares(20)))
    exec(os.environ.get("THEN", ""))
"""


def run(
    folder: Path, report: str, name: str = "program.py", **environment: str
) -> subprocess.CompletedProcess[str]:
    (folder / name).write_text(PROGRAM)
    return subprocess.run(
        [sys.executable, name],
        cwd=folder,
        env={**os.environ, "PYDRON_REPORT": report, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def told(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pydron_ng", "report", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_program_leaves_the_report_that_it_was_asked_for(tmp_path: Path) -> None:
    ended = run(tmp_path, "run.txt")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "2470\n", "")
    text = (tmp_path / "run.txt").read_text()
    assert "squares(): " in text
    assert "program.py:11  square" in text.replace("   ", "  ")
    assert sorted(os.listdir(tmp_path)) == ["program.py", "run.txt"]


@pytest.mark.parametrize(
    "name, beginning",
    [("run.html", "<!doctype html>"), ("run.trace.json", "{"), ("run.json", '{"began"')],
)
def test_the_end_of_its_name_says_what_it_is(tmp_path: Path, name: str, beginning: str) -> None:
    ended = run(tmp_path, name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / name).read_text().startswith(beginning)


def test_it_is_left_where_the_program_began_wherever_it_ends(tmp_path: Path) -> None:
    ended = run(tmp_path, "run.txt", THEN="os.chdir('/')")
    assert ended.returncode == 0
    assert (tmp_path / "run.txt").exists()


def test_a_link_leads_to_it(tmp_path: Path) -> None:
    (tmp_path / "run.txt").symlink_to("kept.txt")
    assert run(tmp_path, "run.txt").stderr == ""
    assert (tmp_path / "run.txt").is_symlink()
    assert "squares(): " in (tmp_path / "kept.txt").read_text()


@pytest.mark.parametrize("report", ["run.txt", "run.html", "run.json", "run.trace.json"])
def test_a_program_may_have_any_name(tmp_path: Path, report: str) -> None:
    name = os.fsdecode(b"\xff[bold]:smile:.py")
    ended = run(tmp_path, report, name)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "2470\n", "")
    assert r"\udcff[bold]:smile:.py".replace("\\", "") in (
        (tmp_path / report).read_text().replace("\\", "")
    )


def test_it_is_shown_by_a_terminal_of_few_characters(tmp_path: Path) -> None:
    run(tmp_path, "run.json")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = told(tmp_path, "run.json", **plain)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert r"\xb5s" in shown.stdout


def test_it_is_left_by_a_program_that_fails(tmp_path: Path) -> None:
    ended = run(tmp_path, "run.json", THEN="1 / 0")
    assert ended.returncode == 1
    assert (tmp_path / "run.json").exists()


@pytest.mark.parametrize(
    "then",
    [
        "process = multiprocessing.get_context('spawn').Process(target=child)\n"
        "process.start(); process.join()",
        "process = multiprocessing.get_context('fork').Process(target=child)\n"
        "process.start(); process.join()",
        "if os.fork() == 0: squares(3); sys.exit()\nos.wait()",
    ],
    ids=["spawn", "fork", "raw fork"],
)
def test_processes_that_the_program_starts_do_not_write_over_it(tmp_path: Path, then: str) -> None:
    ended = run(tmp_path, "run.txt", THEN=then)
    assert (ended.returncode, ended.stderr) == (0, "")
    last = (tmp_path / "run.txt").read_text().splitlines()[-1]
    assert last.split()[:3] == ["program.py:11", "square", "20"]


@pytest.mark.parametrize("name", ["run.pdf", "nowhere/run.txt"])
def test_a_report_that_cannot_be_written_is_told_at_once(tmp_path: Path, name: str) -> None:
    ended = run(tmp_path, name)
    assert ended.returncode == 1
    assert "RecordError" in ended.stderr
    assert "try: " in ended.stderr
    assert ended.stdout == ""


def test_the_results_of_the_program_are_there_even_if_the_report_cannot_be_written(
    tmp_path: Path,
) -> None:
    ended = run(tmp_path, "run.txt", THEN="os.mkdir('run.txt')")
    assert (ended.returncode, ended.stdout) == (0, "2470\n")
    assert "the report is not written" in ended.stderr


def test_the_command_shows_what_is_on_record(tmp_path: Path) -> None:
    run(tmp_path, "run.json")
    shown = told(tmp_path, "run.json", "--workers", "7", "--save", "run.txt")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "parallelism" in shown.stdout
    assert "with 7 workers: " in shown.stdout
    assert "parallelism" in (tmp_path / "run.txt").read_text()


def test_the_report_says_what_its_codes_mean() -> None:
    (tally,) = tallies([call(0)])
    made = {"first-call": 1, "not-issued": 3, "of-tomorrow": 1}
    run = record([call(0)], [frame(0, 0.0, 1.0)], tallies=(structs.replace(tally, made=made),))
    shown = text_of(run, figures_of(run))
    assert "not-issued: Running ahead had not come so far when the program came to" in shown
    assert "  try: see with `pydron explain` what the call waits for" in shown
    assert "first-call: " not in shown


@pytest.mark.parametrize("arguments", [("nothing.json",), ("program.py",)])
def test_the_command_says_what_is_wrong_with_a_file(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    shown = told(tmp_path, *arguments)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert shown.stderr.startswith(f"pydron report: {arguments[0]}: ")
