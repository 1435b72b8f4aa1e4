"""One measurement after the other."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks.peers import environments
from benchmarks.peers.catalogue import Entry
from benchmarks.peers.processes import descendants, end, peak_megabytes, wait_for_rest
from benchmarks.peers.records import Record, Records
from benchmarks.peers.sizes import QUICK
from benchmarks.peers.works import Work

CHECKOUT = Path(benchmarks.__file__).parent.parent
_LOOK_SECONDS = 0.2
_QUICK_LIMIT_SECONDS = 20.0


class Runs:
    """Measures peers; records what comes of it."""

    def __init__(self, records: Records, folder: Path, size: str, cores: int) -> None:
        """folder: of the environments."""
        self._records = records
        self._folder = folder
        self._size = size
        self._cores = cores

    def measure(self, entries: Sequence[Entry], works: Sequence[Work], rounds: int) -> None:
        """Peers side by side for each work; what is recorded `rounds` times is left alone."""
        for number in range(rounds):
            for work in works:
                for entry in entries:
                    if len(self._records.of(entry.name, work.name, self._size)) <= number:
                        self._records.add(self.record(entry, work))

    def record(self, entry: Entry, work: Work) -> Record:
        load = os.getloadavg()[0]
        print(f"{work.name:10} {entry.name:12} ", end="", flush=True)
        try:
            python = environments.interpreter(entry, self._folder)
            measured = self._child(python, entry, work)
            version = environments.versions(entry, self._folder)
        except (subprocess.CalledProcessError, OSError) as failure:
            measured, version = {"failure": f"no environment: {failure}"}, ""
        values = {"value": None, **measured, "version": version, "when": time.time(), "load": load}
        record = Record(entry.name, work.name, self._size, **values)
        print(record.failure or f"{record.value:.4g} {work.unit}")
        return record

    def _child(self, python: Path, entry: Entry, work: Work) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "measured.json"
            arguments = [entry.adapter, work.name, self._size, str(self._cores)]
            command = [str(python), "-m", "benchmarks.peers.child", *arguments]
            process = subprocess.Popen(
                [*command, repr(time.monotonic()), str(out)],
                cwd=CHECKOUT,
                env=self._environment(python),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            failure = _watch(process, self._limit(work))
            if out.is_file() and out.stat().st_size:
                return json.loads(out.read_text())  # type: ignore[no-any-return]
            return {"failure": failure or f"ended with status {process.returncode}"}

    def _limit(self, work: Work) -> float:
        limit = work.limit_seconds
        return min(limit, _QUICK_LIMIT_SECONDS) if self._size == "quick" else limit

    def _environment(self, python: Path) -> dict[str, str]:
        path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
        added = {"PATH": path, "PYTHONPATH": str(CHECKOUT)}
        if self._size == "quick":
            added["BENCHMARK_ARRAY_BYTES"] = str(QUICK.array_bytes)
        return {**os.environ, **added}


def _watch(process: subprocess.Popen[bytes], limit_seconds: float) -> str:
    """Wait for its end, or end it; the failure, if that is one."""
    end_at = time.monotonic() + limit_seconds
    started: set[int] = set()
    peak = 0.0
    while process.poll() is None:
        if time.monotonic() > end_at:
            end(process)
            return f"over {limit_seconds:.0f} s, {peak:.0f} MB"
        started, peak = descendants(process.pid) or started, peak_megabytes(process.pid) or peak
        try:
            process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    wait_for_rest(started)
    return ""
