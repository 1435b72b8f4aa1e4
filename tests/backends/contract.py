"""What every backend promises; one module per backend says which it is and runs all of this."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pydron_ng.backends.base import SUSPENDED, Call, Cancel, Define, Frame, Settings, TaskId, Token
from pydron_ng.memory.arena import Arena
from pydron_ng.values.blob import memory_of
from tests.backends.rig import Rig, descriptors, wait_until

LARGE = 3_000_001  # above what a socket takes at once


class Contract:
    """Subclasses name the backend."""

    type: str
    #: Further keys of its configuration; for other hosts, what stands for one here.
    keys: ClassVar[dict[str, Any]] = {}
    #: What its performers are told that they are.
    made_for = b"elsewhere"
    #: So often it is started and closed.
    rounds = 5

    #: Does it hand over what others send?
    sends_nothing = False

    #: Whether it takes long to start: then tests have fresh workers of one backend.
    is_kept = True

    def make(self, **more: Any) -> Rig:
        return Rig(self.type, **self.keys, **more)

    @pytest.fixture(scope="class")
    @classmethod
    def kept(cls) -> Iterator[list[Rig]]:
        kept: list[Rig] = []
        yield kept
        for rig in kept:
            rig.close()

    @pytest.fixture
    def rig(self, kept: list[Rig]) -> Iterator[Rig]:
        rig = kept.pop().renew() if kept else self.make().start()
        yield rig
        if self.is_kept:
            kept.append(rig)
        else:
            rig.close()

    def test_a_call_is_answered_with_its_outcome(self, rig: Rig) -> None:
        assert rig.call(b"echo", b"one", b"", b"two") == (b"one", b"", b"two")

    def test_large_parts_arrive_as_they_left(self, rig: Rig) -> None:
        parts = tuple(os.urandom(LARGE + i) for i in range(3))
        assert rig.call(b"echo", parts[0], b"small", *parts[1:]) == (parts[0], b"small", *parts[1:])

    def test_parts_in_shared_memory_arrive_as_they_are(self, rig: Rig) -> None:
        arena = Arena()
        stretch = arena.store([os.urandom(LARGE)])
        assert stretch is not None
        for worker in (0, 1):
            first, second, third = rig.call(b"echo", stretch, b"small", stretch, worker=worker)
            assert memory_of(first) == memory_of(third) == stretch.memory
            assert second == b"small"
        arena.close()

    def test_a_call_may_be_larger_than_all_buffers_in_between(self, rig: Rig) -> None:
        blobs = [(b"echo", os.urandom(LARGE)) for _ in range(5)]
        tasks = rig.submit(*blobs)
        tasks += rig.submit(*blobs)
        rig.until(lambda: len(rig.outcomes) == len(tasks))
        assert dict(rig.outcomes) == dict(zip(tasks, [blob[1:] for blob in blobs * 2], strict=True))

    def test_a_thousand_calls_in_one_go_are_each_answered_once_and_in_order(self, rig: Rig) -> None:
        tasks = rig.submit(*[(b"echo", str(i).encode()) for i in range(1000)])
        rig.until(lambda: len(rig.outcomes) >= 1000)
        assert rig.outcomes == [(task, (str(i).encode(),)) for i, task in enumerate(tasks)]

    def test_workers_work_at_the_same_time(self, rig: Rig, tmp_path: Path) -> None:
        there = str(tmp_path / "there").encode()
        rig.submit((b"wait_for", there), worker=0)
        rig.submit((b"touch", there), worker=1)
        rig.until(lambda: len(rig.outcomes) == 2)

    def test_an_outcome_does_not_wait_for_a_long_call_behind_it(
        self, rig: Rig, tmp_path: Path
    ) -> None:
        calls = (b"sleep", b"0.01"), (b"wait_for", str(tmp_path / "there").encode())
        if rig.backend.capabilities.converse:
            first, _ = rig.submit(*calls)
        else:  # what is sent together is answered together
            first, _ = [rig.submit(call)[0] for call in calls]
        rig.until(lambda: bool(rig.outcomes))
        assert [task for task, _ in rig.outcomes] == [first]
        (tmp_path / "there").touch()
        rig.until(lambda: len(rig.outcomes) == 2)

    def test_definitions_and_settings_hold_for_the_calls_after_them(self, rig: Rig) -> None:
        token = Token(b"token")
        frames: list[Frame] = [
            Call(TaskId(1), (b"lookup", token)),
            Define(token, (b"definition",)),
            Settings((b"warm",)),
            Call(TaskId(2), (b"lookup", token)),
            Call(TaskId(3), (b"current_settings",)),
        ]
        rig.backend.submit(rig.alive[0], frames)
        rig.until(lambda: len(rig.outcomes) == 3)
        assert rig.outcomes == [(1, (b"undefined",)), (2, (b"definition",)), (3, (b"warm",))]

    def test_coroutines_of_one_worker_go_on_beside_each_other(
        self, rig: Rig, tmp_path: Path
    ) -> None:
        there = str(tmp_path / "there").encode()
        if not rig.backend.capabilities.converse:  # those that were sent together
            first, last = rig.submit((b"await_file", there), (b"touch_and_go", there))
            rig.until(lambda: len(rig.outcomes) == 2)
            assert rig.outcomes == [(last, (b"touched",)), (first, (b"seen",))]
            return
        first, second = rig.submit((b"await_file", there), (b"nap", b"0"))
        rig.until(lambda: len(rig.outcomes) == 1)
        assert rig.remarks == [(first, SUSPENDED), (second, SUSPENDED)]
        last = rig.submit((b"touch_and_go", there))[0]
        rig.until(lambda: len(rig.outcomes) == 3)
        assert rig.outcomes == [
            (second, (b"slept",)),
            (last, (b"touched",)),
            (first, (b"seen",)),
        ]

    def test_a_coroutine_that_is_cancelled_is_answered_all_the_same(self, rig: Rig) -> None:
        if not rig.backend.capabilities.converse:  # it hears of that when it has ended
            task = rig.submit((b"nap", b"0.01"))[0]
            rig.backend.submit(rig.alive[0], [Cancel(task)])
            rig.until(lambda: bool(rig.outcomes))
            assert rig.outcomes == [(task, (b"slept",))]
            assert rig.call(b"echo", b"still there") == (b"still there",)
            return
        task = rig.submit((b"nap", b"600"))[0]
        rig.until(lambda: rig.remarks == [(task, SUSPENDED)])
        rig.backend.submit(rig.alive[0], [Cancel(task)])
        rig.until(lambda: bool(rig.outcomes))
        assert rig.outcomes == [(task, (b"cancelled",))]
        assert rig.call(b"echo", b"still there") == (b"still there",)

    def test_coroutines_may_be_cancelled_before_they_begin(self, rig: Rig) -> None:
        frames: list[Frame] = [Call(TaskId(1), (b"nap", b"600")), Cancel(TaskId(1))]
        rig.backend.submit(rig.alive[0], frames)
        rig.until(lambda: bool(rig.outcomes))
        assert (rig.remarks, rig.outcomes) == ([(1, SUSPENDED)], [(1, (b"cancelled",))])

    def test_what_is_said_of_a_call_comes_before_its_outcome_in_order(self, rig: Rig) -> None:
        large = os.urandom(LARGE)
        first, second = rig.submit((b"remark", b"a", large, b"c"), (b"remark", b"d"))
        rig.until(lambda: len(rig.outcomes) == 2)
        assert rig.outcomes == [(first, (b"all",)), (second, (b"all",))]
        said = [(first, (word,)) for word in (b"a", large, b"c")]
        assert rig.remarks == [*said, (second, (b"d",))]

    def test_what_is_said_of_a_call_does_not_wait_for_its_end(
        self, rig: Rig, tmp_path: Path
    ) -> None:
        there = tmp_path / "there"
        [task] = rig.submit((b"remark_until", str(there).encode()))
        if rig.backend.capabilities.converse:  # else it comes with the outcome
            rig.until(lambda: bool(rig.remarks))
            assert not rig.outcomes
        there.touch()
        rig.until(lambda: bool(rig.outcomes))
        assert len(rig.remarks) == int(dict(rig.outcomes)[task][0])

    def test_coroutines_may_say_something_too(self, rig: Rig) -> None:
        first, second = rig.submit((b"remark_later", b"a"), (b"remark_later", b"b"))
        rig.until(lambda: len(rig.outcomes) == 2)
        for task, word in ((first, b"a"), (second, b"b")):
            said = [blob for about, blob in rig.remarks if about == task and blob != SUSPENDED]
            assert said == [(word,), (word,)]

    def test_a_worker_that_nobody_listens_to_waits(self, rig: Rig, tmp_path: Path) -> None:
        there = tmp_path / "there"
        if not rig.backend.capabilities.converse:  # it gets no further call
            rig.backend.listen(rig.alive[0], wanted=False)
            rig.submit((b"touch", str(there).encode()))
            assert rig.call(b"echo", b"others go on", worker=1) == (b"others go on",)
            assert not there.exists()
            rig.backend.listen(rig.alive[0], wanted=True)
            rig.until(lambda: len(rig.outcomes) == 2)
            return
        rig.submit((b"remark_until", str(there).encode()))
        rig.until(lambda: bool(rig.remarks))
        rig.backend.listen(rig.alive[0], wanted=False)
        assert rig.call(b"echo", b"others go on", worker=1) == (b"others go on",)
        rig.until(rig.is_silent)
        rig.backend.listen(rig.alive[0], wanted=True)
        there.touch()
        rig.until(lambda: len(rig.outcomes) == 2)
        assert [int(blob[0]) for _, blob in rig.remarks] == list(range(1, len(rig.remarks) + 1))
        assert rig.outcomes[1][1] == rig.remarks[-1][1][:1]

    def test_a_worker_that_nobody_listens_to_can_be_lost(self, rig: Rig, tmp_path: Path) -> None:
        if not rig.backend.capabilities.kill:
            return
        worker = rig.alive[0]
        rig.submit((b"remark_until", str(tmp_path / "never").encode()))
        if rig.backend.capabilities.converse:
            rig.until(lambda: bool(rig.remarks))
        rig.backend.listen(worker, wanted=False)
        rig.backend.kill(worker)
        rig.until(lambda: bool(rig.losses))
        assert rig.losses[0][0] == worker

    def test_each_worker_has_a_performer_of_its_own(self, rig: Rig) -> None:
        token = Token(b"token")
        rig.backend.submit(rig.alive[0], [Define(token, (b"definition",))])
        known = b"definition" if rig.backend.capabilities.roams else b"undefined"
        assert rig.call(b"lookup", token, worker=1) in {(b"undefined",), (known,)}

    def test_a_performer_knows_what_it_may_capture(self, rig: Rig) -> None:
        assert rig.call(b"made_for") == (self.made_for,)

    def test_a_performer_that_fails_costs_its_worker_and_no_other(self, rig: Rig) -> None:
        failing = rig.alive[0]
        rig.submit((b"fail",))
        rig.until(lambda: bool(rig.losses))
        assert [worker for worker, _ in rig.losses] == [failing]
        assert rig.call(b"echo", b"alive") == (b"alive",)

    def test_what_was_finished_before_a_worker_was_lost_counts(self, rig: Rig) -> None:
        first, _ = rig.submit((b"sleep", b"0.01"), (b"fail",))
        rig.until(lambda: bool(rig.losses))
        assert [task for task, _ in rig.outcomes] == [first]

    def test_more_workers_can_be_started_later(self, rig: Rig) -> None:
        rig.backend.start(1, rig, rig.loop)
        rig.until(lambda: len(rig.alive) == 3)
        assert rig.call(b"echo", b"new", worker=2) == (b"new",)

    def test_submitting_to_a_lost_worker_is_ignored(self, rig: Rig) -> None:
        rig.submit((b"fail",))
        rig.until(lambda: bool(rig.losses))
        rig.backend.submit(rig.losses[0][0], [Call(TaskId(99), (b"echo",))])
        assert rig.call(b"echo", b"alive") == (b"alive",)

    def test_a_performer_that_is_not_there_is_reported(self) -> None:
        rig = self.make(performer="tests.backends.performers:Nobody")
        rig.backend.start(rig.workers, rig, rig.loop)
        rig.until(lambda: sum(count for count, _ in rig.failures) == rig.workers)
        assert "Nobody" in rig.failures[0][1]
        rig.close()

    def test_close_leaves_nothing_however_often_it_is_done(self) -> None:
        self.make().start().close()
        files, threads = descriptors(), threading.active_count()
        for _ in range(self.rounds):
            rig = self.make().start()
            rig.call(b"echo")
            rig.close()
            rig.backend.close()
        # Cycles of others hold some, which were there before, or are no more.
        wait_until(lambda: not gc.collect() and descriptors() <= files)
        wait_until(lambda: threading.active_count() <= threads)

    def test_a_backend_that_was_never_started_can_be_closed(self) -> None:
        self.make().close()

    def test_calls_that_are_not_begun_come_back_and_never_begin(
        self, rig: Rig, tmp_path: Path
    ) -> None:
        if not rig.backend.capabilities.recall:
            with pytest.raises(NotImplementedError):
                rig.backend.take_back(rig.alive[0])
            return
        begun, there, wrong = (str(tmp_path / name).encode() for name in ("a", "b", "wrong"))
        first, *behind = rig.submit(
            (b"touch_and_wait", begun, there), (b"touch", wrong), (b"touch", wrong)
        )
        rig.until(lambda: os.path.exists(begun))
        rig.backend.take_back(rig.alive[0])
        rig.until(lambda: len(rig.returns) == 2)
        assert rig.returns == behind
        (later,) = rig.submit((b"echo", b"later"))
        (tmp_path / "b").touch()
        rig.until(lambda: len(rig.outcomes) == 2)
        assert [task for task, _ in rig.outcomes] == [first, later]
        assert not os.path.exists(wrong)
        rig.backend.take_back(rig.alive[0])
        assert rig.returns == behind

    def test_calls_behind_the_one_that_ends_a_worker_were_not_begun(self, rig: Rig) -> None:
        if not rig.backend.capabilities.recall:
            return
        before, deadly, *behind = rig.submit(
            (b"echo",), (b"exit",), (b"echo",), (b"echo",), worker=0
        )
        rig.until(lambda: bool(rig.losses))
        assert rig.returns == behind
        assert deadly not in dict(rig.outcomes)
        assert before in dict(rig.outcomes) or rig.outcomes == []

    def test_killing_a_worker_ends_its_call(self, rig: Rig, tmp_path: Path) -> None:
        if not rig.backend.capabilities.kill:
            with pytest.raises(NotImplementedError):
                rig.backend.kill(rig.alive[0])
            return
        held = tmp_path / "held"
        rig.submit((b"hold", str(held).encode()))
        rig.until(held.exists)
        worker = rig.alive[0]
        rig.backend.kill(worker)
        rig.until(lambda: bool(rig.losses))
        assert rig.losses[0][0] == worker

    def test_a_worker_that_is_killed_is_lost_though_it_has_done_what_it_was_at(
        self, rig: Rig
    ) -> None:
        if rig.backend.capabilities.kill:
            killed = set(rig.alive)
            rig.backend.submit(rig.alive[0], [Define(Token(b"token"), (b"definition",))])
            rig.submit((b"echo",), worker=1)
            for worker in killed:
                rig.backend.kill(worker)
            rig.until(lambda: {worker for worker, _ in rig.losses} == killed)

    def test_it_is_known_how_a_worker_is(self, rig: Rig) -> None:
        worker = rig.alive[0]
        assert rig.backend.info(worker) is not None
        pid = int(rig.call(b"pid")[0])
        info = rig.backend.info(worker)
        assert info is not None
        assert (info.id, info.pid) == (worker, pid)
        assert info.host.cores >= 1
        assert 0 < (info.host.available_bytes or 0) <= (info.host.memory_bytes or 0)
        assert info.host.load is not None

    def test_a_worker_is_looked_at_again(self, rig: Rig) -> None:
        worker = rig.alive[0]

        def has_looked() -> bool:
            info = rig.backend.info(worker)
            assert info is not None
            rig.call(b"sleep", b"0.01")
            return None not in {info.rss_bytes, info.cpu_percent, info.host.cpu_percent}

        rig.until(has_looked)

    def test_bytes_that_are_sent_are_counted(self, rig: Rig) -> None:
        rig.call(b"echo", os.urandom(LARGE))
        info = rig.backend.info(rig.alive[0])
        assert info is not None
        counted = min(info.sent_bytes, info.received_bytes)
        assert counted == 0 if self.sends_nothing else LARGE < counted < 2 * LARGE

    def test_nothing_is_known_of_a_worker_that_is_lost(self, rig: Rig) -> None:
        rig.submit((b"fail",))
        rig.until(lambda: bool(rig.losses))
        assert rig.backend.info(rig.losses[0][0]) is None

    def test_workers_have_the_labels_of_their_configuration(self) -> None:
        rig = self.make(labels=["gpu", "fast"]).start()
        infos = [rig.backend.info(worker) for worker in rig.alive]
        assert [info and info.labels for info in infos] == [("gpu", "fast")] * 2
        rig.close()

    def test_what_a_worker_keeps_is_removed_after_it(self) -> None:
        rig = self.make().start()
        if not rig.backend.capabilities.isolate:
            rig.close()
            return
        folders = [Path(os.fsdecode(rig.call(b"leave_file", worker=n)[0])) for n in (0, 1)]
        assert all((folder / "file").exists() for folder in folders)
        assert {folder.parent.stat().st_mode & 0o777 for folder in folders} == {0o700}
        if not rig.backend.capabilities.roams:  # then a folder is not the worker's own
            rig.backend.kill(rig.alive[0])
            wait_until(lambda: not folders[0].exists())
        assert (folders[1] / "file").exists()
        rig.close()
        wait_until(lambda: not folders[1].parent.exists())

    def test_isolated_workers_are_other_processes(self, rig: Rig) -> None:
        pids = {int(rig.call(b"pid", worker=worker)[0]) for worker in (0, 1)}
        if rig.backend.capabilities.isolate:
            assert len(pids) == 2 or rig.backend.capabilities.roams
            assert os.getpid() not in pids
        else:
            assert pids == {os.getpid()}
