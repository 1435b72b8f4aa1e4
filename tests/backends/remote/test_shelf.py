"""What a host keeps: the program's end and workers' ends, without a host in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pydron_ng.backends.base import SUSPENDED, Blob, TaskId
from pydron_ng.backends.remote.keeper import Keeper
from pydron_ng.backends.remote.place import Place
from pydron_ng.backends.remote.shelf import KEEP_BYTES, Dealings, Shelf, digest_of
from pydron_ng.backends.wire import Item, about
from pydron_ng.memory.arena import Arena
from pydron_ng.values.blob import memory_of

SIZE = KEEP_BYTES + 1


class Host:
    """Some workers, what they are sent and what they answer."""

    def __init__(self, folder: Path, workers: int = 2, room: int = 100 * SIZE) -> None:
        self.folder = folder
        self.shelf = Shelf(str(folder), room)
        self.ends = [(Dealings(self.shelf), Keeper()) for _ in range(workers)]
        self.tasks = 0
        self.travelled = 0  # bytes of parts, to the host

    def send(self, *blob: bytes, worker: int = 0) -> list[Item]:
        """What arrives there."""
        program, there = self.ends[worker]
        self.tasks += 1
        going = program.outgoing([(self.tasks, blob)])
        self.travelled += sum(len(p) for _, b in going for p in b if isinstance(p, bytes))
        return there.incoming(going)

    def answer(self, items: list[Item], worker: int = 0) -> Blob:
        """They answer with what they are given here."""
        program, there = self.ends[worker]
        said = there.outgoing(items)
        come = [(key, tuple(bytes(memory_of(part)) for part in blob)) for key, blob in said]
        [(_, outcome)] = program.incoming(come)
        return outcome

    def call(self, *blob: bytes, worker: int = 0) -> None:
        """It arrives as it left, and is answered."""
        [(task, arrived)] = self.send(*blob, worker=worker)
        assert tuple(bytes(memory_of(part)) for part in arrived) == blob
        self.answer([(task, (b"answer",))], worker)

    @property
    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder))


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def part() -> bytes:
    return os.urandom(SIZE)


def test_what_goes_to_a_host_again_and_again_goes_there_twice(host: Host) -> None:
    table = part()
    for worker in (0, 1, 0, 1, 0):
        host.call(b"f", b"x", table, worker=worker)
    assert 2 * SIZE < host.travelled < 2 * SIZE + 1000


def test_what_goes_there_once_is_not_kept(host: Host) -> None:
    for _ in range(5):
        host.call(b"f", part())
    assert host.files == []


def test_what_a_worker_has_not_said_to_be_kept_is_sent(host: Host) -> None:
    table = part()
    host.call(b"f", table)
    first = host.send(b"f", table)
    second = host.send(b"f", table, worker=1)
    assert host.travelled > 3 * SIZE
    host.answer(first)
    host.answer(second, worker=1)
    assert len(host.files) == 2  # one of them is about to be removed
    host.call(b"f", table)
    assert len(host.files) == 1


def test_results_are_kept_of_a_function_whose_results_became_arguments(host: Host) -> None:
    results = [part() for _ in range(4)]
    answers = iter(results)

    def link(argument: bytes, worker: int) -> bytes:
        [(task, (_, arrived))] = host.send(b"f", argument, worker=worker)
        assert memory_of(arrived) == argument
        [result] = host.answer([(task, (next(answers),))], worker)
        return bytes(result)

    value = part()
    for worker in (0, 1, 0, 1):
        value = link(value, worker)
    assert value == results[-1]
    assert host.travelled < 2 * SIZE + 1000  # what it began with, and the first result


def test_who_writes_to_what_was_kept_has_a_copy(host: Host) -> None:
    table = part()
    for _ in range(2):
        host.call(b"f", table)
    [(_, (_, kept))] = host.send(b"f", table)
    first, second = kept.memory, kept.memory
    first[:4] = b"mine"
    assert bytes(first[:4]) == b"mine"
    assert second == kept.memory == table


def test_the_one_that_was_not_used_for_the_longest_time_is_forgotten(tmp_path: Path) -> None:
    host = Host(tmp_path, room=2 * SIZE)
    parts = [part() for _ in range(3)]
    for one in (*parts[:2], *parts[:2], parts[0], parts[2], parts[2]):
        host.call(b"f", one)
    host.call(b"f", b"small")  # the host is told with the next call
    assert len(host.files) == 2
    before = host.travelled
    host.call(b"f", parts[0], parts[2])
    assert host.travelled < before + 1000
    host.call(b"f", parts[1])
    assert host.travelled > before + SIZE


def test_what_a_call_under_way_was_sent_the_name_of_is_not_forgotten(tmp_path: Path) -> None:
    host = Host(tmp_path, room=SIZE)
    first, second = part(), part()
    for _ in range(2):
        host.call(b"f", first)
    under_way = host.send(b"f", first)
    for _ in range(3):
        host.call(b"f", second, worker=1)
    [(_, (_, kept))] = under_way
    assert kept.memory == first


def test_a_worker_that_dies_lets_go_of_what_it_was_sent_the_name_of(tmp_path: Path) -> None:
    host = Host(tmp_path, room=SIZE)
    first, second = part(), part()
    for _ in range(2):
        host.call(b"f", first)
    host.send(b"f", first)
    host.ends[0][0].close()
    for _ in range(3):
        host.call(b"f", second, worker=1)
    assert len(host.files) == 1  # the other one has been forgotten
    before = host.travelled
    host.call(b"f", second, worker=1)
    assert host.travelled < before + 1000


def test_what_is_larger_than_all_that_may_be_kept_is_sent(tmp_path: Path) -> None:
    host = Host(tmp_path, room=SIZE - 1)
    table = part()
    for _ in range(3):
        host.call(b"f", table)
    assert host.travelled > 3 * SIZE
    assert host.files == []


def test_a_file_that_has_gone_is_an_error_once_and_then_sent_again(host: Host) -> None:
    table = part()
    for _ in range(2):
        host.call(b"f", table)
    [name] = host.files
    (host.folder / name).unlink()
    [(task, (_, kept))] = host.send(b"f", table)
    with pytest.raises(OSError, match="No such file"):
        _ = kept.memory
    host.answer([(task, (b"refused",))])
    host.call(b"f", table)


def test_what_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.shelf.folder = str(tmp_path / "nowhere")
    table = part()
    for _ in range(3):
        host.call(b"f", table)
    assert host.travelled > 3 * SIZE


def test_a_coroutine_that_has_only_begun_has_no_result_yet(host: Host) -> None:
    program, there = host.ends[0]
    program.outgoing([(1, (b"f",))])
    host.shelf.made(b"digest", b"f")
    host.shelf.is_known(b"digest")  # its results are worth keeping from now on
    there.incoming(program.outgoing([(2, (b"f",))]))
    remark = about(TaskId(2)), SUSPENDED
    assert program.incoming(there.outgoing([remark])) == [remark]
    result = part()
    program.incoming(there.outgoing([(2, (result,))]))
    assert len(host.files) == 1


def test_a_part_in_shared_memory_is_known_by_what_it_is() -> None:
    arena, table = Arena(), part()
    stretch = arena.store([table])
    assert stretch is not None
    assert stretch.digest == digest_of(stretch) == digest_of(table)
    arena.close()


def test_where_nothing_is_kept_nothing_is_looked_at(tmp_path: Path) -> None:
    dealings = Dealings(Shelf("", 0))
    items: list[Item] = [(1, (b"f", part())), (b"token", (b"",))]
    assert dealings.outgoing(items) == items
    assert dealings.incoming([(1, (b"r",)), (None, ())]) == [(TaskId(1), (b"r",))]


# --- the directory ---


def test_a_place_is_there_for_as_long_as_its_agent(tmp_path: Path) -> None:
    place = Place(str(tmp_path), None)
    assert os.listdir(tmp_path) == [Path(place.folder).name]
    assert os.stat(place.folder).st_mode & 0o777 == 0o700
    assert place.room > 0
    Path(place.folder, "0-1").write_bytes(b"kept")
    place.close()
    assert os.listdir(tmp_path) == []


def test_a_place_that_was_left_behind_is_removed_by_the_next(tmp_path: Path) -> None:
    alive = Place(str(tmp_path), 1)
    left = tmp_path / "kept-left"
    left.mkdir()
    (left / "0-1").write_bytes(b"kept")
    (tmp_path / "other").mkdir()
    place = Place(str(tmp_path), 1)
    assert not left.exists()
    assert {Path(alive.folder), Path(place.folder), tmp_path / "other"} == set(tmp_path.iterdir())
    assert place.room == 1 << 20
    place.close()
    alive.close()


def test_a_place_that_cannot_be_locked_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError("a file system without locks")

    monkeypatch.setattr("fcntl.flock", flock)
    place = Place(str(tmp_path), None)
    assert place.folder == ""
    assert os.listdir(tmp_path) == []


def test_nothing_is_kept_where_nothing_may_be_or_can_be(tmp_path: Path) -> None:
    for place in (Place(str(tmp_path), 0), Place(str(tmp_path / "nowhere"), None)):
        assert place.folder == ""
        place.close()
    assert os.listdir(tmp_path) == []
