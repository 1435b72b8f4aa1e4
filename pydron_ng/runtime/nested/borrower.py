"""Stands where the driver stands, inside of a worker's session: its calls go to other workers.

What nobody has begun is here, and the worker makes it when it comes to it. The program only knows
how many such calls there are; where another worker has time for one, it asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import count
from time import perf_counter
from typing import NamedTuple

from pydron_ng.backends.base import Blob, Conversation, Settings, TaskId
from pydron_ng.runtime.ledger import Entry
from pydron_ng.runtime.nested import words
from pydron_ng.runtime.nested.aside import Aside
from pydron_ng.runtime.nested.library import NestLibrary
from pydron_ng.runtime.nested.words import Given
from pydron_ng.runtime.reads import Reads
from pydron_ng.runtime.task import NOBODY, Task, TaskState
from pydron_ng.values.blob import Token
from pydron_ng.values.keep import Keep, keep_here

#: Who waits for longer says so.
WAIT_SECONDS = 0.005
#: A call that takes so long while others of its kind wait is worth sending, and so are these.
LONG_SECONDS = 0.005


class _Gone(NamedTuple):
    """A task that another worker has begun, and when."""

    task: Task
    at: float


class Borrower:
    """As a ``Driver``: tasks in, outcomes out, every method called with ``lock`` held.

    keep: where bytes are put. capacity: how many workers there are.
    closed: nothing is handed on any more, in all of this worker's calls.
    """

    def __init__(
        self, conversation: Conversation, library: NestLibrary, capacity: int, reads: Reads
    ) -> None:
        self.lock = Aside(reads)
        self.keep: Keep = keep_here
        self.capacity = capacity
        self.closed = False
        self._conversation = conversation
        self._library = library
        self._changed = threading.Condition(self.lock.inner)
        self._ids = map(TaskId, count())
        self._ready: dict[TaskId, Entry] = {}
        self._given: dict[TaskId, _Gone] = {}  # by their places
        self._offered = 0  # as far as the program knows
        self._settings: Settings | None = None
        self._told_settings: Settings | None = None
        self._told: set[Token] = set()
        self._is_open = False
        self._is_begun = False  # a call of the worker's goes on

    @property
    def entered(self) -> bool:
        """Whether the calling thread is inside of this already."""
        return self.lock.is_held

    def next_id(self) -> TaskId:
        return next(self._ids)

    def settings(self, blob: Blob) -> None:
        """The surroundings of all calls issued from now on."""
        self._settings = Settings(blob)

    # --- as the driver ---

    @property
    def _hands_on(self) -> bool:
        """Not between calls: a generator may be left that nobody has closed."""
        return self._is_begun and not self.closed

    def issue(self, tasks: Sequence[Task]) -> None:
        """From now on others may have them, those that have no limits of their own."""
        for task in tasks:
            if task.limits is None and not task.is_coroutine and self._hands_on:
                self._ready[task.id] = Entry(task, self._settings)
        self._offer()

    def reclaim(self, task: Task) -> bool:
        """True: nobody has begun the task, and nobody will; the caller makes the call."""
        if task.state is not TaskState.READY:
            return False
        self.drop((task,))
        return True

    def drop(self, tasks: Iterable[Task]) -> None:
        """Nobody wants these tasks."""
        for task in tasks:
            self._ready.pop(task.id, None)
            if task.state is TaskState.RUNNING:
                self._call_back(task)
            if task.state is not TaskState.SETTLED:
                task.state = TaskState.DROPPED
        if self._offered and not self._ready:
            self._offer()

    def _call_back(self, task: Task) -> None:
        for place in [place for place, gone in self._given.items() if gone.task is task]:
            del self._given[place]
            self._say(words.about(words.UNWANTED, place))

    def want(self, task: Task) -> None:
        """Somebody is about to wait for it: nobody does for what nobody has begun."""
        if task.state is TaskState.READY:
            self._ready.pop(task.id, None)
            self._settle(task)

    def wait(self, done: Callable[[], bool]) -> None:
        """Return when `done`, or when nothing is left that could bring it about."""
        has_said = False
        while not done() and self._given:
            if not self._changed.wait(None if has_said else WAIT_SECONDS) and not has_said:
                has_said = True
                self._say((words.WAITS,))
        if has_said:
            self._say((words.GOES_ON,))

    def foresee(self, due: Callable[[], None]) -> None:
        """Have that done unless it is called off at once: what goes on here takes long."""
        if self._hands_on:
            self._open()
            self._conversation.after(LONG_SECONDS, lambda: self._come_due(due))

    def _come_due(self, due: Callable[[], None]) -> None:
        with self.lock:
            self._safely(due)

    def call_off(self) -> None:
        self._conversation.call_off()

    # --- calls of the worker's begin and end ---

    def begin(self) -> None:
        """The worker's call begins."""
        self._is_begun = True

    def end(self) -> None:
        """The worker's call is about to end. Takes the lock itself."""
        self._is_begun = False
        if self._is_open:
            self.lock.let_go()
            with self.lock:
                self._ready.clear()
                self.drop([gone.task for gone in self._given.values()])
                self._is_open = False
            self._conversation.close()

    def close(self) -> None:
        """Nothing is to be relied on any more."""
        self.closed = True
        self._lose_all()

    def rest(self) -> None:
        """A fork is about to happen."""
        self._conversation.rest()

    def resume(self) -> None:
        self._conversation.resume()

    # --- what is said ---

    def _open(self) -> None:
        if not self._is_open:
            self._is_open = True
            self._offered = 0
            self._conversation.open(self._hear)

    def _say(self, remark: Blob) -> None:
        self._conversation.say(remark)

    @property
    def _on_offer(self) -> int:
        return min(len(self._ready), self.capacity)

    def _offer(self) -> None:
        """Say how many there are, if there are more than the program knows, or none."""
        number = self._on_offer
        if number > self._offered or (self._offered and not number):
            try:
                self._open()
            except (OSError, RuntimeError):  # there are no more descriptors, or threads
                self.closed = True
                return
            self._offered = number
            self._say(words.about(words.OFFER, number))

    # --- what is heard ---

    def _hear(self, answer: Blob) -> None:
        """In the thread of the conversation."""
        with self.lock:
            if not answer:
                self.close()
            elif self._is_open:
                self._safely(lambda: self._heed(answer))
            self._changed.notify_all()

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException:  # whatever it was, the worker makes its calls itself
            self.close()
            self._changed.notify_all()

    def _heed(self, answer: Blob) -> None:
        match answer[0]:
            case words.ASKED:
                self._offered = max(0, self._offered - 1)
                self._give(TaskId(words.number_in(answer)))
            case words.DONE:
                self._take(TaskId(words.number_in(answer)), answer[2:])
            case words.LOST:
                self._take(TaskId(words.number_in(answer)), None)
            case _:
                pass  # there is no other word

    def _give(self, place: TaskId) -> None:
        """The call that would be made last."""
        if not self._ready:
            self._say(words.about(words.NOTHING, place))
            return
        _, (task, settings) = self._ready.popitem()
        try:
            call = task.blob
        except BaseException:
            self._say(words.about(words.NOTHING, place))
            raise
        new = [t for t in task.tokens if t not in self._told and not self._library.is_known(t)]
        given = Given(
            place,
            self._on_offer,
            task.size,
            task.label(),
            task.tokens,
            tuple((token, self._library.blob(token)) for token in new),
            None if settings is self._told_settings else settings,
        )
        self._told.update(new)
        self._told_settings, self._offered = settings, self._on_offer
        task.state = TaskState.RUNNING
        self._given[place] = _Gone(task, perf_counter())
        self._say(given.word(call))

    def _take(self, place: TaskId, outcome: Blob | None) -> None:
        """outcome: None: there is none."""
        gone = self._given.pop(place, None)
        if gone is None:
            return
        task, at = gone
        if outcome is not None and None not in outcome:
            task.outcome, task.elapsed = outcome, perf_counter() - at
        self._settle(task)

    def _settle(self, task: Task) -> None:
        task.state, task.worker = TaskState.SETTLED, NOBODY
        task.settle(task)

    def _lose_all(self) -> None:
        tasks = [gone.task for gone in self._given.values()]
        self._given.clear()
        self._ready.clear()
        for task in tasks:
            task.lost = "the worker's calls are not handed on any more"
            with suppress(BaseException):
                self._settle(task)
