"""Programs as tasks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from tests.backends.rig import is_alive
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


@pytest.fixture(scope="module", params=["processes", "host"])
def apart(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """Workers that are processes, here and on a host."""
    with pool_of(request.param) as made:
        yield made


def test_a_program_is_a_task(apart: Pool) -> None:
    done = apart.run_command(["sh", "-c", "echo found; echo lost >&2; exit 3"]).result(_SECONDS)
    assert done.argv == ["sh", "-c", "echo found; echo lost >&2; exit 3"]
    assert (done.returncode, done.stdout, done.stderr) == (3, b"found\n", b"lost\n")
    assert done.files is None


def test_what_a_program_says_may_be_text(apart: Pool) -> None:
    done = apart.run_command(["printf", r"\303\251\377"], text=True).result(_SECONDS)
    assert (done.stdout, done.stderr) == ("\u00e9\ufffd", "")


@pytest.mark.parametrize("given", ["never mute", b"never mute", os.urandom(1_000_000), None])
def test_a_program_reads_what_it_is_given(apart: Pool, given: Any) -> None:
    done = apart.run_command(["cat"], stdin=given).result(_SECONDS)
    assert done.stdout == (given.encode() if isinstance(given, str) else given or b"")


def test_a_program_has_further_variables(apart: Pool) -> None:
    done = apart.run_command(["sh", "-c", "echo $COLOUR $PATH"], env={"COLOUR": "red"}, text=True)
    assert done.result(_SECONDS).stdout.startswith("red /")


def test_programs_take_files_and_leave_some(apart: Pool, tmp_path: Path) -> None:
    script = tmp_path / "upper"
    script.write_text("#!/bin/sh\ntr a-z A-Z < in > out\nmkdir more && cp out more/\n")
    script.chmod(0o755)
    files = {"upper": script, "in": b"never mute"}
    done = apart.run_command(["./upper"], files=files, outputs=["out", "more"]).result(_SECONDS)
    assert done.returncode == 0
    assert done.files == {"out": b"NEVER MUTE", "more/out": b"NEVER MUTE"}


def test_options_of_a_view_are_those_of_its_programs(apart: Pool, tmp_path: Path) -> None:
    view = apart.options(files={"in": b"x"}, outputs=["in"], into=tmp_path)
    assert view.run_command(["ls"], text=True).result(_SECONDS).stdout == "in\n"
    assert (tmp_path / "in").read_bytes() == b"x"


def test_a_program_that_fails_is_an_exception_if_that_is_asked_for(apart: Pool) -> None:
    failing = ["sh", "-c", "echo why >&2; exit 3"]
    failure = apart.run_command(failing, check=True, text=True).exception(_SECONDS)
    assert isinstance(failure, subprocess.CalledProcessError)
    assert (failure.returncode, failure.cmd, failure.stderr) == (3, failing, "why\n")
    assert apart.run_command(["true"], check=True).result(_SECONDS).returncode == 0


def test_a_program_that_was_killed_has_a_negative_status(apart: Pool) -> None:
    assert apart.run_command(["sh", "-c", "kill -9 $$"]).result(_SECONDS).returncode == -9


def test_a_program_that_is_not_there_is_told(apart: Pool) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such program .* 'no-such-program'"):
        apart.run_command(["no-such-program"]).result(_SECONDS)
    with pytest.raises(PermissionError):
        apart.run_command(["./data"], files={"data": b""}).result(_SECONDS)


@pytest.mark.parametrize(
    "argv, how, told",
    [
        ("ls -l", {}, "a list of words, not as 'ls -l'"),
        ([], {}, "of which there are none"),
        (["ls", 3], {}, "text, bytes or a path, not 3"),
        (["ls"], {"stdin": 3}, "as text or bytes, not 3"),
        (["ls"], {"env": ["A"]}, "env is a mapping"),
        (["ls"], {"env": {"A": 1}}, "a variable of env is a text"),
        (["ls"], {"colour": 1}, "not colour"),
    ],
)
def test_what_is_no_program_is_told(
    processes: Pool, argv: Any, how: dict[str, Any], told: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=told):
        processes.run_command(argv, **how)


def test_threads_run_no_programs() -> None:
    with (
        pool_of("threads") as pool,
        pytest.raises(ValueError, match="threads cannot end a program"),
    ):
        pool.run_command(["true"])


# --- no process is left ---

#: Starts two others, tells who they are, and waits.
_FAMILY = """
sleep 1000 &
sh -c 'sleep 1000 & echo $! >> "$0"; wait' "$1" &
echo $! >> "$1"
echo $$ > "$1.leader"
while ! test -e "$1.go"; do sleep 0.01; done
"""


def _family(told: Path) -> list[str]:
    return ["sh", "-c", _FAMILY, "sh", str(told)]


def _members(told: Path) -> list[int]:
    work.wait_until(lambda: len(work.lines(told)) == 2 and work.lines(_leader(told)))
    return [int(pid) for pid in (*work.lines(told), *work.lines(_leader(told)))]


def _leader(told: Path) -> Path:
    return told.with_name(f"{told.name}.leader")


def _are_gone(members: list[int]) -> None:
    work.wait_until(lambda: not any(map(is_alive, members)))


def test_what_a_program_leaves_running_ends_with_it(apart: Pool, tmp_path: Path) -> None:
    future = apart.run_command(_family(tmp_path / "told"))
    members = _members(tmp_path / "told")
    assert all(map(is_alive, members))
    (tmp_path / "told.go").touch()
    assert future.result(_SECONDS).returncode == 0
    _are_gone(members)


def test_a_program_that_is_cancelled_ends_with_all_that_it_has_started(
    apart: Pool, tmp_path: Path
) -> None:
    future = apart.run_command(_family(tmp_path / "told"))
    members = _members(tmp_path / "told")
    assert future.cancel()
    _are_gone(members)


def test_a_program_that_takes_too_long_ends_with_all_that_it_has_started(
    apart: Pool, tmp_path: Path
) -> None:
    future = apart.run_command(_family(tmp_path / "told"), timeout=2)
    members = _members(tmp_path / "told")
    assert isinstance(future.exception(_SECONDS), TimeoutError)
    _are_gone(members)


def test_a_program_ends_with_its_worker(apart: Pool, tmp_path: Path) -> None:
    future = apart.run_command([*_family(tmp_path / "told"), str(os.getpid())])
    members = _members(tmp_path / "told")
    os.kill(_parent_of(members[-1]), signal.SIGKILL)
    assert isinstance(future.exception(_SECONDS), WorkerLost)
    _are_gone(members)


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_program_ends_with_who_has_asked_for_it(tmp_path: Path) -> None:
    asking = tmp_path / "asking.py"
    asking.write_text(_ASKING.format(argv=_family(tmp_path / "told")))
    with subprocess.Popen([sys.executable, asking]) as process:
        members = _members(tmp_path / "told")
        process.kill()
    _are_gone(members)


_ASKING = """
from pydron_ng import Pool

if __name__ == "__main__":
    Pool(1).run_command({argv!r}).result()
"""
