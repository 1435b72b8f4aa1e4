"""A real Slurm of one node, which ``srun`` starts workers on: `python3 dev.py long` runs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.contract import Contract
from tests.backends.rig import Rig, wait_until

pytestmark = pytest.mark.long

CONFIG = """
ClusterName=pydron
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES State=UP MaxTime=INFINITE OverSubscribe=FORCE:8
"""


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    for command in ("slurmctld", "slurmd", "munged", "srun"):
        found = shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin")
        assert found, "this test needs Slurm: apt-get install slurm-wlm munge"
    folder = tmp_path_factory.mktemp("slurm")
    for name in ("munge", "state", "spool"):
        (folder / name).mkdir(mode=0o755)
    (folder / "slurm.conf").write_text(
        CONFIG.format(
            host=socket.gethostname().partition(".")[0],
            folder=folder,
            controller=_free_port(),
            node=_free_port(),
        )
    )
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
    (folder / "munge" / "key").write_bytes(os.urandom(128))
    (folder / "munge" / "key").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
        daemons = [_munged(folder), _start("slurmctld", "-D"), _start("slurmd", "-D")]
        try:
            wait_until(lambda: "idle" in _said("sinfo", "-h", "-o", "%T"))
            yield
        finally:
            for daemon in reversed(daemons):
                daemon.terminate()
                daemon.wait()


def _munged(folder: Path) -> subprocess.Popen[bytes]:
    place = folder / "munge"
    options = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed"}
    words = [f"--{option}={place / name}" for option, name in options.items()]
    daemon = _start("munged", "-F", "--force", f"--log-file={place / 'log'}", *words)
    wait_until((place / "socket").exists)
    return daemon


def _start(command: str, *words: str) -> subprocess.Popen[bytes]:
    path = shutil.which(command, path=f"{os.environ['PATH']}:/usr/sbin")
    assert path is not None
    nowhere = subprocess.DEVNULL
    return subprocess.Popen([path, *words], stdin=nowhere, stdout=nowhere, stderr=nowhere)


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.usefixtures("slurm")
class TestSlurm(Contract):
    type = "command"
    keys = {  # noqa: RUF012  as in the other ones
        "command": ["srun", "-n1", "-c1", "--unbuffered", "--quiet"],
        "python": sys.executable,
    }
    rounds = 2


@pytest.mark.usefixtures("slurm")
def test_no_step_remains() -> None:
    rig = Rig("command", 1, **TestSlurm.keys).start()
    assert _said("squeue", "-h")
    rig.close()
    wait_until(lambda: not _said("squeue", "-h"))
