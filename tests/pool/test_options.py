"""What tasks and pools may be asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import Pool
from pydron_ng.errors import ConfigError
from tests.pool import work
from tests.pool.conftest import KINDS

_SECONDS = 30


@pytest.mark.parametrize(
    "wrong, kind, told",
    [
        ({"timeout": 0}, ValueError, "timeout is a number of seconds above 0, not 0"),
        ({"timeout": "1"}, TypeError, "timeout is a number of seconds above 0, not '1'"),
        ({"timeout": True}, TypeError, "timeout is a number of seconds above 0, not True"),
        ({"timeout": float("nan")}, ValueError, "timeout is a number of seconds above 0, not nan"),
        ({"retries": -1}, ValueError, "retries is a number of times, 0 or more, not -1"),
        ({"retries": 1.5}, TypeError, "retries is a whole number, not 1.5"),
        ({"priority": "high"}, TypeError, "priority is a whole number, not 'high'"),
        ({"capture": 1}, TypeError, "capture is True or False, not 1"),
        ({"on_progress": 1}, TypeError, "on_progress 1 cannot be called"),
        (
            {"colour": 1},
            TypeError,
            "options() takes timeout, retries, priority, capture, on_progress, where, files,"
            " outputs, into; not colour",
        ),
    ],
)
def test_a_wrong_option_is_told(
    pool: Pool, wrong: dict[str, Any], kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=re.escape(told)):
        pool.options(**wrong)


@pytest.mark.parametrize("place", [0, -1, True, 2.0, "node1", "http://x"])
def test_a_place_that_is_none_is_told(place: Any) -> None:
    with pytest.raises(ConfigError, match=re.escape(repr(place))):
        Pool(place)


@pytest.mark.parametrize("size", [0, -1, 1.5, "many", True])
def test_a_wrong_size_is_told(pool: Pool, size: Any) -> None:
    with pytest.raises(ValueError, match="chunksize is a number of calls"):
        pool.imap(work.double, [1], chunksize=size)
    with pytest.raises(ValueError, match="buffersize is a number of items"):
        pool.imap(work.double, [1], buffersize=size)


def test_options_are_those_of_a_view(pool: Pool) -> None:
    view = pool.options(capture=True).options(retries=1)
    assert isinstance(view, Pool)
    assert view.submit(work.double, 1).result(_SECONDS) == 2
    assert pool.submit(work.double, 1).result(_SECONDS) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_of_higher_priority_begin_before_others_that_wait(kind: str, tmp_path: Path) -> None:
    with Pool(config={"workers": [KINDS[kind] | {"cores": 1}]}) as pool:
        pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
        for priority in (0, 2, 1, 2):
            view = pool.options(priority=priority)
            view.submit(work.note, tmp_path / "order", str(priority))
        (tmp_path / "go").touch()
    assert work.lines(tmp_path / "order") == ["2", "2", "1", "0"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_priority_overtakes_all_that_were_submitted_before(
    kind: str, tmp_path: Path
) -> None:
    with Pool(config={"workers": [KINDS[kind] | {"cores": 1}]}) as pool:
        pool.submit(work.hold, tmp_path / "begun", tmp_path / "go")
        for _ in range(40):
            pool.submit(work.note, tmp_path / "order", "0")
        pool.options(priority=1).submit(work.note, tmp_path / "order", "1")
        (tmp_path / "go").touch()
    assert work.lines(tmp_path / "order") == ["1", *["0"] * 40]


def test_a_pool_of_numbers_has_so_many_processes(tmp_path: Path) -> None:
    with Pool(1, 2) as pool:
        begun, go = tmp_path / "begun", tmp_path / "go"
        for _ in range(3):
            pool.submit(work.hold, begun, go)
        work.wait_until(lambda: len(set(work.lines(begun))) == 3)
        go.touch()
