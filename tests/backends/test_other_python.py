"""A cluster of Dask whose Python is another one than the program's."""

from __future__ import annotations

import os
import platform
import socket
from pathlib import Path

import pytest

from conftest import OTHER_PYTHON
from pydron_ng import Pool
from pydron_ng.errors import BackendError
from tests.backends.dask_cluster import cluster
from tests.pool import work


@pytest.mark.filterwarnings("ignore:Mismatched versions")  # Dask says it in its own way, too
def test_workers_with_another_python_are_told_with_both(tmp_path: Path) -> None:
    python = os.environ[OTHER_PYTHON]
    with cluster(tmp_path, 1, python=python) as made:
        config = {"workers": [{"type": "dask", "address": made.address}]}
        with Pool(config=config) as pool, pytest.raises(BackendError) as told:
            pool.submit(work.double, 1).result()
    there = f" at {socket.gethostname()}, and {platform.python_version()} here"
    assert "Python is 3." in str(told.value)
    assert there in str(told.value)
