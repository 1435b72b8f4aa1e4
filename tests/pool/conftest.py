"""A pool of each kind, for tests that leave it as it was."""

from __future__ import annotations

import copyreg
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from pydron_ng import Pool
from tests.pool import work

KINDS: dict[str, Any] = {
    "processes": {"type": "multicore", "cores": 2},
    "threads": {"type": "threads", "cores": 2},
}
#: What stands for a host: processes that have nothing of this one.
HOST: dict[str, Any] = {
    "type": "command",
    "cores": 2,
    "command": ["env"],
    "python": sys.executable,
}


def pool_of(kind: str, **how: Any) -> Pool:
    """Two workers."""
    return Pool(config={"workers": [(KINDS | {"host": HOST})[kind]]}, **how)


@pytest.fixture(scope="package", params=KINDS)
def pool(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Two workers, of each kind in turn."""
    with pool_of(request.param) as made:
        yield made


@pytest.fixture(scope="package", params=[*KINDS, "host"])
def anywhere(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Two workers, of each kind in turn, and on a host."""
    with pool_of(request.param) as made:
        yield made


@pytest.fixture(scope="package")
def processes() -> Iterator[Pool]:
    """Two processes, which may be ended."""
    with pool_of("processes") as made:
        yield made


@pytest.fixture
def by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exceptions are written as their classes say.

    distributed, once it is imported, has them all written in its own way, in threads here, too.
    """
    for kind in (work.Frozen, work.Lying):
        monkeypatch.delitem(copyreg.dispatch_table, kind, raising=False)
