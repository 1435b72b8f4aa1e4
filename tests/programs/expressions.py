"""Calls inside of larger expressions: comprehensions, f-strings, conditions, unpacking."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def grade(value: float) -> float:
    spin(300)
    return value * 1.5 - 1


@functional
def label(value: Any) -> str:
    return f"<{value}>"


@functional
def split(value: float) -> tuple[float, list[float]]:
    return value / 2, [value, -value]


@functional
def accept(value: Any) -> bool:
    return bool(value) and value > 1


def noisy(value: Any) -> Any:
    print("noisy", value)
    return value


@schedule
def comprehensions(values: list[float]) -> tuple[Any, ...]:
    plain = [grade(value) for value in values]
    kept = [grade(value) for value in values if accept(value)]
    after = [value for value in plain if accept(value)]
    table = {label(value): grade(value) for value in values}
    nested = [[grade(x * y) for y in values[:2]] for x in values if x]
    flat = [grade(x + y) for x in values[:2] for y in values[:2] if accept(x + y)]
    return plain, kept, after, table, nested, flat


@schedule
def handed_to_builtins(values: list[float]) -> tuple[Any, ...]:
    return (
        sum(grade(value) for value in values),
        max((grade(value) for value in values), default=None),
        min(grade(value) for value in [*values, 7.0]),
        sorted((grade(value) for value in values), key=abs),
        ", ".join(label(value) for value in values),
        tuple(grade(value) for value in values),
        dict((label(value), grade(value)) for value in values),
        list(map(grade, values)),
        len([grade(value) for value in values]),
    )


@schedule
def stops_as_soon_as_it_knows(values: list[float]) -> tuple[bool, bool, Any]:
    return (
        any(accept(noisy(value)) for value in values),
        all(accept(noisy(value)) for value in values),
        next((value for value in values if accept(noisy(value))), "none"),
    )


@schedule
def conditions(left: float, right: float) -> list[Any]:
    results: list[Any] = [grade(left) if accept(right) else label(right)]
    results.append(accept(left) and grade(left))
    results.append(accept(left) or label(noisy(right)))
    results.append(not accept(left))
    results.append(0 < grade(left) < grade(right) < noisy(100))
    results.append(grade(left) if left else noisy("zero"))
    return results


@schedule
def formatted(values: list[float]) -> list[str]:
    lines = []
    for value in values:
        lines.append(f"{label(value)!r:>12}|{grade(value):+.3f}|{len(label(grade(value)))}")
        print(f"{value=} {grade(value)=}")
    return lines


@schedule
def unpacking(values: list[float]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        half, (first, second) = split(value)
        results.append((half, first, second))
        head, *rest = split(value)
        results.append([head, rest])
        [one, two] = grade(value), grade(value + 1)
        results += one, two
    return results


@schedule
def arithmetic_on_results(values: list[float]) -> float:
    result = grade(1.0) * grade(2.0) ** 2 - grade(3.0) / 7
    for value in values:
        result += grade(value) * (1 if accept(value) else -1)
        result -= grade(result) % 3
    return -result


@schedule
def subscripts_of_results(values: list[float]) -> list[Any]:
    results = [split(value) for value in values]
    picked = [results[index][1][0] for index in range(len(values))]
    return [
        picked,
        results[-1][0],
        split(3.0)[1][-1],
        {"a": grade(1.0)}["a"],
        label("abc")[1:3].upper(),
    ]


@schedule
def too_few_to_unpack(values: list[float]) -> float:
    first, second, third = split(values[0])  # type: ignore[misc]
    return grade(first + second + third)


@schedule
def order_of_evaluation(values: list[float]) -> list[Any]:
    return [
        (noisy("a"), grade(noisy(value)), noisy("b"), label(noisy([noisy(value)])))
        for value in values
    ]


@schedule
def effects_between_arguments(values: list[float]) -> list[Any]:
    stack = list(values)
    return [max(grade(stack.pop()), grade(stack.pop())), stack, label(stack)]


@schedule
def matching(values: list[Any]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        match split(value):
            case (0.0, _):
                results.append("zero")
            case (half, [first, *_]) if accept(half):
                results.append(grade(first))
            case other:
                results.append(label(other))
    return results


@schedule
def assertions(values: list[float]) -> list[float]:
    results = []
    for value in values:
        graded = grade(value)
        assert graded < 5, f"{label(graded)} is too much"
        results.append(graded)
    return results


VALUES = [1.0, 2.5, 0.0, -3.0]
CALLS = (
    Call.of(comprehensions, VALUES),
    Call.of(comprehensions, []),
    Call.of(handed_to_builtins, VALUES),
    Call.of(handed_to_builtins, []),
    Call.of(stops_as_soon_as_it_knows, VALUES),
    Call.of(stops_as_soon_as_it_knows, []),
    Call.of(conditions, 1.0, 3.0),
    Call.of(conditions, 2.0, 0.0),
    Call.of(conditions, 0, 4),
    Call.of(formatted, VALUES),
    Call.of(unpacking, VALUES),
    Call.of(arithmetic_on_results, VALUES),
    Call.of(subscripts_of_results, VALUES),
    Call.of(subscripts_of_results, []),
    Call.of(too_few_to_unpack, VALUES),
    Call.of(order_of_evaluation, VALUES),
    Call.of(effects_between_arguments, VALUES),
    Call.of(effects_between_arguments, [1.0]),
    Call.of(matching, VALUES),
    Call.of(assertions, VALUES),
    Call.of(assertions, [1.0, 9.0, 2.0]),
)
