"""Workers on a Ray cluster; run by ``test_ray`` where there is one, in a network of its own."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest

from examples.demo import run
from pydron_ng import Pool
from pydron_ng.errors import BackendError
from tests.backends.contract import Contract
from tests.backends.promise import KillablePromise
from tests.backends.rig import is_alive, wait_until
from tests.pool import work

ADDRESS = os.environ.get("PYDRON_TEST_RAY", "")


def threads_of_ours() -> set[threading.Thread]:
    return {t for t in threading.enumerate() if t.name.startswith("pydron")}


class TestRay(Contract):
    type = "ray"
    keys: ClassVar[dict[str, Any]] = {"address": ADDRESS}

    def test_close_leaves_nothing_however_often_it_is_done(self) -> None:
        """Nothing of ours; Ray itself keeps threads and descriptors."""
        before = threads_of_ours()
        rig = self.make().start()
        pid = int(rig.call(b"pid")[0])
        rig.close()
        rig.backend.close()
        wait_until(lambda: not is_alive(pid))
        assert threads_of_ours() == before


class TestRayForPrograms(KillablePromise):
    worker: ClassVar[dict[str, Any]] = {"type": "ray", "address": ADDRESS, "cores": 2}
    rounds = 5

    def _start_and_stop(self, *how: Any) -> None:
        """While the program has a connection of its own: what Ray itself leaves is another's."""
        with pool_of(ADDRESS) as pool:
            pool.submit(work.double, 1).result()
            super()._start_and_stop(*how)


def test_the_workers_of_a_pool_end_with_it() -> None:
    with pool_of(ADDRESS) as pool:
        pids = set(pool.map(work.pid, range(20)))
    wait_until(lambda: not any(map(is_alive, pids)))


def pool_of(address: str) -> Pool:
    return Pool(config={"workers": [{"type": "ray", "address": address, "cores": 2}]})


def test_streams_come_back_whole() -> None:
    with pool_of(ADDRESS) as pool:
        assert list(pool.imap(work.double, range(1000))) == [2 * x for x in range(1000)]


def test_an_example_prints_the_same_when_it_is_scheduled(tmp_path: Path) -> None:
    conf = tmp_path / "pydron.conf"
    workers = [{"type": "ray", "address": ADDRESS, "cores": 2}]
    conf.write_text(json.dumps({"workers": workers, "inline": False}))
    environment = dict(os.environ) | {"PYDRON_CONF": str(conf)}
    sequential = run("census.py", environment | {"PYDRON": "off"}, "--every", "40")
    scheduled = run("census.py", environment, "--every", "40")
    assert sequential.status == 0, sequential.complained.decode()
    assert (scheduled.printed, scheduled.found) == (sequential.printed, sequential.found)


@pytest.mark.parametrize("kind", ["{}", "ray://{}"])
def test_who_answers_and_is_no_head_of_ray_is_told(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = kind.format(f"127.0.0.1:{other.getsockname()[1]}")
        with pool_of(address) as pool, pytest.raises(BackendError, match="is no head of Ray"):
            pool.submit(work.double, 1).result()


@pytest.mark.parametrize("kind", ["{}", "ray://{}"])
def test_an_address_that_nobody_answers_at_is_told(kind: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = kind.format(f"127.0.0.1:{nobody.getsockname()[1]}")
        with pool_of(address) as pool, pytest.raises(BackendError, match="nobody answers there"):
            pool.submit(work.double, 1).result()
