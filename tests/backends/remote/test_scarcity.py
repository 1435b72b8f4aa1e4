"""Hosts that run out of something while they work: room on the disk, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.events import Event, Taken
from tests.backends.remote.test_faults import LOCAL, agents_of, parent_in
from tests.backends.rig import Rig, wait_until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes a disk of that size; root's business."""
    made: list[Path] = []

    def make(size: str) -> Path:
        made.append(folder := tmp_path / "disk")
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
        return folder

    yield make
    for folder in made:
        wait_until(lambda: not agents_of(folder))
        subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> None:
    with suppress(OSError), (folder / "full").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_disk_that_is_too_small_is_left_as_it_was(small_disk: Any) -> None:
    folder = small_disk("1m")
    rig = Rig("command", 1, **LOCAL, tmp_dir=str(folder))
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: bool(rig.failures))
    assert "No space left on device" in rig.failures[0][1]
    rig.close()
    assert not list((folder / f"pydron-{os.getuid()}").iterdir())


def test_a_disk_that_fills_up_meanwhile_does_no_harm(small_disk: Any) -> None:
    folder = small_disk("20m")
    rig = Rig("command", 1, **LOCAL, tmp_dir=str(folder)).start()
    fill(folder)
    assert rig.call(b"echo", b"here") == (b"here",)
    rig.backend.kill(rig.alive[0])
    rig.until(lambda: not rig.alive)
    rig.start()
    assert rig.call(b"echo", b"another worker") == (b"another worker",)
    os.kill(parent_in(agents_of(folder)), signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    rig.start()
    assert rig.call(b"echo", b"another agent") == (b"another agent",)
    rig.close()


# --- what programs see of it ---


@functional
def spill(program: int, disk: str, x: int) -> int:
    """Needs a file of 1 MB while it works."""
    with tempfile.TemporaryFile(dir=None if os.getpid() == program else disk) as file:
        file.write(bytes(1_000_000))
    return x * x


@functional
def spread(program: int, x: int) -> int:
    """Needs 1 GB, which the host does not give."""
    return len(bytes(10**9 if os.getpid() != program else 10)) * 0 + x * x


@functional
def killed_once(program: int, folder: str, x: int) -> int:
    """Is ended as by a system that runs out of memory."""
    if os.getpid() != program and not os.path.exists(f"{folder}/{x}"):
        os.mkdir(f"{folder}/{x}")
        os.kill(os.getpid(), signal.SIGKILL)
    return x * x


@functional
def size_of(data: bytes) -> int:
    return len(data)


@schedule
def each(function: Any, *arguments: Any) -> list[int]:
    return [function(*arguments, x) for x in range(6)]


@schedule
def sizes(parts: list[bytes]) -> list[int]:
    return [size_of(part) for part in parts]


@pytest.fixture
def taken() -> list[Event]:
    return []


@contextmanager
def host(taken: list[Event], **keys: Any) -> Iterator[None]:
    worker = {"type": "command", "cores": 1, **LOCAL, **keys}

    def hear(event: Event) -> None:
        if isinstance(event, Taken):
            taken.append(event)

    with pydron_ng.configure(workers=[worker], inline=False), pydron_ng.on_event(hear):
        yield


def test_a_call_that_finds_the_disk_full_is_made_in_the_program(
    small_disk: Any, taken: list[Event]
) -> None:
    folder = small_disk("20m")
    with host(taken, tmp_dir=str(folder)):
        assert each(spill, os.getpid(), str(folder)) == [x * x for x in range(6)]
        fill(folder)
        assert each(spill, os.getpid(), str(folder)) == [x * x for x in range(6)]


LITTLE_MEMORY = ["sh", "-c", 'ulimit -v 250000; exec "$@"', "sh"]


def test_a_call_that_finds_no_memory_is_made_in_the_program(taken: list[Event]) -> None:
    with host(taken, command=LITTLE_MEMORY):
        assert each(spread, os.getpid()) == [x * x for x in range(6)]
        assert sizes([b"small"] * 3) == [5, 5, 5]
    assert taken  # the worker has outlived it


def test_arguments_that_a_host_has_no_memory_for_are_computed_with_in_the_program(
    taken: list[Event],
) -> None:
    with host(taken, command=LITTLE_MEMORY):
        assert sizes([bytes(200_000_000), b"small"]) == [200_000_000, 5]
    assert taken  # the worker has outlived it


def test_a_call_whose_worker_is_ended_for_want_of_memory_is_made_again(
    tmp_path: Path, taken: list[Event]
) -> None:
    with host(taken):
        assert each(killed_once, os.getpid(), str(tmp_path)) == [x * x for x in range(6)]
    assert len(list(tmp_path.iterdir())) == 6
