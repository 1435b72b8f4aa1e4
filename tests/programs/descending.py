"""Scheduled functions that call scheduled functions, and themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def square(value: int) -> int:
    spin(300)
    return value * value


@functional
def merge(left: list[int], right: list[int]) -> list[int]:
    merged: list[int] = []
    left, right = left[:], right[:]
    while left and right:
        merged.append((left if left[0] <= right[0] else right).pop(0))
    return merged + left + right


@functional
def picky(value: int) -> int:
    if value % 3 == 2:
        raise ValueError(value)
    return value + 1


@schedule
def pair(value: int, offset: int = 1) -> int:
    first = square(value)
    second = square(value + offset)
    return first + second


@schedule
def sums_of_pairs(values: list[int]) -> list[int]:
    return [pair(value) for value in values]


@schedule
def with_effects_between(values: list[int]) -> int:
    total = 0
    for value in values:
        found = pair(value, offset=2)
        print(value, found)
        total += square(found % 10)
    return total


@schedule
def guarded(value: int) -> str:
    try:
        return f"fine {picky(value)}"
    except ValueError as error:
        print("refused", error)
        return "refused"


@schedule
def guards_its_callees(values: list[int]) -> list[Any]:
    seen: list[Any] = []
    for value in values:
        seen.append(guarded(value))
        try:
            seen.append(unguarded(value))
        except ValueError as error:
            seen.append(str(error))
    return seen


@schedule
def unguarded(value: int) -> int:
    return picky(value) + picky(value + 1)


@schedule
def collect(values: list[int], into: list[int]) -> None:
    for value in values:
        into.append(square(value))


@schedule
def hands_its_list_down(values: list[int]) -> list[int]:
    found: list[int] = []
    collect(values, found)
    found.append(square(7))
    collect(found[:2], into=found)
    return [square(number % 11) for number in found]


@schedule
def clear_first(values: list[int]) -> int:
    values[0] = 0
    return square(values[1])


@schedule
def callee_changes_what_it_is_given(values: list[int]) -> list[int]:
    return [square(values[0]), clear_first(values), square(values[0]), clear_first(values[1:])]


@schedule
def early(values: list[int], limit: int) -> int:
    for value in values:
        found = square(value)
        if found > limit:
            return found
    return -1


@schedule
def searches(values: list[int]) -> list[int]:
    return [early(values, limit) for limit in (0, 5, 1000)]


@schedule
def all_kinds_of_parameters(
    a: int, /, b: int, *rest: int, c: int = 3, d: int = 4, **named: int
) -> list[int]:
    return [square(x) for x in (a, b, *rest, c, d, *named.values())]


@schedule
def calls_with_all_kinds(values: list[int]) -> list[Any]:
    return [
        all_kinds_of_parameters(1, 2),
        all_kinds_of_parameters(1, b=square(2), c=5),
        all_kinds_of_parameters(1, 2, 3, *values, d=9, e=10),
        all_kinds_of_parameters(*values[:2], **{"c": square(1), "z": 2}),
    ]


@dataclass
class Node:
    weight: int
    children: list[Node] = field(default_factory=list)

    @schedule
    def total(self) -> int:
        return square(self.weight) + sum([child.total() for child in self.children])


@schedule
def weighs_a_tree(root: Node) -> int:
    return root.total()


@schedule
def depth_first(node: Node, seen: list[int]) -> None:
    print("at", node.weight)
    seen.append(square(node.weight))
    for child in node.children:
        depth_first(child, seen)


@schedule
@functional
def merge_sort(values: list[int]) -> list[int]:
    if len(values) < 2:
        return values[:]
    middle = len(values) // 2
    return merge(merge_sort(values[:middle]), merge_sort(values[middle:]))


@schedule
def sorts_many(rows: list[list[int]]) -> list[list[int]]:
    return [merge_sort(row) for row in rows]


@schedule
def countdown(value: int) -> int:
    return 0 if value == 0 else square(value) + countdown(value - 1)


@schedule
def even(value: int) -> bool:
    return True if square(value) == 0 else odd(value - 1)


@schedule
def odd(value: int) -> bool:
    return False if square(value) == 0 else even(value - 1)


@schedule
def forgets_one(values: list[int]) -> list[int]:
    """The inner call's argument raises after the outer callee was looked up."""
    found = []
    for value in values:
        try:
            found.append(pair(picky(value)))
        except ValueError:
            found.append(pair(pair(value)))
    return found


def tree() -> Node:
    return Node(1, [Node(2, [Node(3), Node(4)]), Node(5), Node(6, [Node(7, [Node(8)])])])


VALUES = [3, 1, 2, 5, 4, 8]
CALLS = [
    Call.of(sums_of_pairs, VALUES),
    Call.of(with_effects_between, VALUES),
    Call.of(guards_its_callees, VALUES),
    Call.of(hands_its_list_down, VALUES),
    Call.of(callee_changes_what_it_is_given, VALUES),
    Call.of(searches, VALUES),
    Call.of(calls_with_all_kinds, VALUES),
    Call(weighs_a_tree, lambda: ([tree()], {})),
    Call(depth_first, lambda: ([tree(), []], {})),
    Call.of(merge_sort, [5, 3, 9, 1, 7, 7, 0, -1, 12, 4, 2]),
    Call.of(sorts_many, [[3, 1, 2], [], [9, 8, 7, 6, 5], VALUES]),
    Call.of(countdown, 40),
    Call.of(even, 9),
    Call.of(forgets_one, VALUES),
]
