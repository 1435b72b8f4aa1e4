"""What is said of a call while it goes on: remarks up, answers down."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from pydron_ng.backends.base import Answer, Call, Define, Frame, Settings, TaskId, Token, Welcome
from pydron_ng.backends.dialogue import Dialogue, Line
from pydron_ng.backends.exchange import WorkerEnd
from pydron_ng.backends.wire import about, encode
from tests.backends.rig import Rig, wait_until
from tests.backends.sshd import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture(params=["multicore", "ssh"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """One worker that was told that its calls may hand calls on."""
    keys = {}
    if request.param == "ssh":
        server: Server = request.getfixturevalue("server")
        keys = {**server.keys, "python": sys.executable}
    rig = Rig(request.param, workers=1, **keys).start()
    rig.backend.submit(rig.alive[0], [Welcome((b"two workers",))])
    yield rig
    rig.close()


def answer(rig: Rig, task: TaskId, *parts: bytes) -> None:
    rig.backend.submit(rig.alive[0], [Answer(task, parts)])


def outcome(rig: Rig, task: TaskId) -> tuple[bytes, ...]:
    rig.until(lambda: any(task == done for done, _ in rig.outcomes))
    return dict(rig.outcomes)[task]


def test_a_performer_is_told_what_it_has_to_know(rig: Rig) -> None:
    assert rig.call(b"was_told") == (b"two workers",)


@pytest.mark.parametrize("word", [b"ask", b"ask_and_fork"])
def test_a_call_hears_the_answer_to_what_it_says(rig: Rig, word: bytes) -> None:
    for number in range(3):
        [task] = rig.submit((word, b"how many?"))
        rig.until(lambda task=task: (task, (b"how many?",)) in rig.remarks)  # type: ignore[misc]
        large = b"x" * 1_000_000
        answer(rig, task, b"%d" % number, large)
        assert outcome(rig, task) == (b"%d" % number, large)


def test_what_comes_for_later_calls_meanwhile_is_put_aside(rig: Rig) -> None:
    [task] = rig.submit((b"ask", b"first?", b"second?"))
    rig.until(lambda: len(rig.remarks) == 2)
    answer(rig, task, b"one")
    worker, token = rig.alive[0], Token(b"t")
    frames: list[Frame] = [Define(token, (b"defined",)), Settings((b"settled",))]
    rig.backend.submit(worker, frames)
    defined, settled = rig.submit((b"lookup", token), (b"current_settings",))
    answer(rig, task, b"two")
    assert outcome(rig, task) == (b"one", b"two")
    assert outcome(rig, defined) == (b"defined",)
    assert outcome(rig, settled) == (b"settled",)


def test_an_answer_that_comes_too_late_is_nobodys(rig: Rig) -> None:
    [task] = rig.submit((b"echo", b"x"))
    assert outcome(rig, task) == (b"x",)
    answer(rig, task, b"late")
    assert rig.call(b"echo", b"y") == (b"y",)
    [other] = rig.submit((b"ask", b"?"))
    rig.until(lambda: (other, (b"?",)) in rig.remarks)
    answer(rig, task, b"later")
    answer(rig, other, b"in time")
    assert outcome(rig, other) == (b"in time",)


def test_what_is_due_after_a_while_is_done_unless_it_was_called_off(rig: Rig) -> None:
    [task] = rig.submit((b"hear_after", b"due"))
    assert outcome(rig, task) == (b"said",)
    assert rig.remarks == [(task, (b"due",))]


def test_whoever_the_program_has_left_is_not_waited_for() -> None:
    """Its last remark cannot be sent any more; nor is there a next conversation."""
    program, worker = socket.socketpair()
    dialogue = Dialogue(Line(worker, WorkerEnd(None)))
    heard: list[object] = []

    def converse() -> None:
        dialogue.open(heard.append)
        wait_until(lambda: heard == [(b"answer",)])
        with dialogue._turn:  # the thread is about to wait for its turn
            dialogue._heard = None
            dialogue._ring()
            program.close()
            dialogue._said.append((b"last",))
        dialogue.close()
        dialogue.open(heard.append)
        dialogue.close()

    talking = threading.Thread(target=converse, daemon=True)
    talking.start()
    program.sendall(b"".join(encode([(about(dialogue.task), (b"answer",))])))
    wait_until(lambda: not talking.is_alive())
    worker.close()


def test_a_worker_that_was_not_welcomed_performs_as_ever() -> None:
    rig = Rig("multicore", workers=1).start()
    rig.backend.submit(rig.alive[0], [Call(TaskId(99), (b"echo", b"x"))])
    assert outcome(rig, TaskId(99)) == (b"x",)
    rig.close()
