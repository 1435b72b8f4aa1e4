"""Hosts on a network of their own: cables are pulled, power is lost, programs are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from tests.backends.remote.network import Host
from tests.backends.rig import Rig, wait_until


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[Host]]:
    hosts = []
    try:
        hosts += [Host(number, tmp_path / str(number)) for number in (1, 2)]
        yield hosts
    finally:
        for host in hosts:
            host.remove()


def keys(host: Host, **more: Any) -> dict[str, Any]:
    return {**host.keys, "python": sys.executable, "silence_seconds": 2.5, **more}


@functional
def work(x: int) -> int:
    total = 0
    for _ in range(100_000):
        total += 1
    return x * x


@schedule
def squares(count: int) -> list[int]:
    return [work(x) for x in range(count)]


def test_a_cable_that_is_pulled_costs_a_host_and_nothing_else(hosts: list[Host]) -> None:
    first, second = hosts
    workers = [{"type": "ssh", "cores": 1, **keys(host)} for host in hosts]
    pulled: list[Host] = []

    def pull(_: object) -> None:
        if not pulled and first.processes and second.processes:
            pulled.append(first)
            first.cut()

    with pydron_ng.configure(workers=workers, inline=False), pydron_ng.on_event(pull):
        assert squares(300) == [x * x for x in range(300)]
        assert pulled
        wait_until(lambda: not first.processes)
        assert squares(5) == [0, 1, 4, 9, 16]
    wait_until(lambda: not second.processes)


def test_a_host_comes_back_when_its_cable_does(hosts: list[Host]) -> None:
    rig = Rig("ssh", 1, **keys(hosts[0])).start()
    hosts[0].cut()
    rig.until(lambda: not rig.alive)
    assert "nothing was heard of it" in rig.losses[0][1]
    hosts[0].mend()
    rig.start()
    assert rig.call(b"echo", b"again") == (b"again",)
    rig.close()


def test_a_host_that_loses_power_is_lost(hosts: list[Host], tmp_path: Path) -> None:
    rig = Rig("ssh", 1, **keys(hosts[0])).start()
    rig.submit((b"hold", str(tmp_path / "held").encode()))
    rig.until((tmp_path / "held").exists)
    hosts[0].lose_power()
    rig.until(lambda: not rig.alive)
    rig.close()


def test_a_link_that_is_throttled_is_no_lost_one(hosts: list[Host]) -> None:
    rig = Rig("ssh", 1, **keys(hosts[0])).start()
    hosts[0].throttle()
    data = os.urandom(700_000)  # each way takes longer than what counts as silence
    assert rig.call(b"echo", data) == (data,)
    assert not rig.losses
    rig.close()


PROGRAM = """
import os, sys
from tests.backends.rig import Rig
rig = Rig("ssh", 1, **{0!r}).start()
rig.submit((b"hold_gil", b"{1}"))
rig.until(lambda: os.path.exists("{1}"))
print("busy", flush=True)
rig.until(lambda: False)
"""


@pytest.mark.parametrize("transport", ["paramiko", "openssh"])
def test_nothing_remains_on_a_host_when_the_program_is_killed(
    hosts: list[Host], tmp_path: Path, transport: str
) -> None:
    source = PROGRAM.format(keys(hosts[0], transport=transport), tmp_path / "busy")
    program = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "busy\n"
    assert len(hosts[0].processes) > 1
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    program.stdout.close()
    wait_until(lambda: not hosts[0].processes)
