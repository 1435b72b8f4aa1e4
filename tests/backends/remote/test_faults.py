"""What breaks between program and hosts, and on them: nothing is lost, nothing remains."""

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
from tests.backends.ending import ENDINGS, ended
from tests.backends.rig import Rig, is_alive, wait_until

LOCAL: dict[str, Any] = {"command": ["env"], "python": sys.executable}


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig("command", **LOCAL).start()
    yield rig
    rig.close()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def launcher_of(rig: Rig) -> int:
    return int(rig.call(b"ids")[0].split()[1])


def held_by(rig: Rig, path: Path, word: bytes = b"hold_gil", worker: int = 0) -> int:
    """A worker is busy from now on, and never listens; its process."""
    rig.submit((word, str(path).encode()), worker=worker)
    rig.until(path.exists)
    return int(path.read_text())


def test_a_launcher_that_was_killed_is_replaced(rig: Rig, tmp_path: Path) -> None:
    launcher = launcher_of(rig)
    held = held_by(rig, tmp_path / "held")
    os.kill(launcher, signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    wait_until(lambda: not is_alive(held))
    rig.start()
    assert rig.call(b"echo", b"again") == (b"again",)


def agents_of(folder: Path) -> list[int]:
    """Agents run in the directory that they keep their things in."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path(os.readlink(f"/proc/{name}/cwd")).parent == folder:
                found.append(int(name))
        except OSError:
            continue
    return found


@pytest.fixture
def shielded(tmp_path: Path) -> Iterator[tuple[Rig, Path]]:
    """Two workers of a host behind a proxy; everything of the host's is in the second one."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "way").mkdir()
    proxy = [sys.executable, str(Path(__file__).with_name("proxy.py")), str(tmp_path / "way")]
    keys = {"command": proxy, "tmp_dir": str(tmp_path / "tmp"), "silence_seconds": 2.0}
    rig = Rig("command", **{**LOCAL, **keys}).start()
    yield rig, tmp_path
    (tmp_path / "way" / "stall").unlink(missing_ok=True)
    rig.close()
    wait_until(lambda: not agents_of(tmp_path / "tmp"))


def test_a_way_that_is_cut_is_noticed_at_both_ends(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    held = held_by(rig, folder / "held")
    (folder / "way" / "stall").touch()
    rig.until(lambda: not rig.alive)
    assert "nothing was heard of it for 2 s" in rig.losses[0][1]
    wait_until(lambda: not is_alive(held) and not agents_of(folder / "tmp"))


def test_a_host_is_back_when_the_way_is(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    (folder / "way" / "stall").touch()
    rig.until(lambda: not rig.alive)
    (folder / "way" / "stall").unlink()
    rig.start()
    assert rig.call(b"echo", b"again") == (b"again",)


def test_bytes_that_are_none_of_ours_end_the_connection(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    (folder / "way" / "garble").touch()
    rig.submit((b"echo", b"here"))
    rig.until(lambda: not rig.alive)
    assert "something else wrote them" in rig.losses[0][1]
    assert not rig.outcomes


def test_a_bit_that_flips_ends_the_connection(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    (folder / "way" / "flip").touch()
    rig.submit((b"echo", b"here"))
    rig.until(lambda: not rig.alive)
    assert not rig.outcomes


def test_a_slow_way_is_no_lost_one(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    (folder / "way" / "slow").touch()
    data = os.urandom(500_000)  # takes longer than what counts as silence
    assert rig.call(b"echo", data) == (data,)
    assert not rig.losses


def test_a_short_stop_is_no_loss(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    [task] = rig.submit((b"wait_for", str(folder / "go").encode()))
    (folder / "way" / "stall").touch()
    (folder / "go").touch()
    rig.loop.dispatch(rig.loop.poll(0.1))
    (folder / "way" / "stall").unlink()
    rig.until(lambda: bool(rig.outcomes))
    assert rig.outcomes == [(task, (b"seen",))]


def test_an_agent_that_is_stopped_is_a_lost_host(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    agent = parent_in(agents_of(folder / "tmp"))
    os.kill(agent, signal.SIGSTOP)
    rig.until(lambda: not rig.alive)
    os.kill(agent, signal.SIGCONT)
    wait_until(lambda: not agents_of(folder / "tmp"))


def test_an_agent_that_was_killed_takes_its_workers_along(shielded: tuple[Rig, Path]) -> None:
    rig, folder = shielded
    held = held_by(rig, folder / "held")
    os.kill(parent_in(agents_of(folder / "tmp")), signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    wait_until(lambda: not is_alive(held) and not agents_of(folder / "tmp"))


def parent_in(pids: list[int]) -> int:
    """The one that listens to the program; its launcher has been let go of by all others."""
    return next(pid for pid in pids if b"\0code\0" in Path(f"/proc/{pid}/cmdline").read_bytes())


# --- the program ---

STOPPED = """
import os, sys
from tests.backends.ending import ENDINGS, ended
from tests.backends.rig import Rig
rig = Rig("command", 1, command=["env"], python=sys.executable, silence_seconds=2.0).start()
print("there", flush=True)
sys.stdin.readline()
print(rig.call(b"echo", b"here"), rig.losses, flush=True)
rig.close()
"""


def test_a_program_that_is_stopped_for_long_loses_no_host(shielded: tuple[Rig, Path]) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", STOPPED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdin is not None
    assert program.stdout is not None
    assert program.stdout.readline() == "there\n"
    os.kill(program.pid, signal.SIGSTOP)
    rig, folder = shielded
    (folder / "way" / "stall").touch()
    rig.until(lambda: not rig.alive)  # by now it has been stopped for longer than is allowed
    os.kill(program.pid, signal.SIGCONT)
    assert program.communicate("go\n")[0] == "(b'here',) []\n"


# --- the end of the program ---


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_survives_a_program_that_ends(ending: str, tmp_path: Path) -> None:
    make = f"Rig('command', command=['env'], python=sys.executable, tmp_dir='{tmp_path}')"
    with ended(ending, tmp_path, make) as program:
        wait_until(lambda: not agents_of(tmp_path) and not relays_of(program))


def relays_of(program: int) -> set[int]:
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"pydron_ng.backends.remote.relay" in words and str(program).encode() in words:
            found |= {int(name)} if is_alive(int(name)) else set()
    return found


# --- what programs see of it ---


@functional
def slow_square(folder: str, x: int) -> int:
    """Says that it has begun."""
    Path(f"{folder}/{x}").touch()
    total = 0
    for _ in range(300_000):
        total += 1
    return x * x


@schedule
def squares(folder: str) -> list[int]:
    return [slow_square(folder, x) for x in range(40)]


def squares_while(sent: signal.Signals, folder: Path) -> None:
    """The program is right, while one of two agents is sent a signal."""
    hosts = []
    for name in ("a", "b"):
        (folder / name).mkdir()
        place = {"tmp_dir": str(folder / name), "silence_seconds": 1000.0}
        hosts.append({"type": "command", "cores": 1, **place, **LOCAL})
    found: list[int] = []

    def watch(_: object) -> None:
        agents = agents_of(folder / "a")
        if not found and len(agents) > 1:  # agent and launcher
            found.append(parent_in(agents))
            os.kill(found[0], sent)

    with pydron_ng.configure(workers=hosts, inline=False), pydron_ng.on_event(watch):
        assert squares(str(folder)) == [x * x for x in range(40)]
    assert found


def test_a_program_goes_on_when_a_host_is_lost_in_the_middle(tmp_path: Path) -> None:
    squares_while(signal.SIGKILL, tmp_path)


def test_a_program_does_not_wait_for_a_host_that_is_asleep(tmp_path: Path) -> None:
    squares_while(signal.SIGSTOP, tmp_path)
    wait_until(lambda: not agents_of(tmp_path / "a"))
