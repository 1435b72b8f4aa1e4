"""Runs the programs and writes the table; see the package's docstring."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.corpus.sample import Sample
from tests.corpus.samples import SAMPLES
from tests.corpus.sources import FOLDER
from tests.corpus.table import page

PAGE = Path(__file__).parents[2] / "docs" / "corpus.md"
ENVIRONMENT = os.environ | {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg"}


def child(sample: Sample, mode: str, *rest: str) -> dict[str, Any]:
    """What one run found. Raises: CalledProcessError, TimeoutExpired."""
    command = [sys.executable, "-m", "tests.corpus.child", sample.name, mode, *rest]
    done = subprocess.run(
        command, env=ENVIRONMENT, check=True, timeout=240, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(sample: Sample) -> dict[str, Any]:
    """All runs of one program."""
    runs = {mode: child(sample, mode) for mode in ("sequential", "traced", "forced", "scheduled")}
    if sample.remainder is not None:
        runs |= {f"fixed-{mode}": child(sample, mode, "fixed") for mode in ("traced", "forced")}
    return runs


def main() -> None:
    chosen = sys.argv[1:] or [sample.name for sample in SAMPLES]
    results = FOLDER / "results"
    results.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        if sample.name in chosen:
            found = measure(sample)
            Path(results, f"{sample.name}.json").write_text(json.dumps(found))
            print(sample.name, {mode: run["seconds"] for mode, run in found.items()}, flush=True)
    there = {s: Path(results, f"{s.name}.json") for s in SAMPLES}
    known = {s: json.loads(path.read_text()) for s, path in there.items() if path.exists()}
    text, ratios = page(known)
    if not sys.argv[1:] or len(known) == len(SAMPLES):
        PAGE.write_text(text)
    print(f"{len(ratios)} programs, median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
