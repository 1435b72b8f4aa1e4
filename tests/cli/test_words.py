"""``pydron`` itself: every word says what it does, and a wrong one is answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pydron_ng.cli import WORDS, main
from tests.scripts import ROOT, TIMEOUT_SECONDS


def commands() -> Iterator[tuple[str, ...]]:
    """All that there are, those of groups included."""
    context = click.Context(main)
    for word in WORDS:
        command = main.get_command(context, word)
        assert command is not None
        yield (word,)
        if isinstance(command, click.Group):
            yield from ((word, inner) for inner in command.commands)


def test_without_a_word_each_is_listed_with_one_whole_sentence() -> None:
    listed = CliRunner().invoke(main).output.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == sorted(WORDS)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_each_command_has_help_under_both_names(words: tuple[str, ...]) -> None:
    short, long = (CliRunner().invoke(main, [*words, option]) for option in ("-h", "--help"))
    assert short.exit_code == long.exit_code == 0
    assert short.output == long.output
    assert short.output.startswith("Usage: ")


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_the_help_of_each_command_has_examples_of_it(words: tuple[str, ...]) -> None:
    text = CliRunner().invoke(main, [*words, "-h"]).output
    if "Commands:" not in text:
        assert f"  pydron {' '.join(words)}" in text.partition("Examples:\n")[2]


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"pydron_ng {version('pydron_ng')}\n"


@pytest.mark.parametrize(
    "wrong, right", [(("explian",), "explain"), (("cloud", "lst"), "list")], ids=str
)
def test_an_unknown_word_is_answered_with_what_was_meant(
    wrong: tuple[str, ...], right: str
) -> None:
    done = CliRunner().invoke(main, wrong)
    assert done.exit_code == 2
    assert f'has no word {wrong[-1]}; did you mean "{right}"?' in done.stderr


def test_a_word_that_is_like_none_is_answered_with_all() -> None:
    assert f"it has: {', '.join(sorted(WORDS))}\n" in CliRunner().invoke(main, ["zzz"]).stderr


# --- completion ---


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how_to_ask(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert f"_PYDRON_COMPLETE={shell}_complete" in done.stdout
    by_itself = CliRunner().invoke(main, ["completion"], env={"SHELL": f"/usr/bin/{shell}"})
    assert by_itself.stdout == done.stdout


def test_a_shell_that_is_not_known_is_bad_usage() -> None:
    done = CliRunner().invoke(main, ["completion"], env={"SHELL": "/bin/csh"})
    assert done.exit_code == 2
    assert "$SHELL is none of bash, zsh, fish" in done.stderr


def completed(line: str) -> list[str]:
    """What a shell is answered for a line that ends where the cursor is: kinds and values."""
    words = line.split(" ")
    asked = {
        "_PYDRON_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pydron_ng"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=True,
    )
    return done.stdout.split()


def test_words_options_and_files_are_completed() -> None:
    assert completed("pydron ex") == ["plain,explain"]
    assert completed("pydron config ") == ["plain,show"]
    assert completed("pydron run --wor") == ["plain,--workers"]
    for line in ("explain sur", "run sur", "run --config sur", "doctor --program sur"):
        assert completed(f"pydron {line}") == ["file,sur"]
    assert completed("pydron completion z") == ["plain,zsh"]


def test_bash_completes_with_what_is_printed(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    command = tmp_path / "pydron"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m pydron_ng "$@"\n')
    command.chmod(0o755)
    asks = (
        'eval "$(pydron completion bash)"; COMP_WORDS=(pydron doc); COMP_CWORD=1;'
        ' _pydron_completion pydron; echo "${COMPREPLY[@]}"'
    )
    path = f"{tmp_path}:{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}
    asked = [bash, "-c", asks]
    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "doctor\n"
