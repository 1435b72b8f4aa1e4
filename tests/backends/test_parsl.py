"""Workers on Parsl: pilot jobs on this machine, which talk by the loopback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from parsl import Config, DataFlowKernel, HighThroughputExecutor
from parsl.concurrent import ParslPoolExecutor
from parsl.providers import LocalProvider

from tests.backends.contract import Contract
from tests.backends.promise import KillablePromise


class Pilots:
    """One job with two workers. There may be several of it, unlike of what ``parsl.load`` makes."""

    def __init__(self, folder: str) -> None:
        """folder: for what Parsl notes."""
        job = LocalProvider(init_blocks=1, min_blocks=1, max_blocks=1)
        executor = HighThroughputExecutor(
            address="127.0.0.1",
            loopback_address="127.0.0.1",
            max_workers_per_node=2,
            encrypted=True,
            provider=job,
        )
        self._kernel = DataFlowKernel(Config([executor], run_dir=folder, initialize_logging=False))
        self.submit = ParslPoolExecutor(dfk=self._kernel).submit

    def shutdown(self, wait: bool) -> None:
        if wait:
            self._kernel.wait_for_current_tasks()
        self._kernel.cleanup()


def keys_of(folder: Path) -> dict[str, Any]:
    return {"factory": f"{__name__}:Pilots", "kwargs": {"folder": str(folder)}}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{path}"
    yield tmp_path_factory.mktemp("parsl")
    os.environ["PATH"] = path


class TestPilots(Contract):
    type = "executor"
    rounds = 1

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _folder(cls, folder: Path) -> None:
        cls.keys = keys_of(folder)


class TestPilotsForPrograms(KillablePromise):
    rounds: ClassVar[int] = 1
    left_by_others = "pymp-"  # by Parsl, which ends a process of its own before that has tidied up

    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"type": "executor", "cores": 2, **keys_of(request.getfixturevalue("folder"))}
