"""A whole script run again and again: what it said and wrote, and what differs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from pydron_ng.testing.scripts import Mode, Program, Ran, Verdict, judge
from pydron_ng.testing.scripts.feeding import Input
from pydron_ng.testing.scripts.folders import Content
from tests.scripts import has_ended

PLAIN = Ran(0, ("a\n", "b\n", "c\n"), (), {}, 1.0)


def out(*lines: str) -> Ran:
    return replace(PLAIN, out=tuple(f"{line}\n" for line in lines))


def files(**contents: bytes | None) -> Ran:
    made = {name: data and Content(str(hash(data)), data) for name, data in contents.items()}
    return replace(PLAIN, files={name: content or None for name, content in made.items()})


def places(verdict: Verdict) -> list[str]:
    return [f"{one.observation} {one.path}" for one in verdict.differences]


def test_a_run_is_like_itself_however_long_it_took() -> None:
    assert judge(PLAIN, replace(PLAIN, seconds=9.0)) == Verdict((), ())


@pytest.mark.parametrize(
    "other, expected",
    [
        (replace(PLAIN, status=1), ["exit status"]),
        (replace(PLAIN, status=-9), ["exit status"]),
        (replace(PLAIN, status=None), ["exit status"]),
        (replace(PLAIN, err=("warning\n",)), ["stderr line 1"]),
        (out("a", "x", "c"), ["stdout line 2"]),
        (out("a", "x", "y"), ["stdout line 2", "stdout line 3"]),
        (out("a", "c"), ["stdout line 2"]),
        (out("a", "b", "c", "d"), ["stdout line 4"]),
        (out("b", "c", "a"), ["stdout line 1", "stdout line 4"]),
        (files(log=b"x"), ["file log"]),
        (files(log=None), ["file log"]),
    ],
)
def test_every_difference_is_told_with_its_place(other: Ran, expected: list[str]) -> None:
    assert places(judge(PLAIN, other)) == expected


def test_files_are_compared_by_what_is_in_them_and_the_line_is_shown() -> None:
    (one,) = judge(files(log=b"a\nb\n"), files(log=b"a\nc\n")).differences
    assert (one.sequential, one.scheduled) == ("line 2: 'b\\n'", "line 2: 'c\\n'")
    assert judge(files(log=b"a"), files(log=b"a")).differences == ()


def test_lines_that_differ_between_two_sequential_runs_are_no_difference() -> None:
    verdict = judge(out("a", "1 s", "c"), out("a", "2 s", "x"), again=out("a", "3 s", "c"))
    assert places(verdict) == ["stdout line 3"]
    assert [one.path for one in verdict.unrepeatable] == ["line 2"]


def test_a_line_more_is_not_excused_by_one_that_differs() -> None:
    verdict = judge(out("a", "1 s"), out("a", "2 s", "more"), again=out("a", "3 s"))
    assert places(verdict) == ["stdout line 2"]


def test_outputs_of_many_lines_are_one_difference() -> None:
    one, other = ([f"{k} {i}" for i in range(50_000)] for k in "ab")
    (difference,) = judge(out("x", *one, "y"), out("x", *other, "y")).differences
    assert difference.path == "line 2"
    assert difference.sequential.endswith("... 49995 more")


def program(folder: Path, text: str, **options: bool | float) -> Program:
    (folder / "script.py").write_text(text)
    return Program(["script.py", "an argument"], folder, **options)  # type: ignore[arg-type]


def test_a_run_has_the_outputs_the_status_and_the_files_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    (tmp_path / "gone").write_text("x")
    (tmp_path / "same").write_text("x")
    text = (
        "import os, sys; print(sys.argv[1:]); print('no', file=sys.stderr); os.remove('gone');"
        "open('old', 'a').write('y'); os.makedirs('a/b'); open('a/b/new', 'w').close(); sys.exit(3)"
    )
    with program(tmp_path, text) as one:
        ran = one.run(Mode.SEQUENTIAL)
    assert (ran.status, ran.out, ran.err) == (3, ("['an argument']\n",), ("no\n",))
    assert ran.files is not None
    assert {name: c and c.data for name, c in ran.files.items()} == {
        "old": b"xy",
        "gone": None,
        "a/b/new": b"",
    }


def test_a_script_in_scratch_begins_each_run_with_what_is_here_and_leaves_it_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "log").write_text("x")
    text = (
        "import os; open('log', 'a').write('y'); print(open('log').read(), os.getcwd(), __file__)"
    )
    with program(tmp_path, text, in_scratch=True) as one:
        first, second = one.run(Mode.SEQUENTIAL), one.run(Mode.SCHEDULED)
        (line,) = first.out
        assert line.startswith("xy ")
        assert one.original(line.split()[2]) == str(tmp_path / "script.py")
        assert one.original(os.__file__) == os.__file__
    assert judge(first, second) == Verdict((), ())
    assert (tmp_path / "log").read_text() == "x"
    assert not Path(line.split()[1]).exists()


def test_scripts_named_by_another_path_are_found_from_scratch(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "script.py").write_text("import os; print(os.path.abspath(__file__))")
    found = []
    for script in ("script.py", str(inside / "script.py"), "../outside/script.py"):
        with Program([script], inside, in_scratch=True) as one:
            (line,) = one.run(Mode.SEQUENTIAL).out
            found.append(one.original(line.strip()))
    assert found == [str(f / "script.py") for f in (inside, inside, outside)]


def test_modes_are_said_to_the_script_by_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDRON", "off")
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    text = (
        "import os; print(os.environ.get('PYDRON'), os.environ.get('PYDRON_CHECK'), "
        "os.environ.get('PYTHONHASHSEED'))"
    )
    with program(tmp_path, text) as one:
        said = [one.run(mode).out[0].split() for mode in Mode]
    assert said == [["off", "None", "0"], ["None", "None", "0"], ["None", "1", "None"]]


def test_a_run_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    text = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()'],"
        " stdin=subprocess.PIPE); print(p.pid, flush=True)\nwhile True: pass"
    )
    with program(tmp_path, text, seconds=5.0) as one:
        ran = one.run(Mode.SEQUENTIAL)
    assert ran.status is None
    assert has_ended(int(ran.out[0]))


READ_ALL = "import sys; print(sys.stdin.read())"
READ_ONE = "print(input())"
READ_NONE = "print('no')"


@pytest.mark.parametrize(
    "script, sent, expected",
    [
        (READ_ALL, b"a\nb", b"a\nb\n"),
        (READ_ONE, b"a\nb\n", b"a\n"),
        (READ_ONE, b"a\n" + b"x" * (1 << 20), b"a\n"),
        (READ_NONE, b"x" * (1 << 20), b"no\n"),
        (READ_ALL, b"x" * (1 << 20), b"x" * (1 << 20) + b"\n"),
    ],
)
def test_what_comes_by_standard_input_comes_to_each_run(
    tmp_path: Path, script: str, sent: bytes, expected: bytes
) -> None:
    (tmp_path / "sent").write_bytes(sent)
    with (tmp_path / "sent").open("rb") as source:
        given = Input(source.fileno(), tmp_path / "kept")
        assert list(outputs(given, script, 3)) == [expected] * 3


def test_a_run_ends_although_nothing_more_comes_by_standard_input(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, b"a\n")
    assert list(outputs(Input(read, tmp_path / "kept"), READ_ONE, 2)) == [b"a\n"] * 2
    os.close(read)
    os.close(write)


def outputs(given: Input, script: str, runs: int) -> Iterable[bytes]:
    for _ in range(runs):
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with given.feeding(process.stdin):
            yield process.stdout.read()
            process.wait()
        process.stdout.close()
