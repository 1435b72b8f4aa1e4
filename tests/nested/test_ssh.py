"""Calls of calls on a host that is reached by SSH are made by the other workers there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pydron_ng
from pydron_ng.events import HandedOn
from pydron_ng.testing import Call, check
from tests.backends.sshd import Server
from tests.nested import work
from tests.nested.deaths import Fate, level_of


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Four workers over SSH, which get every call."""
    server = Server(tmp_path_factory.mktemp("sshd"))
    workers = [{"type": "ssh", "cores": 4, "python": sys.executable, **server.keys}]
    with pydron_ng.configure(workers=workers, inline=False):
        yield
    server.stop()


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("call", work.CALLS, ids=lambda call: call.function.__qualname__)
def test_a_program_is_its_sequential_self_cold_and_warm(call: Call) -> None:
    check(call)
    check(call)


@pytest.mark.usefixtures("host")
def test_calls_of_calls_are_made_by_other_workers(handed_on: list[HandedOn]) -> None:
    for _ in range(20):
        check(Call.of(work.sweeps, 1, 9))
        if handed_on:
            break
    assert handed_on


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("level", [0, 1])
def test_a_worker_that_dies_changes_nothing(level: int, tmp_path: Path) -> None:
    fate = Fate.of(tmp_path, level)
    assert level_of(*fate, 1) == [6] * 4
    assert fate.deaths == 1


@pytest.mark.usefixtures("host")
def test_what_was_written_by_value_is_handed_on_there(handed_on: list[HandedOn]) -> None:
    """Functions of a file that only the program has."""
    space = {"__name__": "__main__", "SECONDS": work.SECONDS}
    text = Path(__file__).with_name("by_value.py").read_text()
    path = os.path.join(os.getcwd(), "no such file on hosts.py")
    import linecache

    linecache.cache[path] = len(text), None, text.splitlines(keepends=True), path
    exec(compile(text, path, "exec"), space)
    for _ in range(20):
        check(Call.of(space["rows"], 2, 6))  # type: ignore[arg-type]
        if handed_on:
            break
    assert handed_on
