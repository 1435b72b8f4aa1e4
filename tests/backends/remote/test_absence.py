"""Hosts that come late, come back, or sleep; programs that sleep."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from tests.backends.remote.test_faults import LOCAL, agents_of, parent_in, relays_of
from tests.backends.rig import Rig, wait_until, workers_of
from tests.backends.sshd import Server


@functional
def where(folder: str, x: int) -> int:
    """Leaves the name of its process there."""
    Path(f"{folder}/{os.getpid()}").touch()
    return x * x


@schedule
def squares(folder: str) -> list[int]:
    return [where(folder, x) for x in range(20)]


#: Counts how often it is tried; the fourth time it lets in.
COUNTING = 'echo >> "$0"; test $(wc -l < "$0") -ge 4 || exit 1; exec "$@"'
GATE = ["sh", "-c", 'test -e "$0" || exit 1; exec "$@"']


def test_a_host_that_joins_late_works_along(tmp_path: Path) -> None:
    gate, folder = tmp_path / "gate", tmp_path / "pids"
    folder.mkdir()
    late = {"type": "command", "cores": 1, **LOCAL, "command": [*GATE, str(gate)]}
    early = {"type": "command", "cores": 1, **LOCAL}

    def rounds_until(there: int) -> None:
        def one() -> bool:
            assert squares(str(folder)) == [x * x for x in range(20)]
            return len(list(folder.iterdir())) >= there

        wait_until(one)

    with pydron_ng.configure(workers=[late, early], inline=False):
        rounds_until(1)
        gate.touch()
        rounds_until(2)


@pytest.mark.long
@pytest.mark.timeout(120)
def test_a_host_that_joins_late_is_awaited_through_long_calls(tmp_path: Path) -> None:
    """Nothing ends meanwhile that could remind anybody. The fourth attempt is after 14 s."""
    slow = ["sh", "-c", COUNTING, str(tmp_path / "tries")]
    late = {"type": "command", "cores": 1, **LOCAL, "command": slow}
    early = {"type": "command", "cores": 1, **LOCAL}
    with pydron_ng.configure(workers=[late, early], inline=False):
        assert both(str(tmp_path)) == [0, 1]


@functional
def meet(folder: str, x: int) -> int:
    """Ends when both are there."""
    Path(f"{folder}/{x}").touch()
    wait_until(lambda: os.path.exists(f"{folder}/{1 - x}"))
    return x


@schedule
def both(folder: str) -> list[int]:
    return [meet(folder, x) for x in range(2)]


# --- the SSH server ---


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "sshd")
    yield server
    server.stop()


def test_an_ssh_server_that_is_restarted_costs_nothing_and_is_found_again(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    keys = {**server.keys, "python": sys.executable, "tmp_dir": str(tmp_path / "tmp")}
    rig = Rig("ssh", 1, **keys).start()
    server.stop()
    assert rig.call(b"echo", b"who is in stays in") == (b"who is in stays in",)
    os.kill(parent_in(agents_of(tmp_path / "tmp")), signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    rig.backend.start(1, rig, rig.loop)
    server.start()
    rig.until(lambda: bool(rig.alive))
    assert rig.call(b"echo", b"again") == (b"again",)
    rig.close()


# --- a laptop that is closed, and opened again ---

PROGRAM = """
import os, sys
import pydron_ng
from pydron_ng import functional, schedule

@functional
def wait_for(path, x):
    import time
    open(f"{{path}}-{{os.getpid()}}", "w").close()
    while not os.path.exists(path):
        time.sleep(0.01)
    return x * x

@schedule
def main(path):
    return [wait_for(path, x) for x in range(6)]

host = {{"type": "command", "command": ["env"], "python": sys.executable, "cores": 1,
        "tmp_dir": "{0}/tmp", "silence_seconds": {1}}}
with pydron_ng.configure(workers=[host, {{"type": "multicore", "cores": 1}}], inline=False):
    print(main("{0}/go"), flush=True)
"""


@pytest.mark.parametrize("is_long", [False, True])
def test_a_program_that_sleeps_goes_on_where_it_was(is_long: bool, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(tmp_path, 1.0 if is_long else 60.0))
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(pydron_ng.__file__).parents[1])},
    )
    assert program.stdout is not None
    try:
        wait_until(lambda: len(list(tmp_path.glob("go-*"))) >= 2)  # both workers work
        ours = {program.pid} | relays_of(program.pid) | workers_of(program.pid)
        for pid in ours:
            os.kill(pid, signal.SIGSTOP)
        if is_long:
            wait_until(lambda: not agents_of(tmp_path / "tmp"))
        (tmp_path / "go").touch()
        for pid in ours:
            os.kill(pid, signal.SIGCONT)
        assert program.communicate()[0] == f"{[x * x for x in range(6)]}\n"
        assert program.returncode == 0
        wait_until(lambda: not agents_of(tmp_path / "tmp") and not relays_of(program.pid))
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
