"""A real Dask scheduler and its workers on this machine, for as long as a block lasts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.backends.rig import wait_until

_ROOT = str(Path(__file__).parents[2])
_SCHEDULER = "distributed.cli.dask_scheduler"
_WORKER = "distributed.cli.dask_worker"


class Cluster:
    """address: of its scheduler. Each worker is a process with so many threads."""

    def __init__(
        self, folder: Path, security: Sequence[str] = (), python: str = sys.executable
    ) -> None:
        """security: options for TLS. python: of its processes."""
        self._python = python
        self._folder = folder
        self._security = security
        self._processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        protocol = ["--protocol", "tls"] if security else []
        self.scheduler = self.start(
            _SCHEDULER, "--port", "0", "--no-dashboard", "--scheduler-file", str(file), *protocol
        )
        wait_until(lambda: file.exists() and file.stat().st_size > 0)
        self.address: str = json.loads(file.read_text())["address"]

    def start(self, module: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [self._python, "-m", module, *arguments, "--host", self._host, *self._security],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": _ROOT, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    @property
    def _host(self) -> str:
        return "tls://127.0.0.1" if self._security else "127.0.0.1"

    def worker(self, threads: int = 1, **environment: str) -> subprocess.Popen[bytes]:
        """One more, which need not be there yet."""
        how = "--no-nanny", "--no-dashboard", "--nthreads", str(threads)
        place = "--local-directory", str(self._folder)
        return self.start(_WORKER, self.address, *how, *place, **environment)

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text()

    def close(self) -> None:
        for process in reversed(self._processes):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def cluster(folder: Path, *threads: int, **how: Any) -> Iterator[Cluster]:
    """With one worker for each number of threads."""
    made = Cluster(folder, **how)
    try:
        for number in threads:
            made.worker(number)
        yield made
    finally:
        made.close()
