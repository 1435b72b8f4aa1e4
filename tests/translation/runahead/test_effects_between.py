"""Sync-points between functional calls keep their place, and hold up only what depends on them."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from tqdm import tqdm

from pydron_ng import schedule
from tests.translation.gate import assert_ahead, listed, quick, work


class Store:
    """Keeps what it is given, and changes some of it."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.text = io.StringIO()

    def save(self, row: Any) -> int:
        if isinstance(row, list):
            row.append(len(self.rows))
        self.rows.append(row)
        return len(self.rows)


@schedule
def saved_and_logged(store: Any, numbers: Any) -> Any:
    kept = []
    for number in numbers:
        row = work(number)
        store.save(row)
        store.text.write(f"{number}: {row}\n")
        logging.getLogger("none").debug("%s", row)
        kept.append(work(number, 1))
        print("done", number)
    return kept, store.rows, store.text.getvalue()


@schedule
def with_a_progress_bar(store: Any, numbers: Any) -> Any:
    kept = []
    for number in (bar := tqdm(numbers, disable=True)):
        kept.append(work(number))
        bar.set_description(str(number))
        store.save(number)
    return kept


@schedule
def straight(store: Any, n: Any) -> Any:
    a = work(n)
    store.save(a)
    b = work(n, 1)
    print(b)
    c = work(n, 2)
    store.save([b, c])
    return a, b, c, work(n, 3)


@schedule
def handed_over(store: Any, n: Any) -> Any:
    row = listed(n)
    count = store.save(row)
    pair = (n, "text")
    store.save(pair)
    return work(row[-1]), work(n), work(count), work(pair[0], 1)


@schedule
def every_step_depends_on_the_store(store: Any, numbers: Any) -> Any:
    kept = []
    for number in numbers:
        place = store.save(quick(number))
        kept.append((work(place), work(place, 1)))
    return kept


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(
    "calls, program, argument",
    [
        (6, saved_and_logged, [1, 2, 3]),
        (3, with_a_progress_bar, [1, 2, 3]),
        (4, straight, 3),
        (4, handed_over, 3),
        (2, every_step_depends_on_the_store, [1, 2]),
    ],
)
def test_meaning(calls: int, program: Any, argument: Any) -> None:
    assert_ahead(calls, program, Store(), argument)
