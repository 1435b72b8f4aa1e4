"""One measurement, in a process of its own.

    python -m benchmarks.peers.child ADAPTER WORK quick|full CORES BEGAN OUT

OUT gets what was measured, or why nothing was, as JSON.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.sizes import FULL, QUICK
from benchmarks.peers.works import WORKS
from benchmarks.peers.works.work import Setting


def measure(adapter: str, work_name: str, setting: Setting) -> dict[str, Any]:
    """What is written down."""
    work = next(work for work in WORKS if work.name == work_name)
    try:
        opened = import_module(f"benchmarks.peers.adapters.{adapter}").peer
        with opened(setting.cores, every=work.every) as peer:
            return asdict(work.run(peer, setting))
    except Exception as failure:  # whatever a peer may raise is its result
        return {"failure": f"{type(failure).__name__}: {failure}".splitlines()[0][:120]}


def main(adapter: str, work: str, size: str, cores: str, began: str, out: str) -> None:
    setting = Setting(QUICK if size == "quick" else FULL, int(cores), float(began))
    measured = measure(adapter, work, setting)
    Path(out).write_text(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
