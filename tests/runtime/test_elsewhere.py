"""Files that a call looked at on another host, and what is here; workers that have other files."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.events import Event, Taken
from pydron_ng.runtime.elsewhere import is_same_here, print_of
from pydron_ng.runtime.prints import Look


def test_a_file_with_the_same_content_is_the_same_whatever_its_times(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("abc")
    seen = print_of(str(path), Look.CONTENT)
    assert seen is not None
    path.unlink()
    path.write_text("abc")
    assert is_same_here(str(path), Look.CONTENT, seen)
    path.write_text("abd")
    assert not is_same_here(str(path), Look.CONTENT, seen)


def test_an_old_file_is_told_by_inode_and_times(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("abc")
    seen = print_of(str(path), Look.CONTENT)
    assert seen is not None
    old = seen._replace(is_settled=True, content=None)
    assert is_same_here(str(path), Look.CONTENT, old)
    os.utime(path, ns=(0, time.time_ns()))
    assert not is_same_here(str(path), Look.CONTENT, old)


def test_who_asks_for_size_and_times_wants_those_of_this_host(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("abc")
    seen = print_of(str(path), Look.STATUS)
    assert seen is not None
    os.utime(path, ns=(0, 0))
    assert not is_same_here(str(path), Look.STATUS, seen)
    assert is_same_here(str(path), Look.KIND, print_of(str(path), Look.KIND))  # type: ignore[arg-type]


def test_the_names_in_a_directory_are_compared_as_they_are_listed(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    seen = print_of(str(tmp_path), Look.CONTENT)
    assert seen is not None
    assert is_same_here(str(tmp_path), Look.CONTENT, seen)
    (tmp_path / "two").touch()
    assert not is_same_here(str(tmp_path), Look.CONTENT, seen)


def test_a_link_to_nowhere_is_not_nothing(tmp_path: Path) -> None:
    path = tmp_path / "link"
    nothing = print_of(str(path), Look.KIND)
    path.symlink_to("nowhere")
    link = print_of(str(path), Look.KIND)
    path.unlink()
    path.symlink_to("elsewhere")
    assert nothing is not None
    assert link is not None
    assert not is_same_here(str(path), Look.KIND, nothing)
    assert not is_same_here(str(path), Look.KIND, link)


def test_installed_packages_are_the_hosts_own() -> None:
    assert print_of(pytest.__file__, Look.CONTENT) is None
    assert print_of(os.path.dirname(os.__file__), Look.CONTENT) is None


# --- a worker in a file system of its own ---


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Path]:
    """A directory in which a worker, and only that, sees a file of other content."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "same").write_text("same")
    (shared / "other").write_text("here")
    script = """
        mount -t tmpfs none "$0" && printf same > "$0/same" && printf there > "$0/other" &&
        printf there > "$0/only" && exec "$@"
    """
    namespace = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "-r", "--mount"]
    worker = {
        "type": "command",
        "command": [*namespace, "sh", "-c", script, str(shared)],
        "python": sys.executable,
        "cores": 1,
    }
    with pydron_ng.configure(workers=[worker], inline=False), pydron_ng.on_event(heard.append):
        heard.clear()
        yield shared


heard: list[Event] = []


@functional
def read(path: Path) -> str:
    return path.read_text()


@functional
def where() -> str:
    return os.getcwd()


@functional
def sees(path: Path) -> bool:
    return path.exists()


@functional
def runs(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@schedule
def call(function: Any, *args: Any) -> list[Any]:
    results = []
    for _ in range(3):
        results.append(function(*args))
    return results


def taken() -> int:
    """How many outcomes were taken since the last time; the first call is the program's own."""
    count = sum(isinstance(event, Taken) for event in heard)
    heard.clear()
    return count


def test_a_file_that_is_the_same_on_both_hosts_is_read_there(apart: Path) -> None:
    assert call(read, apart / "same") == ["same"] * 3
    assert taken()


def test_a_file_that_differs_counts_as_it_is_here(apart: Path) -> None:
    assert call(read, apart / "other") == ["here"] * 3
    assert not taken()


def test_a_file_that_only_another_host_has_is_not_there(apart: Path) -> None:
    assert call(sees, apart / "only") == [False] * 3
    assert not taken()
    with pytest.raises(FileNotFoundError):
        call(read, apart / "only")


def test_a_working_directory_that_is_not_there_is_that_of_the_program(
    apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = apart / "deep"
    place.mkdir()
    (place / "file").write_text("here")
    monkeypatch.chdir(place)
    assert call(where) == [str(place)] * 3
    assert call(read, Path("file")) == ["here"] * 3
    assert not taken()


def test_what_a_program_tells_that_was_started_elsewhere_does_not_count(apart: Path) -> None:
    assert call(runs, "cat", str(apart / "other")) == ["here"] * 3
    assert not taken()


@functional(reads=True)
def reads_declared(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@schedule
def twice(*command: str) -> tuple[str, str]:
    first = reads_declared(*command)
    second = reads_declared(*command)
    return first, second


def test_unless_the_user_says_that_it_is_the_same_everywhere(apart: Path) -> None:
    assert twice("cat", str(apart / "same")) == ("same", "same")
    assert taken()
