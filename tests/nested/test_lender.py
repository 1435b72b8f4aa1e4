"""What the program does about calls that workers have to offer, told by nobody but the test."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import count

import pytest

from pydron_ng.backends.base import (
    SUSPENDED,
    Answer,
    Blob,
    Frame,
    Settings,
    TaskId,
    Token,
    Welcome,
    WorkerId,
)
from pydron_ng.events import Event as Told
from pydron_ng.events import HandedOn
from pydron_ng.runtime.audience import Audience
from pydron_ng.runtime.clocks import Clocks
from pydron_ng.runtime.heard import Heard
from pydron_ng.runtime.ledger import Entry, Ledger
from pydron_ng.runtime.messages import Dropped, Event, Finished, Issued, Suited, Waits
from pydron_ng.runtime.nested import words
from pydron_ng.runtime.nested.lender import Lender, Place
from pydron_ng.runtime.nested.words import Given
from pydron_ng.runtime.parting import Parting
from pydron_ng.runtime.patience import Patience
from pydron_ng.runtime.register import Register
from pydron_ng.runtime.tally import Tally
from pydron_ng.runtime.task import Task, TaskState

OWNER, OTHER, THIRD = WorkerId(0), WorkerId(1), WorkerId(2)


class Hands:
    """Notes what it is told to do."""

    capacity = 3

    def __init__(self) -> None:
        self._ids = map(TaskId, count(100))
        self.submitted: list[tuple[WorkerId, Frame]] = []
        self.sent: list[tuple[WorkerId, Entry]] = []
        self.noted: list[Event] = []
        self.graces: list[TaskId] = []

    def next_id(self) -> TaskId:
        return next(self._ids)

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        self.submitted += [(worker, frame) for frame in frames]

    def send(self, worker: WorkerId, entries: Iterable[Entry]) -> None:
        self.sent += [(worker, entry) for entry in entries]

    def note(self, event: Event) -> None:
        self.noted.append(event)

    def expect_answer(self, place: TaskId) -> None:
        """The test loses patience when it likes."""

    def give_grace(self, running: Sequence[TaskId]) -> None:
        self.graces += running

    def answers(self) -> list[tuple[WorkerId, TaskId, Blob]]:
        """What workers were told since the last time, welcomes apart."""
        told = [(w, f.task, f.blob) for w, f in self.submitted if isinstance(f, Answer)]
        self.submitted.clear()
        return told


class Scene:
    """Three workers of one host, one of them at a task that has calls to offer."""

    def __init__(self) -> None:
        self.register = Register(Tally())
        self.hands = Hands()
        self.audience = Audience()
        self.lender = Lender(self.register, self.audience, self.hands, lambda n: (b"%d" % n,))
        for worker in (OWNER, OTHER, THIRD):
            self.lender.joined(worker, 0, "")
        self.outer = Task(TaskId(1), (b"call",), (), lambda: "outer", lambda _: None)
        self.outer.state = TaskState.RUNNING
        self.register.add(self.outer, None)
        self.welcomes = [f for _, f in self.hands.submitted if isinstance(f, Welcome)]
        self.hands.submitted.clear()

    def say(self, remark: Blob, worker: WorkerId = OWNER, task: TaskId | None = None) -> None:
        self.lender.hear(worker, self.outer.id if task is None else task, remark)

    def offer(self, number: int) -> None:
        self.say(words.about(words.OFFER, number))

    @property
    def places(self) -> list[Place]:
        return list(self.lender.places.values())

    def give(self, place: Place, left: int = 0, settings: Settings | None = None) -> None:
        definitions = ((Token(b"t"), (b"defined",)),)
        given = Given(place.id, left, 1, "f(1)", (Token(b"t"),), definitions, settings)
        self.say(given.word((b"bytes",)))

    def settle(self, place: Place) -> None:
        """As the driver does."""
        for task in self.register.settled:
            assert task is place
            task.settle(task)
        self.register.settled.clear()


class Speaking(Task):
    """Notes what its worker says of it."""

    def __init__(self) -> None:
        super().__init__(TaskId(2), (b"call",), (), lambda: "coroutine", lambda _: None)
        self.remarks: list[Blob] = []

    def remark(self, remark: Blob) -> None:
        self.remarks.append(remark)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_workers_are_told_how_many_there_are_and_suit_each_others_calls(scene: Scene) -> None:
    assert scene.welcomes == [Welcome((b"3",))] * 3
    kinds = {event.kind for event in scene.hands.noted if isinstance(event, Suited)}
    assert len(kinds) == 1


def test_workers_of_another_host_do_not_suit() -> None:
    scene = Scene()
    scene.lender.joined(WorkerId(9), 0, "far")
    *_, last = scene.hands.noted
    assert isinstance(last, Suited)
    assert last.kind != scene.lender._homes[OWNER]


def test_a_worker_that_is_alone_is_told_nothing() -> None:
    scene = Scene()
    scene.hands.capacity = 1
    scene.lender.joined(WorkerId(9), 0, "")
    assert not scene.hands.submitted


def test_there_are_as_many_places_as_calls_on_offer(scene: Scene) -> None:
    scene.offer(2)
    issued = scene.hands.noted[-1]
    assert isinstance(issued, Issued)
    assert set(issued.tasks) == issued.once == issued.only.keys() == set(scene.lender.places)
    assert len(scene.places) == 2
    scene.offer(3)
    assert len(scene.places) == 3
    first = scene.places[0]
    scene.offer(1)
    assert scene.places == [first]


def test_who_has_offered_a_call_is_asked_for_it_and_has_its_outcome(scene: Scene) -> None:
    heard: list[Told] = []
    scene.audience.admit(heard.append)
    scene.offer(1)
    (place,) = scene.places
    scene.lender.ask(place, OTHER)
    asked = OWNER, scene.outer.id, words.about(words.ASKED, place.id)
    assert scene.hands.answers() == [asked]
    settings = Settings((b"there",))
    scene.give(place, settings=settings)
    assert scene.hands.sent == [(OTHER, Entry(place, settings))]
    assert place.blob == (b"bytes",)
    assert scene.lender.definition(Token(b"t")) == (b"defined",)
    scene.register.answer(place.id, (b"outcome",), 0.5, OTHER)
    scene.settle(place)
    done = OWNER, scene.outer.id, (*words.about(words.DONE, place.id), b"outcome")
    assert scene.hands.answers() == [done]
    assert not scene.places
    (told,) = heard
    assert isinstance(told, HandedOn)
    assert (told.number, told.worker, told.calls, told.label) == (1, OTHER, 1, "f(1)")


def test_settings_that_were_sent_before_need_not_be_sent_again(scene: Scene) -> None:
    scene.offer(2)
    settings = Settings((b"there",))
    for place, left, sent in zip(scene.places, (1, 0), (settings, None), strict=True):
        scene.lender.ask(place, OTHER)
        scene.give(place, left, sent)
    assert [entry.settings for _, entry in scene.hands.sent] == [settings, settings]


def test_where_there_is_no_call_left_the_worker_is_free_again(scene: Scene) -> None:
    scene.offer(1)
    (place,) = scene.places
    scene.lender.ask(place, OTHER)
    scene.say(words.about(words.NOTHING, place.id))
    assert scene.hands.noted[-1] == Finished(OTHER, [place.id])
    assert not scene.places


def test_who_does_not_answer_is_not_waited_for_until_he_does(scene: Scene) -> None:
    scene.offer(2)
    place, waiting = scene.places
    scene.lender.ask(place, OTHER)
    scene.lender.lose_patience(place.id)
    assert Finished(OTHER, [place.id]) in scene.hands.noted
    assert scene.hands.noted[-1] == Dropped([waiting.id])
    assert not scene.places
    scene.hands.answers()
    scene.give(place, left=1)
    lost = OWNER, scene.outer.id, words.about(words.LOST, place.id)
    assert scene.hands.answers() == [lost]
    assert len(scene.places) == 1


def test_a_call_whose_worker_dies_goes_back_to_who_has_offered_it(scene: Scene) -> None:
    scene.offer(1)
    (place,) = scene.places
    scene.lender.ask(place, OTHER)
    scene.give(place)
    scene.hands.answers()
    scene.lender.lost(OTHER)
    scene.register.lose(place.id, "its worker died")  # as the state machine has it
    scene.settle(place)
    assert scene.hands.answers() == [(OWNER, scene.outer.id, words.about(words.LOST, place.id))]


def test_a_call_for_a_worker_that_has_just_died_goes_back(scene: Scene) -> None:
    """The state machine has not heard of it yet."""
    scene.offer(1)
    (place,) = scene.places
    scene.lender.ask(place, OTHER)
    scene.lender.lost(OTHER)
    scene.hands.answers()
    scene.give(place)
    assert not scene.hands.sent
    assert scene.hands.answers() == [(OWNER, scene.outer.id, words.about(words.LOST, place.id))]
    scene.register.lose(place.id, "its worker died")
    scene.settle(place)
    assert not scene.places


def test_what_is_done_and_not_wanted_is_only_forgotten(scene: Scene) -> None:
    """Its outcome and the end of the outer call are heard together."""
    scene.offer(1)
    (place,) = scene.places
    scene.lender.ask(place, OTHER)
    scene.give(place)
    scene.register.answer(place.id, (b"outcome",), 0.5, OTHER)
    scene.hands.noted.clear()
    scene.lender.ended([scene.outer.id])
    scene.settle(place)
    assert not scene.places
    assert not scene.hands.noted
    assert not scene.hands.graces


@pytest.mark.parametrize("how", ["ends", "dies"])
def test_what_was_offered_goes_with_who_has_offered_it_on_all_levels(
    scene: Scene, how: str
) -> None:
    scene.offer(2)
    given, queued = scene.places
    scene.lender.ask(given, OTHER)
    scene.give(given, left=1)
    scene.say(words.about(words.OFFER, 1), OTHER, given.id)
    *_, inner = scene.places
    scene.lender.ask(inner, THIRD)
    scene.say(Given(inner.id, 0, 1, "", (), (), None).word((b"",)), OTHER, given.id)
    if how == "ends":
        scene.lender.ended([scene.outer.id])
    else:
        scene.lender.lost(OWNER)
    assert not scene.places
    assert not scene.lender._outer
    assert set(scene.hands.graces) == {given.id, inner.id}
    dropped = {t for e in scene.hands.noted if isinstance(e, Dropped) for t in e.tasks}
    assert dropped == {given.id, queued.id, inner.id}


def test_a_call_that_nobody_wants_any_more_is_dropped(scene: Scene) -> None:
    scene.offer(1)
    (place,) = scene.places
    scene.lender.ask(place, OTHER)
    scene.give(place)
    scene.say(words.about(words.UNWANTED, place.id))
    assert scene.hands.noted[-1] == Dropped([place.id])
    assert scene.hands.graces == [place.id]


def test_a_task_that_nobody_wants_opens_no_places(scene: Scene) -> None:
    scene.register.drop(scene.outer)
    scene.offer(3)
    assert not scene.places


def test_the_state_machine_hears_who_waits(scene: Scene) -> None:
    scene.say((words.WAITS,))
    scene.say((words.GOES_ON,))
    assert scene.hands.noted[-2:] == [Waits(OWNER, waits=True), Waits(OWNER, waits=False)]


def test_once_it_is_closed_nobody_is_told_anything(scene: Scene) -> None:
    scene.offer(1)
    (place,) = scene.places
    scene.lender.close()
    scene.register.lose(place.id, "closed")
    scene.settle(place)
    assert not scene.hands.answers()


def test_what_a_coroutine_says_beside_it_goes_to_the_coroutine(scene: Scene) -> None:
    clocks = Clocks(Patience(lambda: (), lambda _: 0.0), lambda _: 0.001)
    ledger = Ledger(lambda _: (), math.inf)
    heard = Heard(scene.register, ledger, clocks, Parting(), scene.audience, lambda: None)
    heard.lender = scene.lender
    coroutine = Speaking()
    scene.register.add(coroutine, None)
    offer = words.about(words.OFFER, 1)
    heard.remarked(OWNER, [(coroutine.id, SUSPENDED), (scene.outer.id, offer)])
    assert coroutine.remarks == [SUSPENDED]
    assert not scene.outer.has_suspended
    assert len(scene.places) == 1
