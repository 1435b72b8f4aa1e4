"""What goes to workers and comes back."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from pickle import PicklingError
from typing import Any

import numpy as np
import pytest

from pydron_ng import Pool
from pydron_ng.errors import BackendError
from tests import scripts
from tests.pool import work

_SECONDS = 30
_LARGE = 1 << 20  # numbers; 8 MB, which go by shared memory


def _adder(n: int) -> Callable[[int], int]:
    def inner(x: int) -> int:
        return x + n

    return inner


class Scale:
    """Has methods, and counts its calls."""

    def __init__(self, factor: int) -> None:
        self.factor = factor
        self.calls = 0

    def times(self, x: int) -> int:
        return self.factor * x

    def count(self, _: int) -> int:
        self.calls += 1
        return self.calls

    def __call__(self, x: int) -> int:
        return self.times(x)

    @staticmethod
    def negated(x: int) -> int:
        return -x


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 3 * x,
        _adder(3),
        Scale(3).times,
        Scale(3),
        Scale.negated,
        partial(work.add, y=4),
        abs,
    ],
    ids=["lambda", "closure", "method", "object", "static", "partial", "builtin"],
)
def test_all_that_can_be_called_can_be_submitted(pool: Pool, function: Callable[..., int]) -> None:
    assert pool.submit(function, 5).result(_SECONDS) == function(5)
    assert list(pool.imap(function, range(50))) == [function(x) for x in range(50)]


def test_what_a_call_changes_of_its_function_is_not_seen_by_the_next(pool: Pool) -> None:
    counting = Scale(1).count
    assert [pool.submit(counting, 0).result(_SECONDS) for _ in range(5)] == [1] * 5


def test_a_large_function_travels_as_often_as_it_is_called(pool: Pool) -> None:
    table = list(range(50_000))
    futures = [pool.submit(lambda x: table[x], x) for x in range(5)]
    assert [f.result(_SECONDS) for f in futures] == list(range(5))
    lookup = table.__getitem__
    assert list(pool.imap(lookup, range(100), chunksize=3)) == list(range(100))


def test_large_functions_are_not_kept_for_ever() -> None:
    size = 8 << 20
    with Pool(1) as pool:
        processes = [os.getpid(), pool.submit(work.pid).result(_SECONDS)]
        before = [work.memory_of(process) for process in processes]
        for number in range(30):
            large = partial(work.at, bytes([number]) * size)
            assert list(pool.map(large, range(4))) == [number] * 4
        grown = [work.memory_of(p) - b for p, b in zip(processes, before, strict=True)]
        assert max(grown) < 20 * size
        tables = [partial(work.at, bytes([number]) * size) for number in range(12)]
        again = [pool.submit(table, 0) for _ in range(3) for table in tables]
        assert [future.result(_SECONDS) for future in again] == [*range(12)] * 3


def test_a_closure_is_what_it_is_when_it_is_submitted(pool: Pool) -> None:
    n = 1

    def add(x: int) -> int:
        return x + n

    first = pool.submit(add, 1)
    assert first.result(_SECONDS) == 2
    n = 10
    assert pool.submit(add, 1).result(_SECONDS) == 11


@pytest.mark.parametrize("size", [10, _LARGE])
def test_arrays_travel_and_the_workers_are_its_own(processes: Pool, size: int) -> None:
    array = np.arange(size)
    changed = processes.submit(work.change, array).result(_SECONDS)
    assert (changed == array + 1).all()
    assert (array == np.arange(size)).all()
    changed += 1  # may be written to
    results = processes.imap(work.change, [array] * 5, chunksize=1)
    assert all((result == array + 1).all() for result in results)


def test_large_arrays_in_keywords_and_containers(processes: Pool) -> None:
    array = np.arange(_LARGE)
    given = {"a": [array, array[:10]], "b": (array.reshape(2, -1),)}
    result = processes.submit(dict, **given).result(_SECONDS)
    assert (result["a"][0] == array).all()
    assert (result["a"][1] == array[:10]).all()
    assert result["b"][0].shape == (2, _LARGE // 2)


def test_futures_do_not_keep_what_they_were_called_with(processes: Pool) -> None:
    before = _shared()
    futures = [processes.submit(len, np.zeros(_LARGE)) for _ in range(40)]
    assert [f.result(_SECONDS) for f in futures] == [_LARGE] * 40
    assert processes.submit(len, np.zeros(_LARGE)).result(_SECONDS) == _LARGE
    # One that is not free any more makes room for another one: they use the same memory.
    again = [processes.submit(len, np.zeros(_LARGE)) for _ in range(40)]
    assert [f.result(_SECONDS) for f in again] == [_LARGE] * 40
    assert _shared() - before < 60 * 8 * _LARGE


def _shared() -> int:
    """Bytes of shared memory in this process."""
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("RssShmem")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize(
    "call, named",
    [
        (lambda pool: pool.submit(work.double, sys._getframe()), r"double\(\): argument 1.*frame"),
        (lambda pool: pool.submit(work.add, 1, threading.Lock()), r"add\(\): argument 2.*lock"),
        (lambda pool: pool.submit(work.add, 1, y=sys._getframe()), r"argument 'y'.*frame"),
        (lambda pool: pool.submit(partial(work.double, threading.Lock())), r"partial.*lock"),
        (lambda pool: pool.submit(work.double, pool), r"argument 1, of type Pool"),
    ],
    ids=["first", "second", "keyword", "function", "pool"],
)
def test_what_cannot_be_sent_is_named_at_once(
    pool: Pool, call: Callable[[Pool], Any], named: str
) -> None:
    with pytest.raises(PicklingError, match=named):
        call(pool)
    assert pool.submit(work.double, 1).result(_SECONDS) == 2


def test_a_result_that_cannot_be_sent_is_named(pool: Pool) -> None:
    with pytest.raises(BackendError, match=r"give_generator\(\): a builtins.generator cannot"):
        pool.submit(work.give_generator).result(_SECONDS)
    results = pool.imap(work.give_generator, [()] * 3, star=True, chunksize=3)
    for _ in range(3):
        with pytest.raises(BackendError, match="generator"):
            next(results)


def test_an_exception_that_pickle_cannot_read_arrives_as_itself(pool: Pool) -> None:
    with pytest.raises(work.Unreadable, match="^1 and 2$") as caught:
        pool.submit(work.raise_unreadable).result(_SECONDS)
    assert "raise Unreadable(1, 2)" in str(caught.value.__cause__)


@pytest.mark.usefixtures("by_themselves")
def test_an_exception_that_is_written_as_something_else_is_told(pool: Pool) -> None:
    with pytest.raises(
        BackendError, match=r"raise_lying\(\): what it raised came back as str"
    ) as told:
        pool.submit(work.raise_lying).result(_SECONDS)
    assert 'raise Lying("a lie")' in str(told.value)
    results = pool.imap(lambda f: f(), [int, work.raise_lying, int], chunksize=3)
    assert next(results) == 0
    with pytest.raises(BackendError, match="came back as str"):
        next(results)
    assert next(results) == 0


def test_whatever_reading_a_result_raises_is_told(pool: Pool) -> None:
    with pytest.raises(BackendError, match=r"Fateful\(\) cannot be read: Fatal: read"):
        pool.submit(work.Fateful).result(_SECONDS)
    with pytest.raises(BackendError, match="cannot be read: Fatal: read"):
        next(pool.imap(lambda f: f(), [work.Fateful]))


def test_whatever_writing_a_result_raises_is_told(pool: Pool) -> None:
    with pytest.raises(BackendError, match="Wordless, whose text cannot be had: ValueError"):
        pool.submit(work.Unwritable).result(_SECONDS)


def test_a_result_that_ends_who_reads_it_is_told(pool: Pool) -> None:
    with pytest.raises(BackendError, match=r"explode\(\) cannot be read: SystemExit"):
        pool.submit(work.explode).result(_SECONDS)
    assert pool.submit(work.double, 1).result(_SECONDS) == 2


def test_only_one_outcome_of_a_task_is_lost_by_what_cannot_be_sent(pool: Pool) -> None:
    functions = [int, work.give_generator, int]
    results = pool.imap(lambda f: f(), functions, chunksize=3)
    assert next(results) == 0
    with pytest.raises(BackendError, match="generator"):
        next(results)
    assert next(results) == 0


def test_functions_and_classes_of_a_script_travel_as_they_are_now(tmp_path: Path) -> None:
    script = scripts.write(
        tmp_path,
        """
        import math
        from dataclasses import dataclass
        from pydron_ng import Pool

        factor = 1

        @dataclass
        class Point:
            x: int
            y: int = 0

            def moved(self, by):
                return Point(self.x + by, self.y)

        class Wrong(Exception):
            pass

        def scaled(x):
            return factor * x

        def root(x, digits=1):
            return round(math.sqrt(x), digits)

        def fail(x):
            raise Wrong(x)

        def begin(value):
            global factor
            factor = value

        if __name__ == "__main__":
            with Pool(2, initializer=begin, initargs=(7,)) as pool:
                print(pool.submit(scaled, 3).result())
                factor = 10
                print(pool.submit(scaled, 3).result(), list(pool.map(scaled, [1, 2])))
                print(list(pool.imap(root, [2, 3])))
                root.__defaults__ = (2,)
                print(list(pool.imap(root, [2, 3])))
                moved = pool.submit(Point(1).moved, 2).result()
                print(moved, type(moved) is Point, list(pool.map(Point.moved, [Point(5)], [1])))
                print(pool.submit(isinstance, Point(1), Point).result())
                try:
                    pool.submit(fail, 4).result()
                except Wrong as failure:
                    print(repr(failure))
        """,
    )
    ended = scripts.run(tmp_path, str(script))
    assert ended.err == ""
    assert ended.out.splitlines() == [
        "3",
        "30 [10, 20]",
        "[1.4, 1.7]",
        "[1.41, 1.73]",
        "Point(x=3, y=0) True [Point(x=6, y=0)]",
        "True",
        "Wrong(4)",
    ]
