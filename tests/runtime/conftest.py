"""What tests of rows have in common."""

from __future__ import annotations

import pytest

from pydron_ng.runtime import tame
from pydron_ng.runtime.row import Row
from pydron_ng.runtime.running import Running


@pytest.fixture
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What threads of other tests are left do nothing to these programs."""
    monkeypatch.setattr(tame, "is_undisturbed", lambda: True)


@pytest.fixture
def fates(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many calls were taken in rows that lasted, and how many rows fell apart."""
    found = {"taken": 0, "apart": 0}
    had, take_apart = Running.had, Running.take_apart

    def lasted(running: Running, row: Row) -> None:
        found["taken"] += row.taken
        had(running, row)

    def fell(running: Running, row: Row) -> None:
        found["apart"] += row.size > 1
        take_apart(running, row)

    monkeypatch.setattr(Running, "had", lasted)
    monkeypatch.setattr(Running, "take_apart", fell)
    return found
