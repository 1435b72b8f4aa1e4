"""Files that go along with tasks, and come back."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import Pool
from pydron_ng.errors import WorkerLost
from pydron_ng.pool.files import Files, put_all
from pydron_ng.pool.worker.folder import left_in, working_in
from tests.pool import work
from tests.pool.conftest import pool_of

_SECONDS = 30


@pytest.fixture(scope="module", params=["processes", "host"])
def apart(request: pytest.FixtureRequest) -> Any:
    """Workers that are processes, here and on a host."""
    with pool_of(request.param) as made:
        yield made


def test_a_file_goes_there_and_another_one_comes_back(apart: Pool, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("never mute")
    pool = apart.options(files=[tmp_path / "in.txt"], outputs=["found/*.txt"])
    future = pool.submit(work.upper, "in.txt", "found/out.txt")
    folder = future.result(_SECONDS)
    assert future.info.files == {"found/out.txt": b"NEVER MUTE"}
    assert not Path(folder).exists()
    assert apart.submit(os.getcwd).result(_SECONDS) != folder


def test_files_may_be_named_and_be_bytes(apart: Pool, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("never mute")
    files = {"data/one.txt": str(tmp_path / "in.txt"), "two": b"2", "three": bytearray(b"3")}
    pool = apart.options(files=files, outputs=["data", "t*"])
    future = pool.submit(work.listed)
    assert future.result(_SECONDS) == ["data", "data/one.txt", "three", "two"]
    assert future.info.files == {"data/one.txt": b"never mute", "two": b"2", "three": b"3"}


def test_each_task_has_a_directory_of_its_own(apart: Pool) -> None:
    pool = apart.options(outputs=["out"], files={"in": b"x"})
    futures = [pool.submit(work.upper, "in", "out") for _ in range(10)]
    folders = {future.result(_SECONDS) for future in futures}
    assert len(folders) == 10
    assert [future.info.files for future in futures] == [{"out": b"X"}] * 10


def test_large_files_go_there_and_back(apart: Pool, tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    (tmp_path / "large").write_bytes(content)
    pool = apart.options(files=[tmp_path / "large"], outputs=["large"])
    for _ in range(3):
        future = pool.submit(work.listed)
        assert future.result(_SECONDS) == ["large"]
        assert future.info.files == {"large": content}


def test_a_file_that_changes_is_read_again(processes: Pool, tmp_path: Path) -> None:
    path = tmp_path / "in"
    pool = processes.options(files=[path], outputs=["in"])
    for content in (b"one", b"other"):
        path.write_bytes(content)
        future = pool.submit(work.listed)
        future.result(_SECONDS)
        assert future.info.files == {"in": content}


def test_tasks_of_one_view_share_the_content_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"content")
    stored: list[bytes] = []

    def store(memory: memoryview) -> object:
        stored.append(bytes(memory))
        return object()

    files = Files([tmp_path / "in"])
    assert files.read(store) == files.read(store)
    assert stored == [b"content"]


def test_a_script_may_be_run(apart: Pool, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\necho found")
    script.chmod(0o755)
    assert apart.options(files=[script]).submit(work.run_script).result(_SECONDS) == "found\n"


def test_files_go_along_with_streams(apart: Pool) -> None:
    pool = apart.options(files={"in": b"x"})
    folders = list(pool.imap(work.upper, [("in", str(n)) for n in range(10)], star=True))
    assert len(folders) == 10
    assert not any(Path(folder).exists() for folder in folders)


# --- what comes back ---


def test_outputs_may_be_written_to_a_directory(apart: Pool, tmp_path: Path) -> None:
    into = tmp_path / "new" / "results"
    pool = apart.options(files={"a/in": b"x"}, outputs=["**/*.txt", "a"], into=into)
    future = pool.submit(work.upper, "a/in", "a/b/out.txt")
    future.result(_SECONDS)
    assert future.info.files == {"a/b/out.txt": into / "a/b/out.txt", "a/in": into / "a/in"}
    assert {str(p.relative_to(into)) for p in into.rglob("*") if p.is_file()} == {
        "a/b/out.txt",
        "a/in",
    }
    assert (into / "a/b/out.txt").read_text() == "X"


def test_outputs_are_there_before_the_future_is_done(processes: Pool, tmp_path: Path) -> None:
    there: list[bool] = []
    pool = processes.options(files={"in": b"x"}, outputs=["out"], into=tmp_path)
    future = pool.submit(work.upper, "in", "out")
    future.add_done_callback(lambda _: there.append((tmp_path / "out").exists()))
    future.result(_SECONDS)
    work.wait_until(lambda: there)
    assert there == [True]


def test_a_task_that_fails_brings_nothing_back(apart: Pool, tmp_path: Path) -> None:
    pool = apart.options(outputs=["out.txt"], into=tmp_path / "into")
    future = pool.submit(work.write_and, "raise", tmp_path / "begun")
    assert isinstance(future.exception(_SECONDS), ValueError)
    assert future.info.files is None
    assert not (tmp_path / "into").exists()
    assert not Path(work.lines(tmp_path / "begun")[0]).exists()


def test_an_output_that_is_not_there_is_told(apart: Pool) -> None:
    future = apart.options(outputs=["missing.txt"]).submit(work.listed)
    with pytest.raises(FileNotFoundError, match="the task has left no such file: 'missing.txt'"):
        future.result(_SECONDS)
    future = apart.options(outputs=["*.txt"]).submit(work.listed)
    assert future.result(_SECONDS) == []
    assert future.info.files == {}


def test_outputs_that_cannot_be_written_are_told(processes: Pool, tmp_path: Path) -> None:
    (tmp_path / "into").touch()
    pool = processes.options(files={"in": b"x"}, outputs=["out"], into=tmp_path / "into")
    assert isinstance(pool.submit(work.upper, "in", "out").exception(_SECONDS), OSError)


def test_nothing_is_written_by_halves(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        put_all([("first", 0o600, b"1"), ("second", 0o600, object())], tmp_path)
    assert os.listdir(tmp_path) == []
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        put_all([("first", 0o600, b"1"), ("folder", 0o600, b"2")], tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["first", "folder"]


# --- who removes the directory ---


@pytest.mark.parametrize("way", ["exit", "hold"])
def test_the_directory_of_a_task_that_is_killed_is_removed(
    apart: Pool, tmp_path: Path, way: str
) -> None:
    begun = tmp_path / "begun"
    future = apart.options(outputs=["out.txt"]).submit(work.write_and, way, begun)
    if way == "hold":
        work.wait_until(lambda: work.lines(begun))
        assert future.cancel()
    else:
        assert isinstance(future.exception(_SECONDS), WorkerLost)
    [folder] = work.lines(begun)
    work.wait_until(lambda: not Path(folder).parent.exists())


def test_nothing_is_left_when_the_pool_has_ended(tmp_path: Path) -> None:
    with pool_of("processes") as pool:
        folder = pool.options(files={"in": b"x"}).submit(os.getcwd).result(_SECONDS)
        assert Path(folder).parent.exists()
    assert not Path(folder).parent.parent.exists()


def test_what_a_task_has_closed_is_removed(apart: Pool) -> None:
    pool = apart.options(files={"in": b"x"})
    folder = pool.submit(_close_and_tell).result(_SECONDS)
    assert not Path(folder).exists()


def _close_and_tell() -> str:
    work.remove_all_rights()
    return os.getcwd()


# --- names ---

_LEAVING = ["/etc/passwd", "../x", "a/../../x", "", ".", "a\0b"]


@pytest.mark.parametrize("name", _LEAVING)
def test_names_that_leave_the_directory_are_refused(
    processes: Pool, tmp_path: Path, name: str
) -> None:
    told = re.escape("has to be a name in the directory of the task")
    with pytest.raises(ValueError, match=told):
        processes.options(files={name: b""})
    with pytest.raises(ValueError, match=told):
        processes.options(outputs=[name])
    with pytest.raises(ValueError, match=told), working_in(str(tmp_path / "w"), [(name, 0)], [b""]):
        pass
    with pytest.raises(ValueError, match=told):
        put_all([(name, 0o600, b"")], tmp_path)


def test_links_that_leave_the_directory_are_refused(apart: Pool, tmp_path: Path) -> None:
    pool = apart.options(outputs=["link"])
    for target in ("/etc/passwd", "/etc", ".."):
        with pytest.raises(ValueError, match="'link' is a link that leaves the directory"):
            pool.submit(work.link, target, "link").result(_SECONDS)
    future = apart.options(files={"in": b"x"}, outputs=["link"]).submit(work.link, "in", "link")
    future.result(_SECONDS)
    assert future.info.files == {"link": b"x"}


def test_a_link_below_an_output_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="leaves the directory"):
        left_in(str(tmp_path), ["inside"])


def test_a_link_in_the_program_is_not_followed_out_of_its_directory(tmp_path: Path) -> None:
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="by way of a link"):
        put_all([("link/out", 0o600, b"")], tmp_path / "into")
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_no_file_is_refused(apart: Pool) -> None:
    with pytest.raises(ValueError, match="'pipe' is neither a file nor a directory"):
        apart.options(outputs=["pipe"]).submit(work.make_pipe, "pipe").result(_SECONDS)


# --- what cannot be ---


@pytest.mark.parametrize(
    "wrong, kind, told",
    [
        ({"files": "in.txt"}, TypeError, "files is a sequence of paths or a mapping of names"),
        ({"files": [b"bytes"]}, TypeError, "take a mapping for bytes"),
        ({"files": {"a": 3}}, TypeError, "by its path or as bytes, not by 3"),
        ({"files": ["a/x", "b/x"]}, ValueError, "files has 'x' twice"),
        ({"outputs": "out.txt"}, TypeError, "outputs is a sequence of names or patterns"),
        ({"into": "results"}, ValueError, "into is where outputs are written"),
    ],
)
def test_what_cannot_be_meant_is_told(
    pool: Pool, wrong: dict[str, Any], kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=told):
        pool.options(**wrong)


def test_a_file_that_is_not_there_is_told_at_once(processes: Pool, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        processes.options(files=[tmp_path / "missing"]).submit(work.listed)


def test_threads_and_coroutines_share_their_working_directory(processes: Pool) -> None:
    with pytest.raises(ValueError, match=r"double_later\(\) is a coroutine"):
        processes.options(files={"in": b"x"}).submit(work.double_later, 1)
    with (
        pool_of("threads") as threads,
        pytest.raises(ValueError, match="take workers that are processes"),
    ):
        threads.options(outputs=["x"]).submit(work.listed)


def test_streams_of_threads_and_coroutines_are_refused_at_once(processes: Pool) -> None:
    with pytest.raises(ValueError, match=r"double_later\(\) is a coroutine"):
        processes.options(files={"in": b"x"}).imap(work.double_later, [1])
    with (
        pool_of("threads") as threads,
        pytest.raises(ValueError, match="take workers that are processes"),
    ):
        threads.options(files={"in": b"x"}).map(work.double, [1])


def test_outputs_of_streams_are_refused(processes: Pool) -> None:
    with pytest.raises(ValueError, match="outputs is told with the future of a task"):
        processes.options(outputs=["x"]).imap(work.double, [1])
