"""Cases, retries, work lists, nested containers, and searches with and without speculation."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@dataclass
class Shape:
    kind: str
    size: int


class Unsteady(Exception):
    """It may work the next time."""


@functional
def measured(value: int) -> int:
    spin(200)
    return value * value % 17


@functional
def parts(value: int) -> list[int]:
    spin(200)
    return [value // 2, value - value // 2] if value > 2 else []


@functional
def fetched(name: str, attempt: int) -> str:
    spin(200)
    if (len(name) + attempt) % 3 == 0:
        raise Unsteady(name, attempt)
    return f"{name}@{attempt}"


@schedule
def sorts_out(things: list[Any]) -> list[Any]:
    out: list[Any] = []
    for thing in things:
        match thing:
            case Shape("circle", size=n) if n > 2:
                out.append(("circle", measured(n)))
            case Shape(kind=kind):
                out.append((kind, measured(len(kind))))
            case {"size": int(n), **others}:
                out.append((len(others), measured(n)))
            case [first, *_, last]:
                out.append((measured(first), measured(last)))
            case None | True:
                print("nothing to measure")
            case str() as text:
                out.append(measured(len(text)))
            case other:
                out.append(repr(other))
    return out


@schedule
def decides_by_results(numbers: list[int]) -> list[str]:
    out = []
    for number in numbers:
        match measured(number), parts(number):
            case 0, _:
                out.append("nothing")
            case value, []:
                out.append(f"{value} alone")
            case value, [left, right] if left == right:
                out.append(f"{value} even {measured(left)}")
            case _, [*halves]:
                out.append(f"uneven {[measured(half) for half in halves]}")
    return out


@schedule
def tries_again(names: list[str]) -> tuple[dict[str, str], list[str]]:
    got: dict[str, str] = {}
    lost = []
    for name in names:
        for attempt in range(2):
            try:
                text = fetched(name, attempt)
                break
            except Unsteady as error:
                print("again", error.args)
                continue
        else:
            lost.append(name)
            continue
        got[name] = text
    return got, lost


@schedule
def tries_until_it_works(names: list[str]) -> list[str]:
    out = []
    for name in names:
        attempt = 0
        while True:
            try:
                out.append(fetched(name, attempt))
            except* Unsteady as group:
                print(len(group.exceptions))
                attempt += 1
                if attempt > 4:
                    raise
            else:
                attempt = -1
            if attempt < 0:
                break
    return out


@schedule
def takes_apart(value: int) -> tuple[list[int], Counter[int]]:
    todo, seen = deque([value]), {value}
    done, counts = [], Counter[int]()
    while todo:
        now = todo.popleft()
        done.append(measured(now))
        counts[measured(now) % 3] += 1
        for part in parts(now):
            if part not in seen:
                seen.add(part)
                todo.append(part)
    return done, counts


@schedule
def smallest_first(numbers: list[int]) -> list[tuple[int, int]]:
    heap = [(measured(number), number) for number in numbers]
    heapq.heapify(heap)
    order = []
    while heap:
        cost, number = heapq.heappop(heap)
        order.append((cost, measured(number + 1)))
        if number > 8:
            heapq.heappush(heap, (measured(number // 2), number // 2))
    return order


@schedule
def groups_within_groups(names: list[str]) -> tuple[Any, ...]:
    table: dict[str, dict[int, list[int]]] = {}
    grouped: defaultdict[int, list[str]] = defaultdict(list)
    last = deque[int](maxlen=2)
    for index, name in enumerate(names):
        table.setdefault(name[:1], {}).setdefault(index % 2, []).append(measured(index))
        grouped[measured(len(name))].append(name)
        last.append(measured(index))
        table[name[:1]][index % 2][0] += measured(len(name))
    for name in ("a", "none"):
        table.pop(name, None)
    (first, *others), total = names, sum(measured(n) for n in last)
    del grouped[min(grouped)]
    return table, grouped, last, first, others, total


@schedule
def names_bound_on_the_way(numbers: list[int]) -> tuple[Any, ...]:
    large = [value for number in numbers if (value := measured(number)) > 4]
    position = 0
    while position < len(numbers) and (found := measured(numbers[position])) != 4:
        position += 1
        if (half := measured(found // 2)) > 0 and (double := measured(2 * half)):
            print(half, double)
    return large, position, found if numbers else None


def searches(numbers: list[int]) -> tuple[int, int] | None:
    for index, number in enumerate(numbers):
        if measured(number) == 16:
            return index, measured(index)
        print("not", number)
    return None


def collects_until(numbers: list[int]) -> tuple[list[int], int, int]:
    kept: list[int] = []
    total = 0
    for number in numbers:
        value = measured(number)
        if value == 1:
            continue
        total += measured(number + value)
        kept.append(total)
        if value == 16:
            break
    else:
        kept.append(-1)
    assert measured(len(kept)) != 8, kept
    return kept, total, measured(total)


def streams(numbers: list[int]) -> Iterator[int]:
    for number in numbers:
        if measured(number) == 16:
            return
        yield measured(number + 1)


searches_ahead, searches_in_order = schedule(speculate=True)(searches), schedule(searches)
collects_ahead, collects_in_order = (
    schedule(speculate=True)(collects_until),
    schedule(collects_until),
)
streams_ahead, streams_in_order = schedule(speculate=True)(streams), schedule(streams)


@schedule
def all_of(kind: str, numbers: list[int]) -> list[int]:
    return list(
        itertools.islice((streams_ahead if kind == "ahead" else streams_in_order)(numbers), 5)
    )


NUMBERS = [1, 2, 3, 5, 16, 4, 7, 9]
NAMES = ["ab", "c", "abc", "dust", "a", "earth"]
THINGS = [
    Shape("circle", 3),
    Shape("circle", 1),
    {"size": 4, "colour": "red"},
    [1, 2, 3],
    (4, 5),
    [6],
    None,
    "text",
    1.5,
]
CALLS = (
    Call.of(sorts_out, THINGS),
    Call.of(sorts_out, [Shape("line", 0), {"size": "large"}, True]),
    Call.of(decides_by_results, NUMBERS),
    Call.of(decides_by_results, [17, 1, "x"]),
    Call.of(tries_again, NAMES),
    Call.of(tries_again, ["a", 3]),
    Call.of(tries_until_it_works, NAMES),
    Call.of(takes_apart, 40),
    Call.of(takes_apart, 0),
    Call.of(smallest_first, NUMBERS),
    Call.of(smallest_first, [3, "x"]),
    Call.of(groups_within_groups, NAMES),
    Call.of(groups_within_groups, []),
    Call.of(names_bound_on_the_way, NUMBERS),
    Call.of(names_bound_on_the_way, []),
    *(
        Call.of(program, argument)
        for program in (searches_ahead, searches_in_order, collects_ahead, collects_in_order)
        for argument in (NUMBERS, [4], [1, 1, 2], [], [3, "x", 4])
    ),
    Call.of(all_of, "ahead", NUMBERS),
    Call.of(all_of, "in order", [2, 4]),
)
