"""deque, defaultdict, Counter and heaps that run-ahead makes itself."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from heapq import heappush
from typing import Any

import pytest

from pydron_ng import schedule
from pydron_ng.translation.runahead.own import (
    OwnDefaultDict,
    OwnDeque,
    OwnList,
    plain,
)
from tests.translation.gate import assert_ahead, quick, work
from tests.translation.runahead.fake import FakeAhead
from tests.translation.runahead.guards import assert_untouched, guarded, is_refused, library


@schedule
def grouped(numbers: Any) -> Any:
    groups = defaultdict(list)
    for number in numbers:
        groups[number % 2].append(work(number))
    return groups, work(len(groups))


@schedule
def nested(numbers: Any) -> Any:
    table: dict[Any, dict[Any, list[Any]]] = {"rows": {}}
    rows: list[list[Any]] = [[], []]
    for number in numbers:
        table["rows"].setdefault(number % 2, []).append(work(number))
        table["rows"][number % 2].append(number)
        rows[number % 2].append(number)
        rows[0][0] += 1
        del table["rows"][number % 2][-1]
    return table, work(len(rows[0])), work(rows[0][0])


@schedule
def counted(words: Any) -> Any:
    counts: Counter[Any] = Counter(words)
    counts.update([7, 7])
    counts[8] += work(1)
    return counts, work(counts[7]), work(counts["nothing"])


@schedule
def work_list(n: Any) -> Any:
    todo, done = deque([n], maxlen=10), []
    seen = {n}
    while todo:
        x = todo.popleft()
        done.append(work(x))
        for y in (2 * x, 2 * x + 1):
            if y < 8 and y not in seen:
                seen.add(y)
                todo.append(y)
    return done


@schedule
def work_list_of_results(n: Any) -> Any:
    todo, done = [n], [n][1:]
    while todo:
        x = todo.pop()
        done.append(quick(x))
        todo.extend([quick(x) % 5] if len(done) < 4 else [])
    return done, work(n), work(n, 1)


@schedule
def best_first(numbers: Any) -> Any:
    heap = [(7, "g")]
    for number in numbers:
        heappush(heap, (number, "a"))
    done: list[Any] = []
    while heap and len(done) < 3:
        cost, name = heapq.heappop(heap)
        done.append((name, work(cost)))
    return done


@schedule
def taken_in_between(n: Any) -> Any:
    kept = [n, n + 1, n + 2]
    known = {"a": n, "b": n + 3}
    first = work(kept.pop(0), known.pop("a"))
    second = work(kept.pop(), known.pop("c", 0))
    key, value = known.popitem()
    kept.remove(kept[0])
    return first, second, work(value, len(kept)), key


@schedule
def taken_where_it_may_not_be_evaluated(n: Any) -> Any:
    kept = [n, n + 1, n + 2]
    first = work(n) if n else kept.pop()
    second = work(kept.pop() if n else 1)
    return first, second, kept


@schedule
def ordered(numbers: Any) -> Any:
    kept = []
    for number in numbers:
        kept.append((-number, number))
    kept.sort()
    kept.sort(reverse=True)
    return [work(number) for _, number in kept]


@schedule
def keys_of_results(numbers: Any) -> Any:
    table: dict[Any, Any] = {}
    counts: dict[Any, int] = {}
    for number in numbers:
        key = quick(number)
        table[key, number] = work(number)
        counts[key] = counts.get(key, 0) + 1
    return table, counts


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, function, argument",
    [
        (4, grouped, [1, 2, 3]),
        (3, nested, [2, 4, 6]),
        (3, counted, [7, "a"]),
        (7, work_list, 1),
        (2, work_list_of_results, 3),
        (3, best_first, [3, 9, 1, 5]),
        (3, taken_in_between, 3),
        (1, taken_where_it_may_not_be_evaluated, 3),
        (3, ordered, [3, 1, 2]),
        (3, keys_of_results, [1, 2, 3]),
    ],
)
def test_meaning(calls: int, function: Any, argument: Any) -> None:
    assert_ahead(calls, function, argument)


def test_guards_touch_nothing() -> None:
    made = library("call")
    kinds = (deque, defaultdict, Counter)
    assert_untouched(
        *(lambda w, k=k: made(FakeAhead(), -1, (), k, (w,), {}) for k in kinds),
        *(lambda w, k=k: made(FakeAhead(), -1, (), k, ([w],), {}) for k in kinds),
        *(lambda w, k=k: made(FakeAhead(), -1, (), k, ({1: w},), {}) for k in kinds),
        lambda w: made(FakeAhead(), -1, (), deque, ([1],), {"maxlen": w}),
        lambda w: made(FakeAhead(), -1, (), deque, ([1], w), {}),
        lambda w: made(FakeAhead(), -1, (), defaultdict, (w, {1: 2}), {}),
        lambda w: guarded("heaped", heapq.heappush, OwnList([1]), w),
        lambda w: guarded("heaped", heapq.heappop, OwnList([w, w])),
        lambda w: guarded("heaped", heapq.heapify, w),
        lambda w: guarded("heaped", w, OwnList([1])),
    )


def test_heaps_of_others_are_never_changed() -> None:
    theirs = [3, 1, 2]
    assert guarded("heaped", heapq.heapify, theirs)[0] == [1, 3, 2]
    assert is_refused(guarded("heaped", heapq.heapify, [object()])[0])
    assert theirs == [3, 1, 2]


def test_what_they_become_is_what_the_program_has() -> None:
    groups = OwnDefaultDict(OwnList)
    groups["a"].append(1)
    became = plain(groups, {})
    assert type(became) is defaultdict
    assert became.default_factory is list
    assert type(became["a"]) is list
    row = plain(OwnDeque([1, 2, 3], 2), {})
    assert type(row) is deque
    assert (list(row), row.maxlen) == ([2, 3], 2)
