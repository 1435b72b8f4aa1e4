"""Scripts without a main guard, ``python -c``, stdin, and pydron switched off."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.scripts import DISPATCHED, run, same_both_ways, write

PROGRAM = """\
import os, threading
from pydron_ng import functional, schedule

@functional
def where(n):
    return os.getpid()

@functional
def f(n):
    return n * 2

@schedule
def run(values):
    results = []
    for value in values:
        results.append(f(value))
        print("took", value)
    return results

@schedule
def elsewhere(values):
    return [where(value) for value in values]

print(run([1, 2, 3]))
"""
EXPECTED = "took 1\ntook 2\ntook 3\n[2, 4, 6]\n"
WHERE = "print(os.getpid() in elsewhere(range(4)), threading.active_count() > 1)\n"


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    assert same_both_ways(tmp_path, PROGRAM).out == EXPECTED


def test_a_script_computes_in_other_processes(tmp_path: Path) -> None:
    ended = run(tmp_path, str(write(tmp_path, PROGRAM + WHERE)))
    assert (ended.out, ended.err) == (EXPECTED + "False True\n", "")


def test_a_script_runs_where_comparing_bytes_with_text_is_an_error(tmp_path: Path) -> None:
    ended = run(tmp_path, "-bb", str(write(tmp_path, PROGRAM + WHERE)))
    assert (ended.out, ended.err) == (EXPECTED + "False True\n", "")


def test_a_module_run_by_name_is_a_script_as_well(tmp_path: Path) -> None:
    write(tmp_path, PROGRAM + WHERE, "program.py")
    assert run(tmp_path, "-m", "program").out == EXPECTED + "False True\n"


def test_switched_off_nothing_is_started(tmp_path: Path) -> None:
    ended = run(tmp_path, str(write(tmp_path, PROGRAM + WHERE)), configuration=None)
    assert (ended.out, ended.err) == (EXPECTED + "True False\n", "")


def test_a_program_on_the_command_line_gives_its_result_and_says_why_it_is_sequential(
    tmp_path: Path,
) -> None:
    ended = run(tmp_path, "-c", PROGRAM)
    assert (ended.status, ended.out) == (0, EXPECTED)
    _says_once_that_there_is_no_source(ended.err)


def test_a_program_from_stdin_gives_its_result_and_says_why_it_is_sequential(
    tmp_path: Path,
) -> None:
    ended = run(tmp_path, "-", stdin=PROGRAM)
    assert (ended.status, ended.out) == (0, EXPECTED)
    _says_once_that_there_is_no_source(ended.err)


def test_a_module_beside_the_script_is_imported_by_the_workers(tmp_path: Path) -> None:
    write(tmp_path, "FACTOR = 3\n\ndef grow(n):\n    return n * FACTOR\n", "beside.py")
    source = PROGRAM.replace("import os", "import beside, os").replace(
        "return n * 2", "return beside.grow(n)"
    )
    assert same_both_ways(tmp_path, source).out.endswith("[3, 6, 9]\n")


def test_the_workers_follow_the_program_to_another_directory(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "here.txt").write_text("sub")
    (tmp_path / "here.txt").write_text("top")
    ended = same_both_ways(
        tmp_path,
        """
        import os
        from pydron_ng import functional, schedule

        @functional
        def read(n):
            with open("here.txt") as file:
                return n, file.read(), os.environ.get("STAGE")

        @schedule
        def run(values):
            results = [read(value) for value in values]
            os.chdir("sub")
            os.environ["STAGE"] = "two"
            return results + [read(value) for value in values]

        print(run([1, 2]))
        """,
    )
    assert "(2, 'sub', 'two')" in ended.out


def test_an_uncaught_exception_ends_the_script_with_its_own_traceback(tmp_path: Path) -> None:
    source = PROGRAM.replace("return n * 2", "return 6 // (n - 2)")
    script = str(write(tmp_path, source))
    ended, plain = run(tmp_path, script), run(tmp_path, script, configuration=None)
    assert (ended.status, ended.out) == (plain.status, plain.out)
    assert ended.err.count("Traceback") == 1
    assert _lines_of(ended.err, script) == _lines_of(plain.err, script)
    assert ended.err.splitlines()[-1] == plain.err.splitlines()[-1]


def test_threads_are_used_where_the_configuration_says_so(tmp_path: Path) -> None:
    threads = {**DISPATCHED, "workers": [{"type": "threads", "cores": 2}]}
    ended = run(tmp_path, str(write(tmp_path, PROGRAM)), configuration=threads)
    assert (ended.out, ended.err) == (EXPECTED, "")


def _lines_of(traceback: str, script: str) -> list[str]:
    return [line for line in traceback.splitlines() if script in line]


def _says_once_that_there_is_no_source(err: str) -> None:
    """Newer Pythons keep the text of such programs, and then there is nothing to say."""
    assert "Traceback" not in err
    if sys.version_info < (3, 13):
        assert err.count("source") == 1, err
