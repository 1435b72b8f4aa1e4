"""One package tried: its suite as it is, then with every function decorated, test by test."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.foreign.package import Package

_CHILD = Path(__file__).with_name("child.py")
_ROOT = Path(__file__).parents[2]
_ADDRESS = re.compile(r"0x[0-9a-f]+")
#: Each call that can go to a worker goes to one, however small.
_CONFIGURATION = {"workers": [{"type": "multicore", "cores": 2}], "inline": False}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a package. refused: how many functions run undecorated, by reason.

    functional: how many of the functions were marked functional, too; taken: calls of these that
    were made in a worker; differences: a line for each test that ends otherwise.
    """

    package: Package
    tests: int
    functions: int
    functional: int
    taken: int
    refused: Mapping[str, int]
    differences: tuple[str, ...]

    def row(self) -> str:
        """The row of the table in docs/foreign.md."""
        refused = sum(self.refused.values())
        figures = self.functions, refused, self.functional, self.taken, self.tests
        cells = f"{self.package.name} {self.package.version}", *figures, len(self.differences)
        return f"| {' | '.join(map(str, cells))} |"


def attempt(package: Package, sources: Path, scratch: Path, seconds: float = 600) -> Result:
    """Run the suite three times: as it is, its calls checked, all decorated.

    sources: the unpacked sdist; scratch: a folder for files of ours; seconds: for one run.

    Raises:
        TimeoutExpired: a run takes longer.
    """
    marks = scratch / "functional.json"
    plain = _run("plain", package, sources, scratch, seconds)
    checked = _run("check", package, sources, scratch, seconds)
    marks.write_text(json.dumps(checked["functional"]), encoding="utf-8")
    scheduled = _run("scheduled", package, sources, scratch, seconds)
    return Result(
        package,
        len(plain["outcomes"]),
        scheduled["functions"],
        scheduled["functional"],
        scheduled["taken"],
        scheduled["refused"],
        tuple(differences(plain["outcomes"], scheduled["outcomes"])),
    )


def differences(plain: Mapping[str, str], scheduled: Mapping[str, str]) -> list[str]:
    """A line for each test that ends otherwise, or is missing on one side."""
    names = [*plain, *(name for name in scheduled if name not in plain)]
    return [
        f"{name}: {plain.get(name, 'not run')} -> {scheduled.get(name, 'not run')}"
        for name in names
        if _plainly(plain.get(name)) != _plainly(scheduled.get(name))
    ]


def _plainly(outcome: str | None) -> str:
    return _ADDRESS.sub("0x", outcome or "")


def _run(
    mode: str, package: Package, sources: Path, scratch: Path, seconds: float
) -> dict[str, Any]:
    configuration, result = scratch / "pydron.conf", scratch / f"{mode}.json"
    configuration.write_text(json.dumps(_CONFIGURATION), encoding="utf-8")
    path = os.pathsep.join([str(sources / package.root), str(_ROOT)])
    seed = {"PYTHONHASHSEED": "0"}  # the names of tests may depend on it
    environment = {**os.environ, **seed, "PYTHONPATH": path, "PYDRON_CONF": str(configuration)}
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "addopts="]
    command = [sys.executable, str(_CHILD), mode, package.module, str(scratch / "functional.json")]
    done = subprocess.run(
        [*command, str(result), *options, *package.tests],
        cwd=sources,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    (scratch / f"{mode}.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    if not result.exists():
        raise RuntimeError(f"{package.name}, {mode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return found
