"""Ctrl-C: one KeyboardInterrupt, at the user's line, and life goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts import DISPATCHED, TIMEOUT_SECONDS, Ended, environment, write

PROGRAM = """\
import time, traceback
from pydron_ng import functional, schedule

@functional
def long(n):
    with open("started", "w") as started:
        started.write("x")
    time.sleep(30)
    return n

@functional
def f(n):
    return n * 2

@schedule
def run(values):
    print("before", flush=True)
    result = long(values[0])  # here it waits
    print("never")
    return result

@schedule
def again(values):
    return [f(value) for value in values]

print(again([1, 2]), flush=True)
"""
CAUGHT = """\
try:
    run([1, 2])
except KeyboardInterrupt:
    traceback.print_exc()
print(again([3, 4]))
"""
THREADS = {"workers": [{"type": "threads", "cores": 2}], "inline": False}


def interrupted(folder: Path, source: str, configuration: dict[str, object]) -> Ended:
    """What the program leaves behind when Ctrl-C comes while it waits for a call."""
    os.mkfifo(folder / "started")
    process = subprocess.Popen(
        [sys.executable, str(write(folder, source))],
        cwd=folder,
        env=environment(folder, configuration),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    (folder / "started").read_text()
    assert process.stdout is not None
    said = [process.stdout.readline(), process.stdout.readline()]  # run-ahead may be ahead of that
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    return Ended(process.returncode, "".join(said) + out, err)


@pytest.mark.parametrize("configuration", [DISPATCHED, THREADS], ids=["multicore", "threads"])
def test_ctrl_c_is_one_traceback_at_the_users_line_and_the_next_call_works(
    tmp_path: Path, configuration: dict[str, object]
) -> None:
    ended = interrupted(tmp_path, PROGRAM + CAUGHT, configuration)
    assert (ended.status, ended.out) == (0, "[2, 4]\nbefore\n[6, 8]\n")
    assert ended.err.count("Traceback") == 1
    assert ended.err.count("KeyboardInterrupt") == 1
    assert "# here it waits" in ended.err


@pytest.mark.parametrize("configuration", [DISPATCHED, THREADS], ids=["multicore", "threads"])
def test_ctrl_c_that_nobody_catches_ends_the_program_at_once(
    tmp_path: Path, configuration: dict[str, object]
) -> None:
    ended = interrupted(tmp_path, PROGRAM + "run([1, 2])\n", configuration)
    assert (ended.status, ended.out) == (-signal.SIGINT, "[2, 4]\nbefore\n")
    assert ended.err.count("Traceback") == 1
    assert ended.err.splitlines()[-1] == "KeyboardInterrupt"
