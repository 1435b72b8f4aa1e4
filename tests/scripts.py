"""Programs as processes of their own: written to a file, run, watched."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parent.parent
DISPATCHED = {"workers": [{"type": "multicore", "cores": 2}], "inline": False}
TIMEOUT_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left behind."""

    status: int
    out: str
    err: str


def environment(folder: Path, configuration: Mapping[str, object] | None) -> dict[str, str]:
    """The environment of a process with this configuration; without one, pydron is off."""
    path = folder / "test.pydron.conf"
    path.write_text(json.dumps(configuration or DISPATCHED), encoding="utf-8")
    chosen = {"PYTHONPATH": str(ROOT), "PYDRON_CONF": str(path)}
    if configuration is None:
        chosen["PYDRON"] = "off"
    inherited = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "PYDRON_CACHE_DIR")
        if name in os.environ
    }
    return inherited | chosen


def write(folder: Path, source: str, name: str = "script.py") -> Path:
    """The file with this source, its common indentation taken off."""
    path = folder / name
    path.write_text(dedent(source), encoding="utf-8")
    return path


def run(
    folder: Path,
    *command: str,
    configuration: Mapping[str, object] | None = DISPATCHED,
    stdin: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Ended:
    """Python with this command line, run to its end in `folder`."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment(folder, configuration) | dict(variables or {}),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or goes within the time that a test may take."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], TIMEOUT_SECONDS / 2)[0])
    finally:
        os.close(process)


def same_both_ways(folder: Path, source: str) -> Ended:
    """What the script does on worker processes, which is what it does with pydron off."""
    script = str(write(folder, source))
    sequential = run(folder, script, configuration=None)
    scheduled = run(folder, script)
    assert scheduled == sequential
    return scheduled
