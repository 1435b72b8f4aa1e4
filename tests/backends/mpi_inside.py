"""Workers on the other ranks of an MPI job; run by ``test_mpi``, as its first rank."""

from __future__ import annotations

from typing import Any, ClassVar

from pydron_ng import Pool
from tests.backends.contract import Contract
from tests.backends.promise import KillablePromise
from tests.pool import work

RANKS: dict[str, Any] = {"factory": "mpi4py.futures:MPIPoolExecutor", "kwargs": {"main": False}}


class TestRanks(Contract):
    type = "executor"
    keys = RANKS


class TestRanksForPrograms(KillablePromise):
    worker: ClassVar[dict[str, Any]] = {"type": "executor", "cores": 2, **RANKS}
    rounds = 5


def test_all_ranks_but_the_programs_own_are_used() -> None:
    with Pool(config={"workers": [{"type": "executor", **RANKS}]}) as pool:
        assert list(pool.map(work.double, range(100))) == [2 * x for x in range(100)]
        assert pool._desk.capacity == 2
