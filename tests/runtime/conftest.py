"""What tests of rows have in common."""

from __future__ import annotations

import pytest

from pydron_ng.runtime import tame
from pydron_ng.runtime.rows.filling import Filling
from pydron_ng.runtime.rows.row import Row


@pytest.fixture
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What threads of other tests are left do nothing to these programs."""
    monkeypatch.setattr(tame, "is_undisturbed", lambda: True)


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
