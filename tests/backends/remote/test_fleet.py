"""Hosts that come and go, as the runtime hears of them: no process is started here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from pydron_ng.backends.base import Blob, TaskId, WorkerId
from pydron_ng.backends.remote import fleet as module
from pydron_ng.backends.remote.fleet import Fleet
from pydron_ng.backends.remote.frames import HEAD, Frame, Kind, saying
from pydron_ng.backends.remote.plan import Plan
from pydron_ng.backends.remote.shelf import KEEP_BYTES, digest_of


class Link:
    """A relay that is played by the test."""

    made: list[Link] = []  # noqa: RUF012  one test at a time

    def __init__(self, order: bytes, loop: Any, heard: Callable[[], object]) -> None:
        self.order = order
        self.heard = heard
        self.sent: list[int] = []
        self.comes: list[Frame] = []
        Link.made.append(self)

    def send(self, buffers: Iterable[bytes | memoryview]) -> None:
        for buffer in buffers:
            kind, number, *_ = HEAD.unpack_from(buffer)
            self.sent += [number] if kind == Kind.START else []

    def pull(self) -> Sequence[Frame]:
        comes, self.comes = self.comes, []
        return comes

    def hang_up(self) -> None: ...
    def close(self) -> None: ...
    def forget(self) -> None: ...

    def say(self, kind: Kind, number: int = 0, **what: Any) -> None:
        data = memoryview(saying(kind, **what)[HEAD.size :])
        self.comes.append(Frame(kind, number, data))
        self.heard()

    def comes_up(self, cores: int = 0) -> None:
        """cores: how many it gives; 0: what it is asked for."""
        cores = cores or json.loads(self.order[HEAD.size :])["settings"]["cores"]
        self.say(Kind.UP, cores=cores, python="python3", versions={}, modules={}, shelf="", room=0)

    def is_lost(self, *, lasting: bool = False) -> None:
        self.say(Kind.LOST, why="gone", way_out="wait", lasting=lasting)


class Heard:
    recalls = False

    def __init__(self) -> None:
        self.workers: list[WorkerId] = []
        self.lost_ones: list[tuple[WorkerId, bool]] = []
        self.missing: list[int] = []
        self.refusals: list[str] = []

    def joined(self, worker: WorkerId, host: str = "") -> None:
        self.workers.append(worker)

    def finished(self, worker: WorkerId, outcomes: Sequence[tuple[TaskId, Blob]]) -> None: ...
    def remarked(self, worker: WorkerId, remarks: Sequence[tuple[TaskId, Blob]]) -> None: ...

    def coming(self, count: int) -> None:
        assert count > 0

    def returned(self, worker: WorkerId, tasks: Sequence[TaskId]) -> None:
        raise AssertionError("nothing comes back from another host")

    def lost(self, worker: WorkerId, reason: str, *, with_host: bool = False) -> None:
        self.workers.remove(worker)
        self.lost_ones.append((worker, with_host))

    def unstarted(self, count: int, reason: str) -> None:
        self.missing.append(count)

    def refused(self, reason: str) -> None:
        self.refusals.append(reason)


@pytest.fixture(autouse=True)
def _played(monkeypatch: pytest.MonkeyPatch) -> None:
    Link.made = []
    monkeypatch.setattr(module, "Link", Link)


def started(*cores: int | None, **more: Any) -> tuple[Fleet, Heard]:
    plans = [Plan(f"host{n}", "command", {}, cores=c, **more) for n, c in enumerate(cores)]
    fleet, heard = Fleet(plans, "performer"), Heard()
    fleet.start(fleet.workers, heard, None)  # type: ignore[arg-type]
    return fleet, heard


def again(fleet: Fleet, heard: Heard, count: int = 1) -> None:
    fleet.start(count, heard, None)  # type: ignore[arg-type]


def test_each_host_is_asked_for_its_share() -> None:
    started(2, 3)
    for link in Link.made:
        link.comes_up()
    assert [link.sent for link in Link.made] == [[2], [3]]


def test_a_host_of_unknown_size_has_as_many_as_it_says() -> None:
    fleet, heard = started(None)
    assert fleet.workers == 1
    Link.made[0].comes_up(cores=3)
    assert Link.made[0].sent == [3]
    for pid in (1, 2, 3):
        Link.made[0].say(Kind.JOINED, pid)
    assert len(heard.workers) == fleet.workers == 3


def test_a_host_that_gives_less_than_it_is_asked_for_may_give_more_the_next_time() -> None:
    fleet, heard = started(4)
    Link.made[0].comes_up(cores=1)
    Link.made[0].say(Kind.JOINED, 7)
    Link.made[0].is_lost()
    assert not heard.missing
    again(fleet, heard)
    Link.made[1].comes_up(cores=3)
    assert [link.sent for link in Link.made] == [[1], [3]]


def test_what_a_host_never_gave_is_reported_with_the_rest() -> None:
    fleet, heard = started(4)
    Link.made[0].comes_up(cores=1)
    Link.made[0].say(Kind.JOINED, 7)
    Link.made[0].is_lost(lasting=True)
    again(fleet, heard)
    assert heard.missing == [3, 1]


def test_when_one_of_those_that_dial_is_there_another_one_is_awaited() -> None:
    _, heard = started(None, is_open=True)
    for number in (0, 1):
        assert len(Link.made) == number + 1
        Link.made[number].say(Kind.REACHED, name=f"node://{number}")
        Link.made[number].comes_up(cores=2)
        Link.made[number].say(Kind.JOINED, 7)
    Link.made[0].is_lost()
    assert heard.lost_ones == [(0, True)]
    Link.made[3].comes_up(cores=2)  # in its place; the one beside is still awaited
    assert len(Link.made) == 4


def test_workers_are_lost_with_their_host_and_asked_for_where_there_is_room() -> None:
    fleet, heard = started(1, 1)
    for link in Link.made:
        link.comes_up()
        link.say(Kind.JOINED, 7)
    Link.made[0].is_lost()
    assert heard.lost_ones == [(0, True)]
    again(fleet, heard)
    assert len(Link.made) == 3  # it is tried again
    assert b'"wait_seconds": 1.0' in Link.made[2].order
    assert not heard.missing


def test_hosts_that_fail_are_no_loss_as_long_as_another_one_is_there() -> None:
    fleet, heard = started(1, 1)
    Link.made[0].is_lost(lasting=True)
    assert not heard.missing
    Link.made[1].comes_up()
    Link.made[1].say(Kind.JOINED, 7)
    Link.made[1].is_lost(lasting=True)
    again(fleet, heard)
    assert heard.missing == [1, 1]
    assert len(Link.made) == 2  # neither is tried again


def test_a_host_that_was_never_there_is_reported_at_once() -> None:
    fleet, heard = started(2)
    Link.made[0].is_lost()
    again(fleet, heard, 2)
    assert len(Link.made) == 2
    Link.made[1].is_lost()
    assert heard.missing == [2, 2]


def test_for_a_host_that_was_there_one_waits_a_while() -> None:
    fleet, heard = started(1)
    Link.made[0].comes_up()
    Link.made[0].say(Kind.JOINED, 7)
    Link.made[0].is_lost()
    again(fleet, heard)
    while not heard.missing:
        Link.made[-1].is_lost()
    assert len(Link.made) == 7  # and it is tried on


def test_a_host_that_comes_after_all_has_its_workers_without_being_asked() -> None:
    fleet, heard = started(2)
    Link.made[0].is_lost()
    Link.made[1].is_lost()  # the runtime has not asked again
    Link.made[2].comes_up()
    assert heard.missing == [2]
    assert Link.made[2].sent == [2]
    fleet.close()


def test_a_host_that_is_required_is_refused_when_it_cannot_be_had() -> None:
    _, heard = started(1, required=True)
    Link.made[0].is_lost()
    assert heard.refusals == ["host0: gone\n  try: wait"]


def test_close_forgets_all() -> None:
    fleet, _ = started(1)
    Link.made[0].comes_up()
    fleet.close()
    fleet.close()
    assert fleet.workers == 1


def test_a_host_that_keeps_something_is_named_until_it_is_lost() -> None:
    fleet, _ = started(1, 1)
    for link in Link.made:
        up: dict[str, Any] = {"cores": 1, "python": "python3", "versions": {}, "modules": {}}
        link.say(Kind.UP, **up, shelf="there", room=1 << 30)
    part, smaller = bytes(KEEP_BYTES + 1), b"x" * KEEP_BYTES
    shelves = [host.shelf for host in fleet._hosts]
    shelves[0].add(digest_of(smaller), (0, 1), len(smaller))
    shelves[1].add(digest_of(part), (0, 1), len(part))
    assert fleet.place_of((b"head", part, smaller)) == "host1"
    assert fleet.place_of((b"head", smaller)) == "host0"
    assert fleet.place_of((b"head", b"y" * KEEP_BYTES)) == fleet.place_of((b"head",)) == ""
    Link.made[1].is_lost()
    assert fleet.place_of((b"head", part)) == ""
