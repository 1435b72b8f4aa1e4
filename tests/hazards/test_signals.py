"""Exceptions that come from outside, at any moment."""

from __future__ import annotations

from pathlib import Path

from tests.scripts import run, same_both_ways, write

COMMON = """
import signal, sys, threading, time
from pydron_ng import functional, schedule

@functional
def f(n):
    value = 1
    for index in range(20_000):
        value = (value * 31 + index + n) % 1_000_003
    return value

@functional
def long(n):
    time.sleep(30)
    return n

@schedule
def run(values):
    return [f(value) for value in values]

"""


def test_alarms_that_raise_never_break_what_comes_next(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
class Alarm(Exception):
    pass

def ring(*_):
    raise Alarm

def tell(event):  # Python itself can do no more with one that rings in a weak reference's callback
    event.exc_type is Alarm or sys.__unraisablehook__(event)

sys.unraisablehook = tell
expected = run.__wrapped__(range(20))
signal.signal(signal.SIGALRM, ring)
for attempt in range(40):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0005 + attempt * 0.0007)
        found = run(range(20))
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert found == expected, found
    except Alarm:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGALRM, signal.SIG_IGN)
assert run(range(20)) == expected
print("fine")
""",
    )
    ended = run(tmp_path, str(script))
    assert (ended.status, ended.out, ended.err) == (0, "fine\n", "")


def test_a_keyboard_interrupt_that_is_caught_leaves_everything_usable(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
import _thread

expected = run.__wrapped__(range(10))
caught = 0
for attempt in range(10):
    timer = threading.Timer(0.002 * attempt, _thread.interrupt_main)
    try:
        timer.start()
        try:
            found = run(range(10))
            assert found == expected, found
        finally:
            timer.join()
        time.sleep(0)
    except KeyboardInterrupt:
        caught += 1
        continue
assert run(range(10)) == expected
print("fine")
""",
    )
    ended = run(tmp_path, str(script))
    assert (ended.status, ended.out, ended.err) == (0, "fine\n", "")


def test_what_interrupts_the_beginning_of_a_call_shows_no_frame_of_ours(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
import os, pydron_ng, traceback

class Alarm(Exception):
    pass

def ring(*_):
    raise Alarm

signal.signal(signal.SIGALRM, ring)
for attempt in range(12):
    pydron_ng.configure(workers=[{"type": "multicore", "cores": 1}])
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001 + attempt * 0.01)
        run(range(20))
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Alarm as alarm:
        files = {frame.filename for frame in traceback.extract_tb(alarm.__traceback__)}
        assert files == {__file__}, files
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
print("fine")
""",
    )
    ended = run(tmp_path, str(script))
    assert (ended.status, ended.out, ended.err) == (0, "fine\n", "")


def test_a_signal_handler_may_call_a_scheduled_function(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        COMMON
        + """
seen = []
expected = run.__wrapped__(range(5))

def ring(*_):
    seen.append(run(range(5)))

signal.signal(signal.SIGALRM, ring)
for attempt in range(10):
    signal.setitimer(signal.ITIMER_REAL, 0.0005 + attempt * 0.0007)
    while len(seen) == attempt:
        assert run(range(5)) == expected
assert all(found == expected for found in seen)
print("fine")
""",
    )
    ended = run(tmp_path, str(script))
    assert (ended.status, ended.out, ended.err) == (0, "fine\n", "")


def test_a_finalizer_may_call_a_scheduled_function(tmp_path: Path) -> None:
    source = (
        COMMON
        + """
class Last:
    def __del__(self):
        print("finalizer", run(range(3)))

@schedule
def outer(values):
    results = []
    for value in values:
        last = Last()
        results.append(f(value))
        del last
        results.append(f(value + 1))
    return results

print(outer([1, 2]))
last = Last()
"""
    )
    assert "finalizer" in same_both_ways(tmp_path, source).out
