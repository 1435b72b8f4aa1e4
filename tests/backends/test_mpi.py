"""Workers on MPI: the suite is run again by the first of three ranks, on a network of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.network import Network, loopback

_MPIEXEC = str(Path(sys.executable).with_name("mpiexec"))
#: Open MPI wants to hear twice that root knows what it does.
_AS_ROOT = {
    f"{name}_ALLOW_RUN_AS_ROOT{confirmed}": "1"
    for name in ("OMPI", "PRTE")
    for confirmed in ("", "_CONFIRM")
}


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with loopback(**_AS_ROOT) as made:
        yield made


def job(network: Network, *program: str) -> subprocess.CompletedProcess[str]:
    """What becomes of the program as the first of three ranks, which do what it submits."""
    ranks = _MPIEXEC, "--oversubscribe", "-n", "3", sys.executable, "-m", "mpi4py.futures"
    return network.run(*ranks, *program)


@pytest.mark.timeout(240)
def test_workers_on_ranks_keep_the_contract(network: Network) -> None:
    suite = "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/backends/mpi_inside.py"
    ran = job(network, *suite)
    assert ran.returncode == 0, ran.stdout
