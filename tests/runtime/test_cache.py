"""Files of translations: whole or not there, nobody else's, never more than there is room for."""

from __future__ import annotations

import marshal
import os
import threading
from pathlib import Path

import pytest

from pydron_ng.runtime import cache
from pydron_ng.runtime.cache import VARIABLE, Cache, folder

KEY, OTHER = b"\xfe" * 20, b"\xff" * 20
VALUE = ("text", 1, (None, True), frozenset({"a"}), b"bytes", compile("1", "f", "eval"))


def only_file(place: Path) -> Path:
    (found,) = place.iterdir()
    return found


def test_what_was_put_there_comes_back(tmp_path: Path) -> None:
    Cache(str(tmp_path / "new" / "one")).put(KEY, VALUE)
    assert Cache(str(tmp_path / "new" / "one")).get(KEY) == VALUE
    assert Cache(str(tmp_path / "new" / "one")).get(OTHER) is None


def test_a_place_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Cache(str(tmp_path / "none")).get(KEY) is None
    assert not (tmp_path / "none").exists()


def test_nobody_else_may_read_or_write_what_is_made(tmp_path: Path) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    assert place.stat().st_mode & 0o777 == 0o700
    assert only_file(place).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("size", [0, 1, 7, 8, 20, 24, 30, -1])
def test_a_truncated_file_is_as_if_not_there(tmp_path: Path, size: int) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    file = only_file(place)
    file.write_bytes(file.read_bytes()[:size])
    assert Cache(str(place)).get(KEY) is None


def test_a_file_with_any_bit_changed_is_as_if_not_there(tmp_path: Path) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    file = only_file(place)
    data = file.read_bytes()
    for at in range(len(data)):
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert Cache(str(place)).get(KEY) is None


def test_a_file_of_another_format_is_as_if_not_there(tmp_path: Path) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    only_file(place).write_bytes(marshal.dumps(VALUE))
    assert Cache(str(place)).get(KEY) is None


@pytest.mark.parametrize("mode", [0o770, 0o777, 0o702])
def test_a_directory_that_others_may_write_is_not_believed(tmp_path: Path, mode: int) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    place.chmod(mode)
    assert Cache(str(place)).get(KEY) is None
    Cache(str(place)).put(OTHER, VALUE)
    assert len(list(place.iterdir())) == 1


def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    only_file(place).chmod(0o622)
    assert Cache(str(place)).get(KEY) is None


def test_what_belongs_to_somebody_else_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    assert Cache(str(place)).get(KEY) is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    file = only_file(place)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert Cache(str(place)).get(KEY) is None


def test_a_disk_that_cannot_be_written_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "new"
    Cache(str(place)).put(KEY, VALUE)
    opened = os.open

    def read_only(path: str, flags: int, *mode: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(30, "Read-only file system")
        return opened(path, flags, *mode)

    monkeypatch.setattr(os, "open", read_only)
    Cache(str(place)).put(OTHER, VALUE)
    assert Cache(str(place)).get(KEY) == VALUE


def test_a_file_in_place_of_the_directory_is_no_trouble(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    Cache(str(place)).put(KEY, VALUE)
    Cache(str(place / "inside")).put(KEY, VALUE)
    assert Cache(str(place)).get(KEY) is None


def test_a_full_disk_is_no_trouble_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    place = tmp_path / "new"
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        Cache(str(place)).put(KEY, VALUE)
    assert list(place.iterdir()) == []


def test_what_cannot_be_kept_is_not(tmp_path: Path) -> None:
    Cache(str(tmp_path / "new")).put(KEY, object())
    assert Cache(str(tmp_path / "new")).get(KEY) is None


def test_those_who_write_the_same_at_once_are_in_nobodys_way(tmp_path: Path) -> None:
    place = str(tmp_path / "new")
    everybody = threading.Barrier(4)
    seen: list[object] = []

    def work() -> None:
        mine = Cache(place)
        everybody.wait()
        for _ in range(50):
            mine.put(KEY, VALUE)
            seen.append(mine.get(KEY))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [VALUE] * 200
    assert len(os.listdir(place)) == 1


def test_what_was_not_needed_for_the_longest_time_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_FILES", 8)
    place = tmp_path / "new"
    keys = [bytes([number]) * 20 for number in range(8)]
    first = Cache(str(place))
    for age, key in enumerate(keys):
        first.put(key, VALUE)
        os.utime(place / f"{key.hex()}.translation", (1e9 - age, 1e9 - age))
    assert Cache(str(place)).get(keys[7]) == VALUE  # the oldest one is needed now
    Cache(str(place)).put(OTHER, VALUE)
    left = {file.name.partition(".")[0] for file in place.iterdir()}
    assert keys[7].hex() in left
    assert OTHER.hex() in left
    assert keys[6].hex() not in left
    assert len(left) <= 6


def test_the_bytes_that_are_kept_have_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 4000)
    for number in range(20):
        Cache(str(tmp_path / "new")).put(bytes([number]) * 20, b"x" * 1000)
    assert sum(file.stat().st_size for file in (tmp_path / "new").iterdir()) <= 4000


# --- where they are ---


def test_the_place_that_is_named_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert folder() == str(tmp_path)


def test_then_the_users_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folder() == str(tmp_path / "pydron_ng")


def test_a_cache_home_that_is_no_whole_path_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert str(folder()).startswith(str(tmp_path))


def test_without_a_home_there_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert folder() is None
