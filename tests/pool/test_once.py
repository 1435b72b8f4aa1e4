"""Whatever happens to tasks: each has one outcome, and is made once at most."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import CancelledError, wait
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from pydron_ng.pool.future import PoolFuture
from tests.pool import work
from tests.pool.conftest import pool_of

_TASKS = 300
_SECONDS = 50
#: What a task does, and what the program does to it.
_WAYS = ["fine"] * 30 + ["die", "raise", "raise", "hang", "cancelled", "cancelled", "timed"]
#: The only outcomes that there may be: nobody is harmed by what happens to others.
_OUTCOMES = {
    "fine": {"value"},
    "die": {"lost"},
    "raise": {"raised"},
    "hang": {"late"},
    "cancelled": {"value", "cancelled"},
    "timed": {"value"},
}


@pytest.mark.parametrize("seed", range(3))
def test_each_task_has_one_outcome_and_is_made_once_at_most(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    ways = [chance.choice(_WAYS) for _ in range(_TASKS)]
    heard: Counter[int] = Counter()
    with pool_of("processes") as pool:
        futures = [_submitted(pool, number, way, tmp_path) for number, way in enumerate(ways)]
        for number, future in enumerate(futures):
            future.add_done_callback(lambda _, number=number: heard.update([number]))  # type: ignore[misc]
        _cancel(futures, ways, chance, tmp_path)
        assert not wait(futures, timeout=_SECONDS).not_done
    outcomes = [_outcome(future, number) for number, future in enumerate(futures)]
    for number, (way, outcome) in enumerate(zip(ways, outcomes, strict=True)):
        assert outcome in _OUTCOMES[way], (number, way, outcome)
    assert heard == dict.fromkeys(range(_TASKS), 1)
    made = Counter(map(int, work.lines(tmp_path / "made")))
    assert set(made.values()) == {1}
    for number, outcome in enumerate(outcomes):
        assert number in made or outcome in ("cancelled", "late")


def _submitted(pool: Pool, number: int, way: str, folder: Path) -> PoolFuture:
    if way in ("hang", "timed"):
        pool = pool.options(timeout=0.1 if way == "hang" else 60)
    return pool.submit(work.behave, number, way, folder)


def _cancel(
    futures: list[PoolFuture], ways: list[str], chance: random.Random, folder: Path
) -> None:
    """At a moment of its own each: queued ones, running ones, some that are done."""
    for number in [n for n, way in enumerate(ways) if way == "cancelled"]:
        reached = chance.randrange(number + 1)
        work.wait_until(lambda: len(work.lines(folder / "made")) >= reached // 2)
        futures[number].cancel()


def _outcome(future: PoolFuture, number: int) -> str:
    try:
        assert future.result(0) == number
    except CancelledError:
        return "cancelled"
    except WorkerLost:
        return "lost"
    except TimeoutError:
        return "late"
    except ValueError:
        return "raised"
    return "value"


def test_calls_that_travel_together_are_made_once_when_their_worker_dies(tmp_path: Path) -> None:
    """What was in the same task as the one that killed is lost with it, not made again."""
    ways = ["die" if number == 55 else "fine" for number in range(100)]
    items = [(number, way, tmp_path) for number, way in enumerate(ways)]
    outcomes = []
    with pool_of("processes") as pool:
        results = pool.imap(work.behave, items, chunksize=10, star=True)
        for number in range(100):
            try:
                assert next(results) == number
                outcomes.append("value")
            except WorkerLost:
                outcomes.append("lost")
    assert outcomes == ["value"] * 50 + ["lost"] * 10 + ["value"] * 40
    made = Counter(map(int, work.lines(tmp_path / "made")))
    assert set(made) == set(range(56)) | set(range(60, 100))
    assert set(made.values()) == {1}
