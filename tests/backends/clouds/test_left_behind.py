"""No instance is left behind, wherever whatever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from click.testing import CliRunner

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.cli.cloud import cloud
from tests.backends.clouds.ec2 import Ec2, helpers_of
from tests.backends.rig import Rig, is_alive, wait_until

#: In minutes; an instance that nobody uses ends itself.
SHORT = 1 / 60
LONG = 60.0

PROGRAM = """
import sys
from tests.backends.rig import Rig
rig = Rig("cloud", 1, **{0!r})
rig.backend.start(1, rig, rig.loop)
print("started", flush=True)
rig.until(lambda: rig.alive)
assert rig.call(b"echo", b"here") == (b"here",)
print("working", flush=True)
sys.stdin.readline()
rig.close()
"""


class Program:
    """Another program that has work for an instance."""

    def __init__(self, ec2: Ec2, **more: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format({**ec2.keys, **more})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.hears("started")

    def hears(self, word: str) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{word}\n"

    def goes_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    @property
    def helpers(self) -> set[int]:
        return helpers_of(self._process.pid)

    def dies(self) -> None:
        """Of SIGKILL, alone."""
        self._process.kill()
        self.is_over()

    def dies_with_all(self) -> None:
        """As if the machine lost power: nobody is left to end anything."""
        helpers = self.helpers
        assert helpers
        for pid in helpers:
            os.kill(pid, signal.SIGSTOP)  # none of them notices that another one is gone
        self._process.kill()
        for pid in helpers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.is_over()
        wait_until(lambda: not self.helpers)

    def is_over(self) -> int:
        status = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        return status


def reap(ec2: Ec2, *words: str) -> str:
    """From another machine that has the credentials."""
    conf = ec2.conf("reap.conf", **ec2.keys)
    done = CliRunner().invoke(cloud, ["reap", "--config", str(conf), *words])
    assert done.exit_code == 0, done.output
    return done.output


# Each takes a program to where it is to die.


def before_creation(ec2: Ec2, lease: float) -> Program:
    reached = ec2.hold("DescribeImages")
    program = Program(ec2, lease_minutes=lease)
    reached.wait()
    return program


def between_creation_and_answer(ec2: Ec2, lease: float) -> Program:
    reached = ec2.hold("RunInstances")
    program = Program(ec2, lease_minutes=lease, start_seconds=60 * lease)
    reached.wait()
    assert len(ec2.alive) == 1
    return program


def while_it_boots(ec2: Ec2, lease: float) -> Program:
    ec2.unreachable = {"0"}
    program = Program(ec2, lease_minutes=lease, start_seconds=60 * lease)
    wait_until(lambda: "DescribeAddresses" in ec2.asked)
    assert len(ec2.alive) == 1
    return program


def while_it_works(ec2: Ec2, lease: float) -> Program:
    program = Program(ec2, lease_minutes=lease)
    program.hears("working")
    return program


def while_it_is_ended(ec2: Ec2, lease: float) -> Program:
    program = while_it_works(ec2, lease)
    reached = ec2.drop("TerminateInstances")
    program.goes_on()
    reached.wait()
    return program


#: The most telling ones, by each of the three means; the long tier has the others, too.
STEPS = [
    pytest.param(before_creation, marks=pytest.mark.long),
    between_creation_and_answer,
    pytest.param(while_it_boots, marks=pytest.mark.long),
    while_it_works,
    pytest.param(while_it_is_ended, marks=pytest.mark.long),
]


@pytest.mark.parametrize("step", STEPS)
def test_the_lease_ends_what_nobody_else_can(
    ec2: Ec2, step: Callable[[Ec2, float], Program]
) -> None:
    program = step(ec2, SHORT)
    program.dies_with_all()
    ec2.release()
    wait_until(lambda: not ec2.alive)


@pytest.mark.parametrize("step", STEPS)
def test_reap_ends_what_was_left(ec2: Ec2, step: Callable[[Ec2, float], Program]) -> None:
    program = step(ec2, LONG)
    program.dies_with_all()
    ec2.release()
    left = ec2.alive
    assert len(left) == (step is not before_creation)
    output = reap(ec2, "--all")
    assert all(one in output for one in left)
    assert not ec2.alive


@pytest.mark.parametrize("step", STEPS)
def test_the_keeper_ends_what_a_program_that_was_killed_had(
    ec2: Ec2, step: Callable[[Ec2, float], Program]
) -> None:
    program = step(ec2, LONG)
    program.dies()
    ec2.release()
    wait_until(lambda: not program.helpers)
    assert not ec2.alive


def test_an_instance_that_is_in_use_outlives_its_lease(ec2: Ec2) -> None:
    program = Program(ec2, lease_minutes=SHORT)
    program.hears("working")
    [name] = ec2.alive
    looked = ec2.looks_of(name)
    wait_until(lambda: ec2.looks_of(name) > looked + 12)  # three leases
    assert ec2.alive == [name]
    program.goes_on()
    assert program.is_over() == 0
    assert not ec2.alive


@pytest.mark.long
def test_an_instance_ends_at_its_hour_whatever_it_does(ec2: Ec2) -> None:
    program = Program(ec2, lease_minutes=SHORT, max_hours=3 / 3600)
    program.hears("working")
    [first, *_] = ec2.instances
    wait_until(lambda: ec2.instances[first] == "terminated")
    program.dies()
    wait_until(lambda: not ec2.alive)


def test_a_keeper_that_dies_is_followed_by_one_that_knows_what_there_is(ec2: Ec2) -> None:
    rig = Rig("cloud", 1, **ec2.keys).start()
    [name] = ec2.alive
    [keeper] = helpers_of(os.getpid(), "keeper")
    os.kill(keeper, signal.SIGKILL)
    rig.until(lambda: bool(helpers_of(os.getpid(), "keeper") - {keeper}))
    assert rig.call(b"echo", b"still here") == (b"still here",)
    assert ec2.alive == [name]
    rig.close()
    assert not ec2.alive


def test_a_keeper_that_dies_where_nobody_looks_is_missed_at_the_end(ec2: Ec2) -> None:
    rig = Rig("cloud", 1, **ec2.keys).start()
    for keeper in helpers_of(os.getpid(), "keeper"):
        os.kill(keeper, signal.SIGKILL)
        wait_until(lambda: not is_alive(keeper))
    rig.close()
    assert not ec2.alive


def test_a_keeper_that_dies_while_it_ends_all_is_followed_by_another_one(ec2: Ec2) -> None:
    rig = Rig("cloud", 1, **ec2.keys).start()
    reached = ec2.drop("TerminateInstances")

    def kill() -> None:
        reached.wait()
        for keeper in helpers_of(os.getpid(), "keeper"):
            os.kill(keeper, signal.SIGKILL)
        ec2.release()

    killer = threading.Thread(target=kill)
    killer.start()
    rig.close()
    killer.join()
    assert not ec2.alive


def test_it_is_told_if_no_keeper_lives(ec2: Ec2, caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig("cloud", 1, **ec2.keys).start()
    reached = ec2.drop("DescribeInstances")
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.is_set():
            reached.wait(0.01)
            for keeper in helpers_of(os.getpid(), "keeper"):
                with suppress(ProcessLookupError):
                    os.kill(keeper, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    rig.close()
    is_over.set()
    killer.join()
    ec2.release()
    told = "all its keepers died, and instances may be left\n  try: pydron cloud reap --session "
    assert told in caplog.text


def test_a_relay_that_dies_while_its_instance_is_created_leaves_none_behind(ec2: Ec2) -> None:
    ec2.hold("RunInstances")
    rig = Rig("cloud", 1, count=2, **ec2.keys)
    rig.backend.start(2, rig, rig.loop)
    rig.until(lambda: len(ec2.alive) == 2)
    for relay in helpers_of(os.getpid(), "relay"):
        os.kill(relay, signal.SIGKILL)
    rig.until(lambda: bool(rig.failures))
    rig.backend.start(2, rig, rig.loop)
    rig.until(lambda: len(helpers_of(os.getpid(), "relay")) == 2)
    ec2.release()
    rig.until(lambda: bool(rig.alive))
    assert len(ec2.alive) <= 2
    rig.close()
    assert not ec2.alive


def test_an_instance_that_nobody_wants_any_more_when_it_is_created_is_ended(ec2: Ec2) -> None:
    ec2.hold("RunInstances")
    rig = Rig("cloud", 1, **ec2.keys)
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: len(ec2.alive) == 1)
    [relay] = helpers_of(os.getpid(), "relay")
    os.kill(relay, signal.SIGKILL)
    rig.until(lambda: bool(rig.failures))
    ec2.release()
    rig.until(lambda: not ec2.alive)  # and not because the session ends
    rig.close()


@pytest.mark.long
def test_an_instance_that_is_taken_away_is_replaced(ec2: Ec2) -> None:
    rig = Rig("cloud", 1, silence_seconds=1.0, **ec2.keys).start()
    [first] = ec2.alive
    [keeper] = helpers_of(os.getpid(), "keeper")
    os.kill(keeper, signal.SIGKILL)
    ec2.end(first)
    rig.until(lambda: not rig.alive)
    rig.start()
    assert rig.call(b"echo", b"again") == (b"again",)
    assert first not in ec2.alive
    rig.close()
    assert not ec2.alive


# --- instances that are kept ---


def test_a_kept_instance_serves_the_next_run(ec2: Ec2) -> None:
    for _ in range(2):
        rig = Rig("cloud", 1, keep_minutes=5, **ec2.keys).start()
        assert rig.call(b"echo", b"here") == (b"here",)
        rig.close()
    assert len(ec2.instances) == len(ec2.alive) == 1


def test_a_kept_instance_that_is_in_use_is_left_alone(ec2: Ec2) -> None:
    first = Rig("cloud", 1, keep_minutes=5, **ec2.keys).start()
    second = Rig("cloud", 1, keep_minutes=5, **ec2.keys).start()
    assert len(ec2.alive) == 2
    first.close()
    second.close()


@pytest.mark.long
def test_a_kept_instance_ends_when_nobody_comes(ec2: Ec2) -> None:
    rig = Rig("cloud", 1, keep_minutes=SHORT, lease_minutes=SHORT, **ec2.keys).start()
    rig.close()
    wait_until(lambda: not ec2.alive)


# --- what is never passed ---


def test_no_more_instances_than_allowed(ec2: Ec2, caplog: pytest.LogCaptureFixture) -> None:
    first = Rig("cloud", 1, max_instances=2, **ec2.keys).start()
    second = Rig("cloud", 1, count=2, max_instances=2, **ec2.keys)
    second.backend.start(2, second, second.loop)
    second.until(lambda: bool(second.alive) and "max_instances" in caplog.text)
    assert len(ec2.alive) == 2
    assert '"max_instances" 2 is reached: 2 instances of the project pydron' in caplog.text
    second.close()
    first.close()
    assert len(ec2.instances) == 2


def test_no_more_cost_than_allowed(ec2: Ec2, caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig("cloud", 1, count=3, max_cost_per_hour=0.025, **ec2.keys)  # each 0.0104
    rig.backend.start(3, rig, rig.loop)
    rig.until(lambda: len(rig.alive) == 2 and "max_cost" in caplog.text)
    assert '"max_cost_per_hour" 0.025 is reached: 3 instances' in caplog.text
    rig.close()
    assert len(ec2.instances) == 2


# --- a program ---


@functional
def square(x: int) -> int:
    return x * x


@schedule
def squares(count: int) -> list[int]:
    return [square(x) for x in range(count)]


def test_instances_are_created_at_the_same_time(ec2: Ec2) -> None:
    ec2.hold("RunInstances")
    rig = Rig("cloud", 1, count=3, **ec2.keys)
    rig.backend.start(3, rig, rig.loop)
    rig.until(lambda: len(ec2.alive) == 3)  # and nobody has had an answer
    ec2.release()
    rig.until(lambda: len(rig.alive) == 3)
    rig.close()
    assert not ec2.alive


def test_work_begins_with_the_first_instance_that_is_there(ec2: Ec2) -> None:
    ec2.unreachable = {"0"}
    worker = {"type": "cloud", "cores": 1, "count": 2, **ec2.keys}
    with pydron_ng.configure(workers=[worker], inline=False):
        assert squares(5) == [0, 1, 4, 9, 16]
        assert len(ec2.alive) == 2
    assert not ec2.alive


def test_instances_are_kept_between_scheduled_calls(ec2: Ec2) -> None:
    worker = {"type": "cloud", "cores": 1, "count": 2, **ec2.keys}
    with pydron_ng.configure(workers=[worker], inline=False):
        for count in (5, 10):
            assert squares(count) == [x * x for x in range(count)]
        assert len(ec2.alive) == 2
    assert len(ec2.instances) == 2
    assert not ec2.alive
