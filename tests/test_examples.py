"""The examples, started as users start them: sequential and scheduled, nobody can tell which."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from examples.demo import run

SMALL = {
    "census.py": ("--every", "40"),
    "images.py": ("--width", "96"),
    "convergence.py": ("--sweeps", "40", "--tolerance", "0.05"),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("example", SMALL)
def test_what_an_example_calls_functional_is(example: str) -> None:
    checked = run(example, dict(os.environ) | {"PYDRON_CHECK": "1"}, *SMALL[example])
    assert b": all keep the contract" in checked.complained, checked.complained.decode()


#: Each on this machine, as if it were others.
KINDS: dict[str, dict[str, Any]] = {
    "multicore": {"type": "multicore", "cores": 2},
    "command": {"type": "command", "command": ["env"], "python": sys.executable, "cores": 2},
    "executor": {
        "type": "executor",
        "factory": "loky:ProcessPoolExecutor",
        "kwargs": {"max_workers": 2},
    },
    "dask": {
        "type": "dask",
        "cluster": "distributed:LocalCluster",
        "kwargs": {"n_workers": 1, "threads_per_worker": 2, "dashboard_address": ":0"},
    },
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "example, kind",
    [
        *((example, "multicore") for example in SMALL),
        *(("census.py", kind) for kind in KINDS if kind != "multicore"),
        *(
            pytest.param(example, kind, marks=pytest.mark.long)
            for example in SMALL
            for kind in KINDS
            if example != "census.py" and kind != "multicore"
        ),
    ],
)
def test_an_example_prints_and_finds_the_same_when_it_is_scheduled(
    example: str, kind: str, tmp_path: Path
) -> None:
    conf = tmp_path / "pydron.conf"
    conf.write_text(json.dumps({"workers": [KINDS[kind]], "inline": False}))
    environment = dict(os.environ) | {"PYDRON_CONF": str(conf)}
    sequential = run(example, environment | {"PYDRON": "off"}, *SMALL[example])
    scheduled = run(example, environment, *SMALL[example])
    assert sequential.status == 0, sequential.complained.decode()
    assert (scheduled.printed, scheduled.complained) == (sequential.printed, sequential.complained)
    assert scheduled.same(sequential)
