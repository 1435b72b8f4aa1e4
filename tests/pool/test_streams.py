"""Many items: map, imap, imap_unordered."""

from __future__ import annotations

import gc
import operator
import resource
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import Pool
from tests.pool import work

_SECONDS = 30
_ITEMS = 200
_SIZES = [1, 7, "auto", 1000]


class Source(Iterator[int]):
    """Counts what was read of it, fails where it is told to."""

    def __init__(self, end: float = float("inf"), fails_at: float = float("inf")) -> None:
        self.read = 0
        self._end, self._fails_at = end, fails_at

    def __next__(self) -> int:
        if self.read >= self._end:
            raise StopIteration
        if self.read >= self._fails_at:
            raise OSError("the source is dry")
        self.read += 1
        return self.read - 1


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("buffer", [None, 1, 10])
def test_results_are_flat_and_in_order(pool: Pool, size: Any, buffer: int | None) -> None:
    how: dict[str, Any] = {"chunksize": size, "buffersize": buffer}
    doubled = [2 * x for x in range(_ITEMS)]
    assert list(pool.map(work.double, range(_ITEMS), **how)) == doubled
    assert list(pool.imap(work.double, range(_ITEMS), **how)) == doubled
    assert sorted(pool.imap_unordered(work.double, range(_ITEMS), **how)) == doubled


@pytest.mark.parametrize("size", _SIZES)
def test_results_that_come_in_any_order_are_all_there(pool: Pool, size: Any) -> None:
    """Also those that come while others are being taken."""
    taken = []
    for number, result in pool.imap_unordered(
        work.double, range(2000), chunksize=size, indexed=True
    ):
        assert result == 2 * number
        taken.append(number)
    assert sorted(taken) == list(range(2000))


def test_results_may_come_with_the_numbers_of_their_items(pool: Pool) -> None:
    numbered = [(n, 2 * x) for n, x in enumerate("abcdefg")]
    assert list(pool.imap(work.double, "abcdefg", indexed=True, chunksize=3)) == numbered
    assert sorted(pool.imap_unordered(work.double, "abcdefg", indexed=True)) == numbered


def test_items_may_be_several_arguments(pool: Pool) -> None:
    pairs = [(x, x + 1) for x in range(50)]
    sums = [x + y for x, y in pairs]
    assert list(pool.imap(work.add, pairs, star=True)) == sums
    assert sorted(pool.imap_unordered(work.add, pairs, star=True, chunksize=4)) == sums
    assert list(pool.map(work.add, range(50), range(1, 60))) == sums
    assert list(pool.map(work.add, [], [])) == []
    assert list(pool.map(work.pid)) == []


def test_an_item_that_is_a_list_is_one_argument(pool: Pool) -> None:
    assert list(pool.imap(len, [[1, 2], [], [3]], chunksize=2)) == [2, 0, 1]


@pytest.mark.parametrize("size", [1, 3, "auto"])
def test_an_exception_is_raised_in_its_place_and_others_go_on(pool: Pool, size: Any) -> None:
    results = pool.imap(work.fail_if_odd, range(20), chunksize=size)
    for number in range(20):
        if number % 2:
            with pytest.raises(ValueError, match=str(number)) as caught:
                next(results)
            assert "raise ValueError(x)" in str(caught.value.__cause__)
        else:
            assert next(results) == number
    with pytest.raises(StopIteration):
        next(results)


@pytest.mark.parametrize("size", [1, 3])
def test_a_call_that_raises_stop_iteration_does_not_end_the_stream(pool: Pool, size: int) -> None:
    results = pool.imap(work.stop_at_two, range(6), chunksize=size)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        next(results)
    assert type(caught.value.__cause__) is StopIteration
    assert list(results) == [3, 4, 5]


@pytest.mark.parametrize("size", [1, 4, "auto"])
def test_what_a_source_raises_comes_after_the_results_before(pool: Pool, size: Any) -> None:
    results = pool.imap(work.double, Source(fails_at=10), chunksize=size)
    assert list(islice(results, 10)) == [2 * x for x in range(10)]
    with pytest.raises(OSError, match="the source is dry"):
        next(results)
    with pytest.raises(StopIteration):
        next(results)


@pytest.mark.parametrize("ordered", [True, False])
def test_an_item_that_cannot_travel_fails_in_its_place(pool: Pool, ordered: bool) -> None:
    items = [1, 2, sys._getframe(), 4, 5]
    results = (pool.imap if ordered else pool.imap_unordered)(work.double, items, chunksize=5)
    outcomes: list[Any] = []
    for _ in items:
        try:
            outcomes.append(next(results))
        except Exception as failure:
            outcomes.append(str(failure))
    told = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert sorted(o for o in outcomes if isinstance(o, int)) == [2, 4, 8, 10]
    assert len(told) == 1
    assert "double(): an item, of type frame, cannot be sent to a worker" in told[0]
    assert list(results) == []


def test_an_endless_source_is_read_as_results_are_taken(pool: Pool) -> None:
    source = Source()
    assert list(islice(pool.imap(work.double, source, chunksize=1), 50)) == [
        2 * x for x in range(50)
    ]
    assert source.read <= 50 + 2 * 256 + 1


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("size", [1, "auto"])
def test_nothing_is_read_beyond_the_buffer(pool: Pool, ordered: bool, size: Any) -> None:
    source = Source()
    stream = pool.imap if ordered else pool.imap_unordered
    results = stream(work.double, source, chunksize=size, buffersize=10)
    for taken in range(1, 60):
        next(results)
        assert source.read <= taken + 10


@pytest.mark.parametrize("size", [1, "auto"])
def test_a_slow_first_item_holds_up_the_reading(pool: Pool, tmp_path: Path, size: Any) -> None:
    """All others are done long before, and nobody can take them."""
    go = tmp_path / "go"
    source = Source()
    pairs = ((x, go) for x in source)
    results = pool.imap(work.hold_first, pairs, star=True, chunksize=size)
    done = list(pool.imap(work.double, range(5000)))
    read = source.read
    go.touch()
    assert done == [2 * x for x in range(5000)]
    assert read <= 2 * 4 * 2
    assert list(islice(results, 20)) == list(range(20))


def _read_until_closed(pool: Pool, tmp_path: Path, end: Any) -> None:
    begun = tmp_path / "begun"
    held = pool.imap(work.hold, (begun for _ in count()), chunksize=1)
    work.wait_until(lambda: len(work.lines(begun)) == 2)
    end(held)
    del held
    gc.collect()
    assert list(pool.map(work.double, range(10))) == [2 * x for x in range(10)]
    assert len(work.lines(begun)) == 2


def test_a_stream_that_is_closed_drops_what_is_left(processes: Pool, tmp_path: Path) -> None:
    _read_until_closed(processes, tmp_path, lambda held: held.close())


def test_a_stream_that_nobody_holds_drops_what_is_left(processes: Pool, tmp_path: Path) -> None:
    _read_until_closed(processes, tmp_path, lambda held: None)


def test_who_waits_hears_that_another_thread_has_closed_the_stream(tmp_path: Path) -> None:
    """Also where others go on."""
    with Pool(3) as pool:
        held = pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
        results: Any = pool.imap(work.hold, [tmp_path / "begun"] * 2)
        with ThreadPoolExecutor(1) as other:
            left = other.submit(list, results)
            work.wait_until(lambda: len(work.lines(tmp_path / "begun")) == 3)
            results.close()
            assert left.result(_SECONDS) == []
        assert not held.done()
        (tmp_path / "go").touch()


def test_a_closed_stream_is_at_its_end_and_so_is_its_source(pool: Pool) -> None:
    ended = []

    def source() -> Iterator[int]:
        try:
            yield from count()
        finally:
            ended.append(True)

    results: Any = pool.imap(work.double, source())
    assert next(results) == 0
    results.close()
    assert ended == [True]
    assert list(results) == []
    results.close()


def test_results_that_are_not_there_in_time(processes: Pool, tmp_path: Path) -> None:
    results = processes.map(work.hold, [tmp_path / "begun"] * 3, timeout=0.2)
    with pytest.raises(TimeoutError):
        next(results)
    assert list(results) == []
    assert processes.submit(work.double, 1).result(_SECONDS) == 2


def test_a_stream_outlives_the_name_of_its_pool() -> None:
    assert list(Pool(1).map(work.double, range(100))) == [2 * x for x in range(100)]


def test_coroutine_functions_run_at_once(pool: Pool, tmp_path: Path) -> None:
    numbers = ((tmp_path, n, 40) for n in range(40))
    assert list(pool.imap(work.meet, numbers, star=True)) == list(range(40))
    assert list(pool.map(work.double_later, range(5), chunksize=3)) == [0, 2, 4, 6, 8]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("ordered", [True, False])
def test_a_million_items_take_no_memory(processes: Pool, ordered: bool) -> None:
    stream = processes.imap if ordered else processes.imap_unordered
    assert sum(stream(operator.neg, range(10_000))) == -sum(range(10_000))
    before = _peak()
    assert sum(stream(operator.neg, range(1_000_000))) == -sum(range(1_000_000))
    assert _peak() - before < 50 << 20


def test_streams_may_be_taken_in_turns(pool: Pool) -> None:
    doubled = pool.imap(work.double, range(300))
    negated = pool.imap_unordered(operator.neg, range(300))
    pairs = list(zip(doubled, negated, strict=True))
    assert [d for d, _ in pairs] == [2 * x for x in range(300)]
    assert sorted(-n for _, n in pairs) == list(range(300))


def test_a_stream_may_feed_another_one(pool: Pool) -> None:
    doubled = pool.imap(work.double, range(500))
    assert list(pool.imap(work.double, doubled)) == [4 * x for x in range(500)]
