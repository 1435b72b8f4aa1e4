"""Real ``pydron node`` processes on this machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydron_ng.backends.remote.by_command import _end_with_parent
from tests.backends.rig import is_alive, wait_until
from tests.scripts import ROOT


class Node:
    """It runs until it is stopped; what it says is in ``said``.

    folder: of its own, where its token is, too, if nobody names another one.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        token: Path | None = None,
        port: int | None = 0,
        address: str = "127.0.0.1",
        around: tuple[str, ...] = (),
    ) -> None:
        """port: where it listens; None: it does not. around: what it is started with."""
        folder.mkdir(parents=True, exist_ok=True)
        self.token = token or folder / "token"
        self._log = folder / "log"
        self._address = address
        where = [] if port is None else ["--listen", f"{address}:{port}"]
        command = ["node", "--token-file", str(self.token), *where, *options]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*around, sys.executable, "-m", "pydron_ng", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                preexec_fn=_end_with_parent,  # whatever becomes of the tests
            )
        if port is not None:
            self.until_said("listening at")

    @property
    def said(self) -> str:
        return self._log.read_text()

    def until_said(self, text: str, times: int = 1) -> None:
        def is_said() -> bool:
            assert self.process.poll() is None, self.said
            return len(re.findall(text, self.said)) >= times

        wait_until(is_said)

    @property
    def port(self) -> int:
        found = re.search(r"listening at [\d.]+:(\d+)", self.said)
        assert found is not None
        return int(found[1])

    @property
    def fingerprint(self) -> str:
        found = re.search(r"certificate (SHA256:\S+)", self.said)
        assert found is not None
        return found[1]

    @property
    def keys(self) -> dict[str, Any]:
        """How it is reached, for pydron.conf."""
        return {"hosts": [f"{self._address}:{self.port}"], "token_file": str(self.token)}

    @property
    def consoles(self) -> set[int]:
        """What it has started for clients."""
        return children(self.process.pid)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        self.process.send_signal(by)
        return self.process.wait()


def children(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for file in found for child in file.read_text().split()}


def descendants(pid: int) -> set[int]:
    """Agent, launcher and workers of it have been let go of, but not their agent."""
    own = children(pid)
    return own.union(*map(descendants, own))


def all_gone(pids: Iterable[int]) -> bool:
    return not any(map(is_alive, pids))
