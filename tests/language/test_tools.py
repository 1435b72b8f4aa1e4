"""Debuggers, coverage, doctest: tools that follow a program line by line see the user's lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scripts import DISPATCHED, run, write

PROGRAM = """\
from pydron_ng import functional, schedule

@functional
def f(x):
    y = x + 1
    return y

@schedule
def program(values):
    '''Adds one to each.

    >>> program([1, 2])
    [2, 3]
    '''
    kept = []
    for value in values:
        got = f(value)
        try:
            with open("/dev/null") as file:
                kept.append(got)
        finally:
            value = None
    return kept

if __name__ == "__main__":
    print(program([1, 2, 3]))
"""
#: What is typed at the debugger's prompt.
TYPED = """\
break 16
break 5
continue
p value, kept
next
next
continue
up
p value
down
return
clear
y
next
args
where
continue
quit
"""


def debugged(folder: Path, *, scheduled: bool) -> str:
    script = str(write(folder, PROGRAM))
    configuration = DISPATCHED | {"inline": "auto"} if scheduled else None
    ended = run(folder, "-m", "pdb", script, configuration=configuration, stdin=TYPED)
    return re.sub(r"0x[0-9a-f]+", "0x", ended.out)


def test_breakpoints_stop_at_their_lines_and_steps_go_from_line_to_line(tmp_path: Path) -> None:
    seen = debugged(tmp_path, scheduled=True)
    assert seen == debugged(tmp_path, scheduled=False)
    assert "got = f(value)" in seen
    assert "y = x + 1" in seen


COVERED = """
import sys
sys.path.insert(0, ".")
lines = set()
def trace(frame, event, argument):
    if frame.f_code.co_filename.endswith("script.py"):
        lines.add((frame.f_code.co_name, frame.f_lineno))
        return trace
import script
sys.settrace(trace)
script.program([1, 2, 3])
sys.settrace(None)
print(sorted(line for line in lines if line[0] == "program"))
"""


def test_line_tracers_see_the_lines_that_they_saw_before(tmp_path: Path) -> None:
    write(tmp_path, PROGRAM)
    watcher = str(write(tmp_path, COVERED, "watch.py"))
    sequential = run(tmp_path, watcher, configuration=None)
    assert run(tmp_path, watcher) == sequential
    assert sequential.status == 0


@pytest.mark.parametrize("configuration", [None, DISPATCHED], ids=["plain", "scheduled"])
def test_doctest_finds_and_runs_examples(
    tmp_path: Path, configuration: dict[str, object] | None
) -> None:
    script = str(write(tmp_path, PROGRAM))
    ended = run(tmp_path, "-m", "doctest", "-v", script, configuration=configuration)
    assert ended.status == 0, ended.out
    assert "1 passed and 0 failed" in ended.out.replace("1 passed.", "1 passed and 0 failed")
