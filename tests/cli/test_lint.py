"""``pydron lint``: a screen with lines and marks, JSON, and exit statuses for hooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pydron_ng.cli import main
from tests.scripts import run

BROKEN = """\
from pydron_ng import functional

@functional
def fit(rows):
    rows.append(1)
    return rows
"""
FINE = BROKEN.replace("    rows.append(1)\n", "")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.py").write_text(BROKEN)
    Path("fine.py").write_text(FINE)


def lint(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lint", *arguments])


def test_a_line_is_shown_with_marks_and_why_and_what_to_do() -> None:
    done = lint("broken.py")
    assert done.exit_code == 1
    assert (
        done.stdout
        == """\
broken.py:5:5: fit(): .append() changes its argument rows [changed-argument]
     5 | rows.append(1)
         ^^^^^^^^^^^^^^
  why: the caller's object changes with it, but a worker only has a copy
  try: work on a copy, and return what is new

1 line in 1 of 1 functional function in 1 file; see pydron_ng's docs/checking.md
"""
    )


def test_nothing_wrong_is_said_and_exits_with_nought() -> None:
    done = lint("fine.py")
    assert (done.exit_code, done.stdout) == (
        0,
        "1 functional function in 1 file: nothing that breaks the contract\n",
    )


def test_quiet_says_nothing_where_nothing_is_wrong() -> None:
    assert lint("-q", "fine.py").output == ""
    assert "changed-argument" in lint("-q", "broken.py").stdout


def test_a_directory_is_all_python_files_in_it_but_not_those_of_others() -> None:
    for folder in ("package/inner", ".hidden", "node_modules", "venv"):
        Path(folder).mkdir(parents=True)
        Path(folder, "broken.py").write_text(BROKEN)
    found = json.loads(lint("--json", ".").stdout)
    assert [Path(f["file"]) for f in found["findings"]] == [
        Path("broken.py"),
        Path("package/inner/broken.py"),
    ]


def test_json_has_the_place_the_code_and_the_way_out() -> None:
    done = lint("--json", "broken.py", "fine.py")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (told["version"], told["ok"], told["failures"]) == (1, False, [])
    assert [one["function"] for one in told["functional"]] == ["fit", "fit"]
    (one,) = told["findings"]
    assert (one["file"], one["line"], one["column"], one["end_column"]) == ("broken.py", 5, 5, 19)
    assert (one["code"], one["function"]) == ("changed-argument", "fit")
    assert one["way_out"] == "work on a copy, and return what is new"


def test_a_file_without_functional_functions_is_fine_and_says_how_to_begin() -> None:
    Path("plain.py").write_text("x = 1\n")
    done = lint("plain.py")
    assert done.exit_code == 0
    assert "no function in 1 file is decorated with @functional" in done.stdout
    assert "try: put @functional on" in done.stdout


@pytest.mark.parametrize(
    "text, said",
    [
        (b"def f(:\n", "bad.py:1: invalid syntax\n     1 | def f(:"),
        (b"\xff = 1\n", "bad.py"),
        (None, "bad.py: no such file or directory\n  try: name a Python file"),
    ],
)
def test_what_cannot_be_read_is_bad_usage_and_the_rest_is_looked_at(
    text: bytes | None, said: str
) -> None:
    if text is not None:
        Path("bad.py").write_bytes(text)
    done = lint("bad.py", "broken.py")
    assert done.exit_code == 2
    assert f"pydron lint: {said}" in done.stderr
    assert "Traceback" not in done.output
    assert "[changed-argument]" in done.stdout


def test_a_directory_without_python_and_no_file_at_all_are_bad_usage() -> None:
    Path("empty").mkdir()
    assert "there is no Python file in this directory" in lint("empty").stderr
    assert lint("empty").exit_code == lint().exit_code == 2


def test_nothing_of_a_file_is_run(tmp_path: Path) -> None:
    Path("broken.py").write_text(BROKEN + "\nopen('was_run', 'w')\nimport no_such_module\n")
    done = run(tmp_path, "-m", "pydron_ng", "lint", "broken.py")
    assert (done.status, done.err) == (1, "")
    assert not Path("was_run").exists()


def test_what_is_read_of_a_file_imports_neither_the_scheduler_nor_a_graph(tmp_path: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from pydron_ng.cli import main;"
        "CliRunner().invoke(main, ['lint', 'broken.py']);"
        "print(sys.modules.keys() & {'networkx', 'paramiko', 'libcloud', 'numpy'})"
    )
    assert run(tmp_path, "-c", code).out == "set()\n"
