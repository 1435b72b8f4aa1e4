"""Each hazard of the table has the test that is named there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
ROWS = re.findall(
    r"^\| (S\d.*?) \|.*\| (\S+) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE
)


def test_no_hazard_is_left_out() -> None:
    assert {int(re.findall(r"\d+", hazard)[0]) for hazard, _ in ROWS} == set(range(1, 27))


@pytest.mark.parametrize("hazard, test", ROWS)
def test_the_test_of_a_hazard_exists(hazard: str, test: str) -> None:
    file, _, name = test.partition("::")
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert name
    assert re.search(rf"^(def )?{name}\b", text, re.MULTILINE), hazard
