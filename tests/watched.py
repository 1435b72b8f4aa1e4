"""Programs that are looked at while they run; each test has a run directory of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pydron_ng.runtime import session
from pydron_ng.runtime.monitor.asking import Gone, Silent, ask
from pydron_ng.runtime.monitor.messages import Look, Told
from tests.backends.rig import wait_until
from tests.scripts import DISPATCHED, TIMEOUT_SECONDS, environment, write

#: A pool of two whose workers hold until a file "go" is there; what it says comes after.
HOLDING = """
    import sys
    from pathlib import Path
    from pydron_ng import Pool
    from tests.pool import work

    folder = Path(sys.argv[1])
    pool = Pool(2)
    futures = [pool.submit(work.hold, folder / "begun", folder / "go") for _ in range(3)]
    for future in futures:
        try:
            print(future.result(), flush=True)
        except BaseException as failure:
            print(type(failure).__name__, failure, flush=True)
"""

#: What runs there, and its workers, have long names.
LONG_NAMES = """
    import sys
    from pathlib import Path
    from pydron_ng import Pool
    from tests.pool import work

    def hold_on(folder):
        return work.hold(folder / "begun", folder / "go")

    hold_on.__qualname__ = "calibrate_every_exposure_of_the_night_flats_and_darks_included"
    worker = {"type": "multicore", "cores": 2, "labels": ["the-lowest-rack-at-the-very-end"]}
    pool = Pool(config={"workers": [worker]})
    print(list(pool.map(hold_on, [Path(sys.argv[1])] * 2)))
"""


@dataclass
class Program:
    """One that runs. folder: of its files."""

    process: subprocess.Popen[str]
    folder: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def told(self) -> Told:
        told = ask(self.pid, Look())
        assert isinstance(told, Told), told
        return told

    def until(self, *, running: int) -> Told:
        """Wait until so many calls run."""
        found: list[Told] = []

        def is_there() -> bool:
            assert self.process.poll() is None, self.process.communicate()
            try:
                found.append(self.told())
            except (Gone, Silent):
                return False
            return sum(pool.status.running for pool in found[-1].pools) == running

        wait_until(is_there)
        return found[-1]

    def stop(self) -> None:
        """As ^Z does."""
        self.process.send_signal(signal.SIGSTOP)
        status = Path(f"/proc/{self.pid}/stat")
        wait_until(lambda: status.read_text().rpartition(")")[2].split()[0] == "T")

    def go(self) -> None:
        (self.folder / "go").touch()

    def end(self) -> tuple[int, str]:
        """Its status and what it has printed."""
        out, err = self.process.communicate(timeout=TIMEOUT_SECONDS)
        assert not err, err
        return self.process.returncode, out


class Programs:
    """Starts them, and sees to it that they end."""

    def __init__(self, folder: Path, run: Path) -> None:
        self.folder = folder
        self.run = run
        self._started: list[Program] = []

    def start(
        self,
        source: str = HOLDING,
        name: str = "survey.py",
        configuration: Mapping[str, object] = DISPATCHED,
    ) -> Program:
        folder = self.folder / f"{len(self._started)}"
        folder.mkdir()
        script = write(folder, source, name)
        process = subprocess.Popen(
            [sys.executable, str(script), str(folder)],
            cwd=folder,
            env=environment(folder, configuration) | {"PYDRON_RUN_DIR": str(self.run)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(Program(process, folder))
        return self._started[-1]

    def close(self) -> None:
        for program in self._started:
            program.process.send_signal(signal.SIGCONT)
            program.process.kill()
            program.process.communicate()


@pytest.fixture
def run_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the sockets are of this test, which has nobody else's pools; their paths are short."""
    monkeypatch.setattr(session, "_monitors", [])
    with tempfile.TemporaryDirectory(prefix="run-", dir="/tmp") as run:
        monkeypatch.setenv("PYDRON_RUN_DIR", run)
        yield Path(run)


@pytest.fixture
def programs(tmp_path: Path, run_folder: Path) -> Iterator[Programs]:
    started = Programs(tmp_path, run_folder)
    yield started
    started.close()


def sockets(run: Path) -> list[str]:
    """What is in there."""
    return sorted(os.listdir(run))
