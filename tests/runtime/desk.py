"""A driver under test, and the short way to issue calls of the obedient performer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydron_ng.backends import registry
from pydron_ng.backends.base import Backend, Blob, Token
from pydron_ng.runtime.driver import Driver
from pydron_ng.runtime.task import Task, TaskState

PERFORMER = "tests.backends.performers:Obedient"
KINDS = ("threads", "multicore")


def backend(kind: str, workers: int = 2, performer: str = PERFORMER) -> tuple[Backend, int]:
    model = {m.__struct_config__.tag: m for m in registry.model().__args__}[kind]
    return registry.create(model(cores=workers), performer)


class Desk:
    """Issues calls and waits for them as an activation does."""

    def __init__(self, *backends: tuple[Backend, int]) -> None:
        self.driver = Driver(backends, lambda token: (b"defined " + token,))
        self.settled: list[Task] = []

    def task(self, *blob: bytes, settle: Callable[[Task], Any] | None = None, **given: Any) -> Task:
        given = {"tokens": (), "seconds": 0.0, **given}
        return Task(
            self.driver.next_id(), blob, label=lambda: "f(x)", settle=settle or self.settle, **given
        )

    def settle(self, task: Task) -> None:
        assert self.driver.lock._is_owned()  # type: ignore[attr-defined]
        assert task.state is TaskState.SETTLED
        self.settled.append(task)

    def issue(self, *blob: bytes, **given: Any) -> Task:
        task = self.task(*blob, **given)
        with self.driver.lock:
            self.driver.issue([task])
        return task

    def wait(self, *tasks: Task) -> None:
        with self.driver.lock:
            self.driver.wait(lambda: all(task.state is TaskState.SETTLED for task in tasks))
        assert all(task.state is TaskState.SETTLED for task in tasks)

    def call(self, *blob: bytes, tokens: tuple[Token, ...] = ()) -> Blob:
        task = self.issue(*blob, tokens=tokens)
        self.wait(task)
        assert task.outcome is not None, task.lost
        return task.outcome

    def close(self) -> None:
        with self.driver.lock:
            self.driver.close()
