"""Whoever does the I/O is there in time for what happens by itself, whoever has led before."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.runtime.pump import Pump
from tests.backends.rig import wait_until


class Scene:
    """A thread in the background that polls for ever, as nothing is going to happen.

    seconds: until the next round, as far as those know who have made one. rounds: who made them.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.loop = SelectorLoop()
        self.pump = Pump(self.lock, self.loop, lambda: True, self._turn, lambda _: None)
        self.seconds: float | None = None
        self.rounds: list[int] = []
        with self.lock:
            self.pump.attend()
        wait_until(lambda: len(self.pump._polling) == 1)

    def _turn(self) -> float | None:
        self.rounds.append(threading.get_ident())
        return self.seconds

    def lead_for_a_round(self) -> None:
        """In this thread; the one in the background does not hear of it."""

        def done() -> bool:
            if not self.rounds:
                self.pump.hurry(0.001)
            return bool(self.rounds)

        self.pump.until(done)
        assert self.rounds == [threading.get_ident()]
        assert len(self.pump._polling) == 1

    def wait_for_the_background(self) -> None:
        wait_until(lambda: len(set(self.rounds)) == 2)

    def close(self) -> None:
        with self.lock:
            self.pump.close()
            self.loop.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.close()


def test_what_is_due_when_the_leader_has_left_is_heard_of(scene: Scene) -> None:
    with scene.lock:
        scene.seconds = 0.01
        scene.lead_for_a_round()
    scene.wait_for_the_background()


def test_what_is_set_when_the_leader_has_left_is_heard_of(scene: Scene) -> None:
    with scene.lock:
        scene.lead_for_a_round()
        scene.pump.hurry(0.01)
    scene.wait_for_the_background()


def test_when_all_who_waited_leave_at_a_time_the_background_leads(scene: Scene) -> None:
    pump, is_done = scene.pump, threading.Event()

    def wait() -> None:
        with scene.lock:
            pump.until(is_done.is_set)

    def sleeps() -> bool:
        pump._loop.wake()
        return pump._asleep

    leader, follower = threading.Thread(target=wait), threading.Thread(target=wait)
    leader.start()
    wait_until(lambda: len(pump._polling) == 2)
    wait_until(sleeps)
    follower.start()
    wait_until(lambda: pump._followers == 1)

    def turn() -> None:
        is_done.set()
        pump.tell()

    with scene.lock:
        pump._turn = turn
        pump.tell()
    leader.join()
    follower.join()
    wait_until(lambda: len(pump._polling) == 1)
