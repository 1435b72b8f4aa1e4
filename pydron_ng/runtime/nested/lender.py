"""The program's side: calls of workers find places with other workers of the same host.

For each call that a worker has to offer there is a task without content, a `Place`. Where that
starts, on a worker that has nothing else to do, the one who made the offer is asked for a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from time import perf_counter
from typing import Protocol

from pydron_ng.backends.base import Answer, Blob, Frame, Settings, TaskId, Welcome, WorkerId
from pydron_ng.events import HandedOn
from pydron_ng.runtime.audience import Audience
from pydron_ng.runtime.ledger import Entry
from pydron_ng.runtime.messages import (
    Dropped,
    Event,
    Finished,
    Issued,
    Kind,
    Suited,
    Waits,
)
from pydron_ng.runtime.nested import words
from pydron_ng.runtime.nested.words import Given
from pydron_ng.runtime.register import Register
from pydron_ng.runtime.task import Task, TaskState
from pydron_ng.values.blob import Token

#: What workers are told first; of how many of them there are.
MakeWelcome = Callable[[int], Blob]


class Place(Task):
    """A task that has its content from when it starts.

    owner, outer: the worker that has offered a call, and the task which that is at.
    """

    __slots__ = ("_label", "_size", "is_given", "outer", "owner")

    def __init__(
        self,
        number: TaskId,
        owner: WorkerId,
        outer: TaskId,
        kind: Kind,
        settle: Callable[[Task], None],
    ) -> None:
        super().__init__(number, (), (), self._labelled, settle)
        self.owner = owner
        self.outer = outer
        self.kind = kind
        self.is_given = False
        self._label = "a call of a call"
        self._size = 0

    def fill(self, given: Given, blob: Blob) -> None:
        """Here is the call."""
        self._blob, self.tokens = blob, given.tokens
        self._label, self._size = given.label, given.size
        self.is_given = True

    def _labelled(self) -> str:
        return self._label

    @property
    def size(self) -> int:
        return self._size


class Hands(Protocol):
    """What the driver does for a lender."""

    @property
    def capacity(self) -> int:
        """How many workers there are, or are to be."""

    def next_id(self) -> TaskId: ...
    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None: ...
    def send(self, worker: WorkerId, entries: Iterable[Entry]) -> None:
        """Have the worker make these now."""

    def note(self, event: Event) -> None:
        """Let the state machine hear of it, not before the lender has done what it is at."""

    def expect_answer(self, place: TaskId) -> None:
        """Lose patience after a while."""

    def give_grace(self, running: Sequence[TaskId]) -> None:
        """Let these go on for a while."""


class Lender:
    """The places of all workers. Everything is called under the driver's lock."""

    def __init__(
        self, register: Register, audience: Audience, hands: Hands, welcome: MakeWelcome
    ) -> None:
        """hands: do what it says. welcome: what workers are told first."""
        self._register = register
        self._audience = audience
        self._hands = hands
        self._welcome = welcome
        self.places: dict[TaskId, Place] = {}
        self._outer: dict[TaskId, set[TaskId]] = {}  # of each task that has any its places
        self._kinds: dict[tuple[int, str], Kind] = {}
        self._next_kind = map(Kind, count())
        self._homes: dict[WorkerId, Kind] = {}
        self._settings: dict[WorkerId, Settings | None] = {}
        self._definitions: dict[Token, Blob] = {}
        self._is_closed = False

    def definition(self, token: Token) -> Blob | None:
        """One that a worker has made; None: it has not."""
        return self._definitions.get(token)

    # --- workers ---

    def joined(self, worker: WorkerId, pool: int, host: str) -> None:
        """Its calls may hand calls on to those of the same pool that are on the same host."""
        if (workers := self._hands.capacity) == 1:
            return  # there is nobody else
        home = pool, host
        if home not in self._kinds:
            self._kinds[home] = next(self._next_kind)
        kind = self._homes[worker] = self._kinds[home]
        self._hands.note(Suited(worker, kind, fits=True))
        self._hands.submit(worker, [Welcome(self._welcome(workers))])

    def lost(self, worker: WorkerId) -> None:
        """What it had to offer is no more."""
        if self._homes.pop(worker, None) is not None:
            self._settings.pop(worker, None)
            self._drop([p for p in self.places.values() if p.owner == worker])

    def close(self) -> None:
        """Nobody is told anything any more."""
        self._is_closed = True

    # --- what the calls say that have calls to offer ---

    def hear(self, worker: WorkerId, number: TaskId, remark: Blob) -> None:
        """A remark of the worker on the task that it is at."""
        if worker not in self._homes:
            return
        match remark[0]:
            case words.OFFER:
                self._offer(worker, number, words.number_in(remark))
            case words.GIVEN:
                self._give(worker, number, *Given.read(remark))
            case words.NOTHING:
                self._have_nothing(TaskId(words.number_in(remark)))
            case words.UNWANTED:
                self._drop(self._known([TaskId(words.number_in(remark))]))
            case words.WAITS:
                self._hands.note(Waits(worker, waits=True))
            case words.GOES_ON:
                self._hands.note(Waits(worker, waits=False))
            case _:
                pass  # there is no other word

    def _known(self, numbers: Iterable[TaskId]) -> list[Place]:
        return [self.places[number] for number in numbers if number in self.places]

    def _offer(self, worker: WorkerId, outer: TaskId, number: int) -> None:
        """There are so many; as many places are to wait."""
        if self._register.task(outer) is None:
            return  # nobody wants it any more, nor what it calls
        queued = [
            place
            for place in self._known(sorted(self._outer.get(outer, ())))
            if place.owner == worker and place.state is TaskState.READY
        ]
        self._drop(queued[number:])
        if number > len(queued):
            self._open(worker, outer, number - len(queued))

    def _open(self, worker: WorkerId, outer: TaskId, number: int) -> None:
        kind = self._homes[worker]
        new = [
            Place(self._hands.next_id(), worker, outer, kind, self._settled) for _ in range(number)
        ]
        for place in new:
            self.places[place.id] = place
            self._outer.setdefault(outer, set()).add(place.id)
            self._register.add(place, None)
        ids = [place.id for place in new]
        only = dict.fromkeys(ids, kind)
        self._hands.note(Issued(dict.fromkeys(ids, 0.0), only=only, once=frozenset(ids)))

    def ask(self, place: Place, worker: WorkerId) -> None:
        """The worker has time for what the place stands for."""
        place.state, place.worker = TaskState.RUNNING, worker
        self._answer(place, words.about(words.ASKED, place.id))
        self._hands.expect_answer(place.id)

    def _give(self, worker: WorkerId, outer: TaskId, given: Given, blob: Blob) -> None:
        self._definitions.update(given.definitions)
        if given.settings is not None:
            self._settings[worker] = given.settings
        self._offer(worker, outer, given.left)
        place = self.places.get(given.place)
        if place is None or place.worker not in self._homes:  # that one may just have died
            lost = words.about(words.LOST, given.place)
            self._hands.submit(worker, [Answer(outer, lost)])
            return
        place.fill(given, blob)
        self._hands.send(place.worker, [Entry(place, self._settings.get(worker))])

    def lose_patience(self, number: TaskId) -> None:
        """Who was asked for a call has not answered for long: others have better things to do.

        When it does it says anew how many it has.
        """
        place = self.places.get(number)
        if place is not None and not place.is_given:
            others = self._known(self._outer.get(place.outer, ()))
            self._drop([p for p in others if p.owner == place.owner and not p.is_given])

    def _have_nothing(self, number: TaskId) -> None:
        """What was offered is being made by who has offered it."""
        self._drop(self._known([number]))

    # --- what becomes of them ---

    def ended(self, numbers: Iterable[TaskId]) -> None:
        """These tasks are over, or nobody wants them: nor what they have handed on."""
        if self._outer:
            for number in numbers:
                self._drop(self._known(self._outer.get(number, ())))

    def _settled(self, task: Task) -> None:
        """It has an outcome, or never will."""
        assert isinstance(task, Place)
        if self.places.get(task.id) is not task:
            return
        self._forget(task)
        self.ended([task.id])
        if task.outcome is None:
            self._answer(task, words.about(words.LOST, task.id))
            return
        self._answer(task, (*words.about(words.DONE, task.id), *task.outcome))
        if (tell := self._audience.tell) is not None:
            at = perf_counter()
            tell(HandedOn(task.outer, task.worker, at, task.elapsed, task.size, task.label()))

    def _answer(self, place: Place, blob: Blob) -> None:
        if not self._is_closed and place.owner in self._homes:
            self._hands.submit(place.owner, [Answer(place.outer, blob)])

    def _drop(self, places: Iterable[Place]) -> None:
        """Nobody wants these any more."""
        queued, running = [], []
        for place in list(places):
            self._forget(place)
            self._register.drop(place)
            if place.state is TaskState.SETTLED:
                continue
            if place.state is TaskState.READY:
                queued.append(place.id)
            elif place.is_given:
                running.append(place.id)
                self.ended([place.id])
                self._answer(place, words.about(words.LOST, place.id))  # who waits goes on
            else:
                self._hands.note(Finished(place.worker, [place.id]))
            place.state = TaskState.DROPPED
        if running:
            self._hands.give_grace(running)
        if queued or running:
            self._hands.note(Dropped([*queued, *running]))

    def _forget(self, place: Place) -> None:
        del self.places[place.id]
        others = self._outer.get(place.outer)
        if others is not None:
            others.discard(place.id)
            if not others:
                del self._outer[place.outer]
