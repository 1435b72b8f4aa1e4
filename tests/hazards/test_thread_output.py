"""What calls in threads say, while the program speaks itself or puts in another stream."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BEGINNING = """
import contextlib, io, sys, time, warnings
import pydron_ng
from pydron_ng import functional, schedule
pydron_ng.configure(workers=[{"type": "threads", "cores": 4}], inline=False)
"""

PRINTING = """
@functional
def f(x):
    time.sleep(.0003)
    return x
@schedule
def program(xs):
    out = []
    for x in xs:
        out.append(f(x))
        print(*range(200))
    return out
for _ in range(12):
    assert program(range(200)) == list(range(200))
print("survived", file=sys.stderr)
"""

WARNING = """
@functional
def f(x):
    time.sleep(.01)
    print("out", x)
    warnings.warn(f"w{x % 2}")
    return x
def show(message, category, filename, lineno, file=None, line=None):
    print("W", message)
warnings.showwarning = show
def plain():
    with contextlib.redirect_stdout(io.StringIO()) as said:
        found = [f(k) for k in range(4)]
    return found, said.getvalue()
def recording():
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        found = [f(k) for k in range(4)]
        return found, [str(each.message) for each in shown]
for function in plain, recording:
    scheduled = schedule(function)
    for _ in range(2):
        globals().pop("__warningregistry__", None)
        expected = function()
        globals().pop("__warningregistry__", None)
        assert scheduled() == expected, expected
"""

MODULES = """
import threading
@functional
def holding(x):
    if x < 0:
        warnings.warn("never")
    return sys.maxsize + x, threading.current_thread() is not threading.main_thread()
@functional
def given(module, x):
    return module.maxsize + x, threading.current_thread() is not threading.main_thread()
@schedule
def program():
    return [holding(k) for k in range(4)] + [given(sys, k) for k in range(4)]
for _ in range(2):
    assert program() == [(sys.maxsize + k, True) for k in [0, 1, 2, 3] * 2], program()
"""


def ran(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    script = folder / "survey.py"
    script.write_text(BEGINNING + program)
    return subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("attempt", range(3))
def test_printing_while_calls_begin_and_end_in_threads_does_not_crash(
    attempt: int, tmp_path: Path
) -> None:
    ended = ran(PRINTING, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "survived\n"), attempt
    assert ended.stdout == (" ".join(map(str, range(200))) + "\n") * 200 * 12


def test_warnings_and_prints_of_calls_in_threads_keep_their_places(tmp_path: Path) -> None:
    ended = ran(WARNING, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_functions_that_hold_or_are_given_sys_still_run_in_threads(tmp_path: Path) -> None:
    ended = ran(MODULES, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
