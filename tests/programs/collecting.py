"""Results collected by append, dictionaries, sums, sets and augmented assignment."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def measure(text: str) -> dict[str, Any]:
    spin(300)
    return {"letters": len(text), "words": text.split(), "first": text[:1]}


@functional
def score(value: float) -> float:
    spin(300)
    return value * 0.1


@functional
def factors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]


@schedule
def collect_by_append(texts: list[str]) -> list[dict[str, Any]]:
    rows = []
    for text in texts:
        row = measure(text)
        row["text"] = text
        rows.append(row)
    return rows


@schedule
def collect_in_dictionary(texts: list[str]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for text in texts:
        row = measure(text)
        groups.setdefault(row["first"], []).append(row)
    return groups


@schedule
def collect_in_defaultdict(texts: list[str]) -> tuple[dict[str, int], Counter[str]]:
    lengths: dict[str, int] = defaultdict(int)
    seen: Counter[str] = Counter()
    for text in texts:
        row = measure(text)
        lengths[row["first"]] += row["letters"]
        seen.update(row["words"])
    return lengths, seen


@schedule
def running_total(values: list[float]) -> tuple[float, list[float]]:
    total = 0.0
    steps = []
    for value in values:
        total += score(value)
        steps += [total]
    return total, steps


@schedule
def own_containers(numbers: list[int]) -> tuple[Any, ...]:
    everything: list[int] = []
    distinct: set[int] = set()
    table: dict[Any, Any] = {}
    slots: list[Any] = [None] * len(numbers)
    for index, number in enumerate(numbers):
        parts = factors(number)
        everything.extend(parts)
        distinct.update(parts)
        distinct.add(number)
        table[number] = parts
        table.update(last=number)
        slots[index] = parts[-1:]
        everything += parts
    table.pop("last", None)
    everything.insert(0, len(everything))
    return everything, sorted(distinct), table, slots


@schedule
def counts_as_it_goes(texts: list[str]) -> dict[str, int]:
    counts = {"short": 0, "long": 0}
    for text in texts:
        counts["long" if measure(text)["letters"] > 3 else "short"] += 1
    return counts


@schedule
def results_are_changed_afterwards(numbers: list[int]) -> list[list[int]]:
    found = [factors(number) for number in numbers]
    for parts in found:
        parts.reverse()
        parts.append(0)
    again = [factors(number) for number in numbers]
    again[0].append(-1)
    return found + again


@schedule
def chained_on_changed_results(number: int) -> tuple[list[int], list[int]]:
    parts = factors(number)
    parts.append(12)
    more = factors(parts[-1])
    parts[0] = 6
    return parts, more + factors(parts[0])


class Album:
    """Has functional methods with the names of those that change containers."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    @functional
    def update(self, text: str) -> Album:
        spin(300)
        return Album(*self.texts, text)

    @functional
    def setdefault(self, place: int, text: str) -> str:
        spin(300)
        return self.texts[place] if place < len(self.texts) else text


@schedule
def methods_that_containers_have_too(texts: list[str]) -> tuple[Any, ...]:
    album = Album("front")
    found: dict[str, Any] = {}
    pages: dict[str, Any] = {}
    for place, text in enumerate(texts):
        album = album.update(text)
        found.update({text: measure(text)})
        pages.setdefault(text[:1], []).append(album.setdefault(place, text))
    return album.texts, found, pages


@schedule
def dictionaries_are_united(texts: list[str], given: dict[Any, Any]) -> tuple[Any, ...]:
    base: dict[Any, Any] = {"kind": "text"}
    same = base
    found = []
    for place, text in enumerate(texts):
        row = base | {"place": place} | measure(text)
        row.update({"text": text}, long=score(place), kind="row")
        found.append(row)
        base |= {text: score(place)}
        given |= {text: row["letters"]}
    return found, same is base, base, given, score(len(same))


TEXTS = ["to be or", "not", "", "to", "be that is", "question"]
CALLS = (
    Call.of(methods_that_containers_have_too, TEXTS),
    Call.of(dictionaries_are_united, TEXTS, {"to": 1}),
    Call.of(collect_by_append, TEXTS),
    Call.of(collect_by_append, ["a", 3, "b"]),
    Call.of(collect_in_dictionary, TEXTS),
    Call.of(collect_in_defaultdict, TEXTS),
    Call.of(running_total, [0.1, 0.2, 0.3, 1e16, -1e16]),
    Call.of(running_total, []),
    Call.of(own_containers, [12, 7, 1, 30, 12]),
    Call.of(own_containers, [4, "x"]),
    Call.of(counts_as_it_goes, TEXTS),
    Call.of(results_are_changed_afterwards, [6, 8, 9]),
    Call.of(results_are_changed_afterwards, []),
    Call.of(chained_on_changed_results, 10),
)
