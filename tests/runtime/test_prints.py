"""Files that are written again in the moment in which they were read."""

from __future__ import annotations

import os
from pathlib import Path

from pydron_ng.runtime.prints import Look, is_unchanged, print_of
from pydron_ng.runtime.reads import reads


def test_a_new_file_is_told_by_its_content_for_its_times_may_not_move(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("abc")
    seen = print_of(str(path), Look.CONTENT)
    assert is_unchanged(str(path), Look.CONTENT, seen)
    path.write_text("abd")
    same_times = seen._replace(status=print_of(str(path), Look.CONTENT).status)
    assert not is_unchanged(str(path), Look.CONTENT, same_times)


def test_a_new_file_that_is_too_large_to_compare_counts_as_changed(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes((1 << 20) + 1))
    assert not is_unchanged(str(path), Look.CONTENT, print_of(str(path), Look.CONTENT))


def test_whether_something_is_there_does_not_depend_on_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("a")
    kind, status = (print_of(str(path), look) for look in (Look.KIND, Look.STATUS))
    path.write_text("ab")
    assert is_unchanged(str(path), Look.KIND, kind)
    assert not is_unchanged(str(path), Look.STATUS, status)
    os.remove(path)
    assert not is_unchanged(str(path), Look.KIND, kind)
    assert is_unchanged(str(path), Look.KIND, print_of(str(path), Look.KIND))


def test_what_comes_or_goes_while_a_call_looks_at_it_is_not_vouched_for(tmp_path: Path) -> None:
    heard, path = reads(), tmp_path / "data"
    heard.begin()
    heard.look(str(path), Look.CONTENT)  # it is about to be opened: there is nothing yet
    path.write_text("there after all", encoding="utf-8")
    files, unseen = heard.end()
    assert [place for place, _, _ in files] == [str(path)]
    assert unseen == f"{path}, which changed meanwhile"
    heard.begin()
    heard.look(str(path), Look.CONTENT)
    assert heard.end()[1] == ""
