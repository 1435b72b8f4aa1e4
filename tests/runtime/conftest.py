"""What tests of rows have in common."""

from __future__ import annotations

import pytest

from pydron_ng.runtime import tame
from pydron_ng.runtime.grain import Functional
from pydron_ng.runtime.rows.filling import Filling
from pydron_ng.runtime.rows.row import Row


@pytest.fixture
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other threads do nothing to these programs, and a busy machine makes no call a long one."""
    monkeypatch.setattr(tame, "is_undisturbed", lambda: True)
    learn = Functional.cost
    monkeypatch.setattr(Functional, "cost", lambda mark, taken: mark.seconds or learn(mark, taken))


@pytest.fixture
def fates(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many calls were taken in rows that lasted, and how many rows fell apart."""
    found = {"taken": 0, "apart": 0}
    had, take_apart = Filling.had, Filling.take_apart

    def lasted(filling: Filling, row: Row) -> None:
        found["taken"] += row.taken
        had(filling, row)

    def fell(filling: Filling, row: Row) -> None:
        found["apart"] += row.size > 1
        take_apart(filling, row)

    monkeypatch.setattr(Filling, "had", lasted)
    monkeypatch.setattr(Filling, "take_apart", fell)
    return found
