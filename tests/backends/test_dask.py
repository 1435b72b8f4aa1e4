"""Workers on a Dask cluster keep the contract; what is special about them."""

from __future__ import annotations

import os
import platform
import socket
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pydron_ng import Pool
from pydron_ng.backends.dask import Config, create
from pydron_ng.backends.engines import by_dask
from pydron_ng.backends.engines.backend import Seats
from pydron_ng.errors import BackendError, ConfigError, WorkerLost
from tests.backends import certificates
from tests.backends.contract import Contract
from tests.backends.dask_cluster import Cluster, cluster
from tests.backends.promise import KillablePromise
from tests.backends.rig import Rig, wait_until
from tests.backends.trackers import end_trackers
from tests.pool import work


@pytest.fixture(scope="module", autouse=True)
def no_tracker_is_left() -> Iterator[None]:
    yield
    end_trackers()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One process that makes four calls at a time."""
    with cluster(tmp_path_factory.mktemp("dask"), 4) as made:
        yield made


@pytest.fixture(scope="module")
def pool(dask: Cluster) -> Iterator[Pool]:
    with pool_of(address=dask.address) as made:
        yield made


def pool_of(**keys: Any) -> Pool:
    return Pool(config={"workers": [{"type": "dask", **keys}]})


class TestDask(Contract):
    type = "dask"
    rounds = 1

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _address(cls, dask: Cluster) -> None:
        cls.keys = {"address": dask.address}


@pytest.mark.long
class TestDaskForPrograms(KillablePromise):
    rounds: ClassVar[int] = 1

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> dict[str, Any]:
        address = request.getfixturevalue("dask").address
        return {"type": "dask", "address": address, "cores": 2}


def test_all_that_the_cluster_has_is_used(pool: Pool) -> None:
    wait_until(lambda: pool.submit(work.double, 4).result() == 8 and pool._desk.capacity == 4)


def test_the_same_call_is_made_as_often_as_it_is_asked_for(pool: Pool, tmp_path: Path) -> None:
    futures = [pool.submit(work.note, tmp_path / "made", "once") for _ in range(20)]
    assert [future.result() for future in futures] == [None] * 20
    assert len(work.lines(tmp_path / "made")) == 20


def test_large_values_arrive_as_they_left(pool: Pool) -> None:
    data = os.urandom(5_000_000)
    assert pool.submit(work.double, data).result() == data * 2


def test_large_values_pass_through_the_scheduler_if_workers_are_out_of_reach(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(by_dask, "answers", asked.append)  # None: nobody does
    data = os.urandom(2_000_000)
    with pool_of(address=dask.address, cores=1) as pool:
        assert pool.submit(work.double, data).result() == data * 2
    assert len(asked) == 1
    monkeypatch.undo()
    assert by_dask.answers(asked[0])


def test_an_address_of_a_worker_is_out_of_reach_where_nobody_answers() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        assert not by_dask.answers(f"tcp://127.0.0.1:{port}")
        assert not by_dask.answers("inproc://worker")
        nobody.listen()
        assert by_dask.answers(f"tls://127.0.0.1:{port}")


def test_modules_that_only_the_program_has_travel(
    dask: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nowhere_else.py").write_text("def seventh(x):\n    return x / 7\n")
    monkeypatch.syspath_prepend(tmp_path)
    import nowhere_else  # type: ignore[import-not-found]

    with pool_of(address=dask.address, cores=1) as pool:
        assert pool.submit(nowhere_else.seventh, 21).result() == 3
    del sys.modules["nowhere_else"]


def test_a_worker_that_is_lost_costs_its_calls_and_others_that_come_are_used(
    tmp_path: Path,
) -> None:
    with cluster(tmp_path) as made:
        first = made.worker(1)
        rig = Rig("dask", 1, address=made.address).start()
        rig.submit((b"hold", str(tmp_path / "held").encode()))
        rig.until((tmp_path / "held").exists)
        first.kill()
        rig.until(lambda: bool(rig.losses))
        assert "is gone from dask" in rig.losses[0][1]
        rig.backend.start(1, rig, rig.loop)
        made.worker(1)
        rig.until(lambda: bool(rig.alive))
        assert rig.call(b"echo", b"again") == (b"again",)
        rig.close()


def test_a_host_where_nobody_is_to_work_is_left_alone(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as made:
        rig = Rig("dask", address=made.address, cores="auto").start()
        assert isinstance(rig.backend, Seats)
        place = rig.backend._seats[rig.alive[0]].place
        rig.backend.kill(rig.alive[0])
        rig.until(lambda: bool(rig.losses))
        rig.backend.release("")
        rig.backend.start(1, rig, rig.loop)
        made.worker(1)
        rig.until(lambda: bool(rig.alive))
        assert rig.backend._seats[rig.alive[0]].place != place
        rig.close()


def test_each_task_is_made_once_though_workers_are_lost(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as made, pool_of(address=made.address) as pool:
        second = made.worker(1)
        wait_until(lambda: pool.submit(work.double, 1).result() == 2 and pool._desk.capacity == 2)
        begun = tmp_path / "begun"
        held = [pool.submit(work.hold, begun, tmp_path / "go") for _ in range(2)]
        wait_until(lambda: len(work.lines(begun)) == 2)
        second.kill()
        wait_until(lambda: any(future.done() for future in held))
        (tmp_path / "go").touch()
        failures = [future.exception() for future in held]
        assert sorted(map(bool, failures)) == [False, True]
        [lost] = filter(None, failures)
        assert isinstance(lost, WorkerLost)
        assert len(work.lines(begun)) == 2
        assert list(pool.map(work.double, range(9))) == [2 * x for x in range(9)]


def test_a_scheduler_that_is_lost_is_told(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as made, pool_of(address=made.address) as pool:
        held = pool.submit(work.hold, tmp_path / "begun")
        wait_until((tmp_path / "begun").exists)
        made.scheduler.kill()
        with pytest.raises(WorkerLost, match="scheduler"):
            held.result()
        with pytest.raises(BackendError, match="nobody answers there"):
            pool.submit(work.double, 1).result()


def test_an_address_that_nobody_answers_at_is_told() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        with pool_of(address=address) as pool, pytest.raises(BackendError) as told:
            pool.submit(work.double, 1).result()
    assert f"dask {address}: nobody answers there" in str(told.value)


def test_an_address_that_is_none_is_told() -> None:
    with pool_of(address="node1") as pool, pytest.raises(BackendError, match="tcp://node1:8786"):
        pool.submit(work.double, 1).result()


def test_a_scheduler_without_workers_is_told(tmp_path: Path) -> None:
    with (
        cluster(tmp_path) as made,
        pool_of(address=made.address, start_seconds=0.1) as pool,
        pytest.raises(BackendError, match='give them more time: "start_seconds"'),
    ):
        pool.submit(work.double, 1).result()


def test_workers_that_lack_this_package_are_told_what_to_install(tmp_path: Path) -> None:
    why = "raise ModuleNotFoundError('No module named pydron_ng', name='pydron_ng')"
    (first := tmp_path / "first").mkdir()
    (first / "pydron_ng.py").write_text(why)
    assert "cannot import pydron_ng" in (told := refused_by_workers_with(tmp_path))
    assert f"pip install pydron_ng=={version('pydron_ng')}" in told


@pytest.mark.filterwarnings("ignore:Mismatched versions")  # Dask says it in its own way, too
@pytest.mark.parametrize("package", ["pydron_ng", "cloudpickle"])
def test_workers_with_another_version_are_told_with_both(package: str, tmp_path: Path) -> None:
    metadata = tmp_path / "first" / f"{package}-0.0.7.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.0.7\n")
    told = refused_by_workers_with(tmp_path)
    ours = version(package)
    assert f"{package} is 0.0.7 at {socket.gethostname()}, and {ours} here" in told
    assert f"pip install {package}=={ours}" in told


def test_workers_with_another_python_are_told_with_both(tmp_path: Path) -> None:
    other = "import platform\nplatform.python_version = lambda: '3.99.1'\n"
    (first := tmp_path / "first").mkdir()
    (first / "sitecustomize.py").write_text(other)
    told = refused_by_workers_with(tmp_path)
    here = platform.python_version()
    assert f"Python is 3.99.1 at {socket.gethostname()}, and {here} here" in told


def refused_by_workers_with(folder: Path) -> str:
    """What a program is told whose only worker finds modules in the folder "first" there."""
    with cluster(folder) as made:
        made.worker(1, PYTHONPATH=f"{folder / 'first'}{os.pathsep}{os.getcwd()}")
        with pool_of(address=made.address) as pool, pytest.raises(BackendError) as told:
            pool.submit(work.double, 1).result()
    return str(told.value)


def test_tls_takes_the_files_of_a_certificate(tmp_path: Path) -> None:
    ca, cert, key = certificates.make(tmp_path)
    security = "--tls-ca-file", ca, "--tls-cert", cert, "--tls-key", key
    with cluster(tmp_path, 1, security=security) as made:
        with pool_of(address=made.address, tls_ca=ca, tls_cert=cert, tls_key=key) as pool:
            assert pool.submit(work.double, 1).result() == 2
        with pool_of(address=made.address) as pool, pytest.raises(BackendError, match='"tls_ca"'):
            pool.submit(work.double, 1).result()


def test_a_certificate_of_somebody_else_is_told(tmp_path: Path) -> None:
    (ours := tmp_path / "ours").mkdir()
    (theirs := tmp_path / "theirs").mkdir()
    ca, cert, key = certificates.make(theirs)
    security = "--tls-ca-file", ca, "--tls-cert", cert, "--tls-key", key
    with cluster(tmp_path, 1, security=security) as made:
        ca, cert, key = certificates.make(ours)
        with (
            pool_of(address=made.address, tls_ca=ca, tls_cert=cert, tls_key=key) as pool,
            pytest.raises(BackendError, match='certificate.*\n  try: .*"tls_ca"'),
        ):
            pool.submit(work.double, 1).result()


def test_clusters_are_made_by_their_class(tmp_path: Path) -> None:
    how = {"n_workers": 1, "threads_per_worker": 2, "dashboard_address": ":0"}
    how |= {"local_directory": str(tmp_path)}
    with pool_of(cluster="distributed:LocalCluster", kwargs=how) as pool:
        assert list(pool.map(work.double, range(9))) == [2 * x for x in range(9)]


@pytest.mark.parametrize(
    "keys, why",
    [
        ({}, 'either "address" or "cluster"'),
        ({"address": "tcp://x:1", "cluster": "a:b"}, 'either "address" or "cluster"'),
        ({"address": "tcp://x:1", "kwargs": {"n": 1}}, '"kwargs" are for a "cluster"'),
        ({"cluster": "distributed:Nobody"}, "has no 'Nobody'"),
        ({"address": "tls://x:1", "tls_ca": "/no/file"}, "there is no file '/no/file'"),
        ({"address": "tls://x:1", "tls_ca": __file__}, '"tls_cert": is missing'),
    ],
)
def test_mistakes_in_the_configuration_are_told(keys: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError) as told:
        create(Config(**keys), "module:attribute")
    assert why in str(told.value)
