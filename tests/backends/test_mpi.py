"""Workers on MPI: the suite is run again by the first of three ranks, on a network of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.demo import FOLDER
from tests.backends.mpi_inside import RANKS
from tests.backends.network import Network, loopback
from tests.test_examples import SMALL

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


def job(network: Network, *program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What becomes of the program as the first of three ranks, which do what it submits."""
    ranks = _MPIEXEC, "--oversubscribe", "-n", "3", sys.executable, "-m", "mpi4py.futures"
    return network.run(*ranks, *program, **environment)


@pytest.mark.timeout(240)
def test_workers_on_ranks_keep_the_contract(network: Network) -> None:
    suite = "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/backends/mpi_inside.py"
    ran = job(network, *suite)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.timeout(120)
@pytest.mark.parametrize("example", SMALL)
def test_an_example_prints_and_finds_the_same_when_it_is_scheduled(
    network: Network, example: str, tmp_path: Path
) -> None:
    workers = [{"type": "executor", "cores": 2, **RANKS}]
    (conf := tmp_path / "pydron.conf").write_text(json.dumps({"workers": workers, "inline": False}))
    runs = []
    for mode in ("off", "on"):
        found = tmp_path / mode
        program = str(FOLDER / example), "--output", str(found), *SMALL[example]
        ran = job(network, *program, PYDRON_CONF=str(conf), PYDRON=mode)
        assert ran.returncode == 0, ran.stdout
        runs.append((ran.stdout, found.read_bytes()))
    assert runs[0] == runs[1]


def test_a_program_that_mpiexec_has_not_started_is_told(network: Network) -> None:
    keys = {"factory": RANKS["factory"], "start_seconds": 0.1}
    program = f"""
from pydron_ng import Pool
from pydron_ng.errors import BackendError
with Pool(config={{"workers": [{{"type": "executor", **{keys!r}}}]}}) as pool:
    try:
        pool.submit(abs, -1).result()
    except BackendError as error:
        print(error)
"""
    tried = network.run(sys.executable, "-c", program)
    assert "MPIPoolExecutor: it has not done anything for 0.1 s" in tried.stdout
