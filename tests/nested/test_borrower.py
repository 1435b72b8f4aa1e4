"""What a worker does about its calls, told by nobody but the test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pydron_ng.backends.base import Blob
from pydron_ng.runtime.nested import words
from pydron_ng.runtime.nested.borrower import Borrower
from pydron_ng.runtime.nested.library import NestLibrary
from pydron_ng.runtime.reads import Reads
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.values.library import WorkerLibrary


class Talk:
    """Notes what is said, and what is to be done after a while."""

    def __init__(self) -> None:
        self.heard: Callable[[Blob], None] | None = None
        self.said: list[Blob] = []
        self.due: Callable[[], None] | None = None

    def open(self, heard: Callable[[Blob], None]) -> None:
        self.heard = heard

    def say(self, remark: Blob) -> None:
        assert self.heard is not None
        self.said.append(remark)

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        assert self.heard is not None
        self.due = work

    def call_off(self) -> None:
        self.due = None

    def close(self) -> None:
        self.heard = self.due = None

    def rest(self) -> None:
        """No test forks."""

    def resume(self) -> None:
        """No test forks."""


class Scene:
    """A worker among three."""

    def __init__(self) -> None:
        self.talk = Talk()
        library = NestLibrary(WorkerLibrary())
        self.borrower = Borrower(self.talk, library, 3, Reads())
        self.settled: list[Task] = []

    def issue(self) -> Task:
        blob = (b"call",)
        task = Task(self.borrower.next_id(), blob, (), lambda: "f()", self.settled.append)
        with self.borrower.lock:
            self.borrower.issue((task,))
        return task

    def hear(self, word: bytes, place: int, *parts: bytes) -> None:
        assert self.talk.heard is not None
        self.talk.heard((*words.about(word, place), *parts))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_what_is_on_offer_is_given_to_who_asks(scene: Scene) -> None:
    scene.borrower.begin()
    first, last = scene.issue(), scene.issue()
    assert scene.talk.said == [words.about(words.OFFER, 1), words.about(words.OFFER, 2)]
    scene.hear(words.ASKED, 7)
    assert (first.state, last.state) == (TaskState.READY, TaskState.RUNNING)
    scene.hear(words.DONE, 7, b"outcome")
    assert scene.settled == [last]
    assert last.outcome == (b"outcome",)


def test_a_call_that_ends_takes_what_it_has_given_with_it(scene: Scene) -> None:
    scene.borrower.begin()
    left, given = scene.issue(), scene.issue()
    scene.hear(words.ASKED, 7)
    scene.borrower.end()
    assert scene.talk.said[-2:] == [words.about(words.UNWANTED, 7), words.about(words.OFFER, 0)]
    assert given.state is TaskState.DROPPED
    assert left.state is TaskState.READY
    assert scene.talk.heard is None


def test_between_calls_nothing_is_offered(scene: Scene) -> None:
    """A generator that nobody has closed goes on."""
    scene.borrower.begin()
    scene.issue()
    scene.borrower.end()
    said = len(scene.talk.said)
    task = scene.issue()
    with scene.borrower.lock:
        scene.borrower.foresee(lambda: None)
        assert scene.borrower.reclaim(task)
    assert len(scene.talk.said) == said
    assert scene.talk.heard is None
    assert scene.talk.due is None


def test_what_comes_due_when_the_call_ends_opens_no_conversation(scene: Scene) -> None:
    def issue() -> None:
        scene.issue()

    scene.borrower.begin()
    with scene.borrower.lock:
        scene.borrower.foresee(issue)
    due = scene.talk.due
    assert due is not None
    scene.borrower.end()
    due()
    assert scene.talk.heard is None
    assert not scene.talk.said


def test_who_hears_nothing_more_makes_its_calls_itself(scene: Scene) -> None:
    scene.borrower.begin()
    task = scene.issue()
    scene.hear(words.ASKED, 7)
    assert scene.talk.heard is not None
    scene.talk.heard(())
    assert scene.settled == [task]
    assert task.outcome is None
    assert scene.borrower.closed
