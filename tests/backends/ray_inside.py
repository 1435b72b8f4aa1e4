"""Workers on a Ray cluster; run by ``test_ray`` where there is one, in a network of its own."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import pydron_ng
from examples.demo import run
from pydron_ng import Pool
from pydron_ng.backends.folders import usual_place
from pydron_ng.errors import BackendError
from tests.backends.contract import Contract
from tests.backends.promise import KillablePromise
from tests.backends.remote.test_kept import chain, names, numbers
from tests.backends.rig import descriptors, is_alive, wait_until
from tests.pool import work
from tests.test_examples import SMALL

__all__ = ["names"]

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

    def test_start_and_stop_leave_nothing(  # type: ignore[override]  # Ray itself opens and closes
        self,
    ) -> None:
        """What they left would be as much as the rounds, beside a connection that stays."""
        with pool_of(ADDRESS) as other:
            other.submit(work.double, 1).result()
            self._use_and_end(1)
            files, threads = len(descriptors()), threads_of_ours()
            pids = self._use_and_end(rounds := 10)
            wait_until(lambda: len(descriptors()) < files + rounds)
            wait_until(lambda: threads_of_ours() == threads)
            wait_until(lambda: not any(map(is_alive, pids)))

    def _use_and_end(self, rounds: int) -> set[int]:
        """The workers, that many times."""
        pids: set[int] = set()
        for _ in range(rounds):
            with pool_of(ADDRESS) as pool:
                pids |= set(pool.map(work.pid, range(20)))
        return pids


def test_large_values_stay_there_until_the_end(names: list[bytes]) -> None:
    home = Path(usual_place()) / f"pydron-{os.getuid()}"
    worker = {"type": "ray", "address": ADDRESS, "cores": 2}
    with pydron_ng.configure(workers=[worker], inline=False):
        assert np.array_equal(chain(numbers(), 6), numbers() + 6.0)
        assert len(set(names)) == 4  # all arguments but the first, and the first result
    wait_until(lambda: not list(home.glob("kept-*")))


def pool_of(address: str) -> Pool:
    return Pool(config={"workers": [{"type": "ray", "address": address, "cores": 2}]})


def test_streams_come_back_whole() -> None:
    with pool_of(ADDRESS) as pool:
        assert list(pool.imap(work.double, range(1000))) == [2 * x for x in range(1000)]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("example", SMALL)
def test_an_example_prints_and_finds_the_same_when_it_is_scheduled(
    example: str, tmp_path: Path
) -> None:
    conf = tmp_path / "pydron.conf"
    workers = [{"type": "ray", "address": ADDRESS, "cores": 2}]
    conf.write_text(json.dumps({"workers": workers, "inline": False}))
    environment = dict(os.environ) | {"PYDRON_CONF": str(conf)}
    sequential = run(example, environment | {"PYDRON": "off"}, *SMALL[example])
    scheduled = run(example, environment, *SMALL[example])
    assert sequential.status == 0, sequential.complained.decode()
    assert scheduled.status == 0, scheduled.complained.decode()
    assert (scheduled.printed, scheduled.found) == (sequential.printed, sequential.found)


@pytest.mark.parametrize("kind", ["{}", "ray://{}"])
def test_an_address_that_nobody_answers_at_is_told(kind: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = kind.format(f"127.0.0.1:{nobody.getsockname()[1]}")
        with pool_of(address) as pool, pytest.raises(BackendError, match="nobody answers there"):
            pool.submit(work.double, 1).result()
