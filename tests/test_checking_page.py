"""The screens in docs/checking.md are what the commands show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.scripts import run

PAGE = (Path(__file__).parents[1] / "docs/checking.md").read_text(encoding="utf-8")
PROGRAM = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
SCREENS = re.findall(r"```\n\$ pydron (.*?)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("command, screen", SCREENS)
def test_a_screen_on_the_page_is_what_the_command_shows(
    tmp_path: Path, command: str, screen: str
) -> None:
    (tmp_path / "survey.py").write_text(PROGRAM)
    done = run(tmp_path, "-m", "pydron_ng", *command.split())
    assert without_times(done.out) == without_times(screen)


def without_times(text: str) -> list[str]:
    return [re.sub(r"\d+\.\d\d s", "0.00 s", line).rstrip() for line in text.splitlines()]


def test_the_page_shows_both_commands() -> None:
    assert [command.split()[0] for command, _ in SCREENS] == ["lint", "check"]
