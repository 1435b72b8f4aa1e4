"""How many calls make a task, and how many tasks are under way."""

from __future__ import annotations

from pydron_ng.pool.room import Auto, Room
from pydron_ng.runtime.messages import FRAME_SECONDS


def learnt(seconds: float, results: int, frame_seconds: float, size: int | Auto = "auto") -> Room:
    """For two workers, after so many results of tasks with calls that take so long."""
    room = Room(size, None, lambda: 2, suspends=False, frame_seconds=frame_seconds)
    for _ in range(results):
        room.learn(seconds)
    return room


def test_many_short_tasks_are_under_way_where_a_message_costs_little() -> None:
    assert learnt(1e-5, 1, FRAME_SECONDS, size=1).most_tasks > 100


def test_tasks_that_grow_are_few() -> None:
    room = learnt(1e-5, 2, FRAME_SECONDS)
    assert (room.most_tasks, room.each) == (8, 16)


def test_few_large_tasks_are_under_way_where_a_message_is_costly() -> None:
    room = learnt(1e-5, 1, 0.1)
    assert (room.most_tasks, room.each) == (8, 4)
    room = learnt(1e-5, 10, 0.1)
    assert (room.most_tasks, room.each) == (8, 4096)


def test_a_task_takes_twice_what_makes_a_message_worth_its_way() -> None:
    assert learnt(0.001, 10, 0.1).each == 200
    assert learnt(0.0001, 10, FRAME_SECONDS).each == 20
