"""References instead of bytes: what is lent stays lent until the other end has let go."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pydron_ng.backends.exchange import ProgramEnd, WorkerEnd
from pydron_ng.backends.outfit import hand_out, take_in
from pydron_ng.backends.wire import Item
from pydron_ng.memory.arena import SHARE_BYTES, Arena
from pydron_ng.memory.segment import Stretch
from pydron_ng.values.blob import memory_of
from tests.backends.rig import Rig, descriptors
from tests.backends.test_multicore import descriptors_limited_to_those_in_use

DATA = os.urandom(SHARE_BYTES + 1)


class Pair:
    """A program and a worker, and an arena of each, in one process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            self.program = ProgramEnd(hand_out(ours))
            self.worker = WorkerEnd(take_in(theirs).aside)
        self.arena, self.workers_arena = Arena(), Arena()

    def ask(self, *parts: Any, task: int = 1) -> list[Item]:
        return self.worker.incoming(self.program.outgoing([(task, parts)]))

    def answer(self, *parts: Any, task: int = 1) -> list[Item]:
        return self.program.incoming(self.worker.outgoing([(task, parts)]))

    def close(self) -> None:
        self.program.close()
        self.worker.close()
        self.arena.close()
        self.workers_arena.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


def stored(arena: Arena, data: bytes = DATA) -> Stretch:
    stretch = arena.store([data])
    assert stretch is not None
    return stretch


def test_what_is_shared_is_seen_and_not_sent(pair: Pair) -> None:
    [(task, blob)] = pair.ask(b"token", stored(pair.arena), b"more")
    assert (task, blob[0], blob[2]) == (1, b"token", b"more")
    assert memory_of(blob[1]) == DATA
    [(task, outcome)] = pair.answer(b"header", stored(pair.workers_arena))
    assert (task, outcome[0]) == (1, b"header")
    assert memory_of(outcome[1]) == DATA


def test_a_program_only_reads_what_its_worker_has_written(pair: Pair) -> None:
    [(_, outcome)] = pair.answer(stored(pair.workers_arena))
    with pytest.raises(TypeError):
        outcome[0].memory[0] = 1


def test_arguments_stay_lent_until_the_outcome_has_come(pair: Pair) -> None:
    stretch = stored(pair.arena)
    segment = stretch.segment
    pair.ask(stretch)
    del stretch
    assert stored(pair.arena).segment is not segment
    pair.answer(b"outcome")
    assert stored(pair.arena).segment is segment


def test_arguments_of_one_call_are_not_let_go_of_with_anothers_outcome(pair: Pair) -> None:
    stretch = stored(pair.arena)
    segment = stretch.segment
    pair.ask(stretch, task=1)
    pair.ask(stretch, task=2)
    del stretch
    pair.answer(b"outcome", task=1)
    assert stored(pair.arena).segment is not segment
    pair.answer(b"outcome", task=2)
    assert stored(pair.arena).segment is segment


def test_results_stay_lent_until_the_program_has_read_them(pair: Pair) -> None:
    stretch = stored(pair.workers_arena)
    segment = stretch.segment
    [(_, outcome)] = pair.answer(stretch)
    del stretch
    pair.ask(b"next")
    assert stored(pair.workers_arena).segment is not segment
    del outcome
    pair.ask(b"next")
    assert stored(pair.workers_arena).segment is segment


def test_what_the_worker_keeps_is_its_own_before_the_segment_is_used_again(pair: Pair) -> None:
    [(_, blob)] = pair.ask(stored(pair.arena))
    kept = np.frombuffer(blob[0].memory, np.uint8)[10:20]
    pair.answer(b"outcome")
    other = stored(pair.arena, bytes(len(DATA)))
    assert bytes(kept) == DATA[10:20]
    assert other.memory == bytes(len(DATA))


def test_a_fork_of_the_worker_has_memory_of_its_own(pair: Pair) -> None:
    stretch = stored(pair.arena)
    [(_, blob)] = pair.ask(stretch)
    memory = blob[0].memory
    read, write = os.pipe()
    go, ready = os.pipe()
    if not os.fork():
        os.read(go, 1)
        os.write(write, bytes(memory[:100]))
        os._exit(0)
    stretch.segment.view(0, stretch.segment.size)[:] = bytes(stretch.segment.size)
    os.write(ready, b"\0")
    assert os.read(read, 100) == DATA[:100]
    os.wait()
    for descriptor in (read, write, go, ready):
        os.close(descriptor)


def test_a_segment_that_is_gone_is_forgotten_at_the_other_end() -> None:
    pair = Pair()
    pair.arena = Arena(most_bytes=3 * SHARE_BYTES)
    before = descriptors()
    pair.ask(stored(pair.arena))
    pair.answer(b"outcome")
    assert len(descriptors()) == len(before) + 2
    large = pair.arena.store([bytes(3 * SHARE_BYTES)])
    assert large is not None
    pair.ask(b"next")
    assert len(descriptors()) == len(before) + 1
    pair.close()


def test_nothing_is_left_of_a_pair_that_was_closed() -> None:
    before = descriptors()
    pair = Pair()
    [(_, blob)] = pair.ask(stored(pair.arena))
    [(_, outcome)] = pair.answer(stored(pair.workers_arena))
    pair.close()
    assert descriptors() == before
    assert memory_of(outcome[0]) == DATA
    del blob, outcome


def test_without_a_second_stream_the_bytes_are_sent() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with descriptors_limited_to_those_in_use():
            program = ProgramEnd(hand_out(ours))
        worker = WorkerEnd(take_in(theirs).aside)
    arena = Arena()
    items = program.outgoing([(1, (stored(arena),))])
    assert items == [(1, (DATA,))]
    assert worker.incoming(items) == items
    arena.close()


def test_where_the_second_stream_takes_no_more_the_bytes_are_sent() -> None:
    pair = Pair()
    pair.worker.close()
    assert pair.program.outgoing([(1, (stored(pair.arena),))]) == [(1, (DATA,))]
    pair.close()


def test_a_descriptor_that_did_not_arrive_is_an_error_of_the_reader(pair: Pair) -> None:
    items = pair.program.outgoing([(1, (stored(pair.arena),))])
    with descriptors_limited_to_those_in_use():
        [(_, blob)] = pair.worker.incoming(items)
    with pytest.raises(OSError):
        _ = blob[0].memory


def test_a_result_whose_descriptor_did_not_arrive_is_an_error_of_the_reader(pair: Pair) -> None:
    items = pair.worker.outgoing([(1, (stored(pair.workers_arena),))])
    with descriptors_limited_to_those_in_use():
        [(_, outcome)] = pair.program.incoming(items)
    with pytest.raises(OSError):
        _ = outcome[0].memory


def test_a_program_keeps_no_descriptors_of_its_workers_segments(pair: Pair) -> None:
    stretch = stored(pair.workers_arena)
    before = descriptors()
    [(_, outcome)] = pair.answer(stretch)
    assert memory_of(outcome[0]) == DATA
    assert descriptors() == before


def test_workers_see_the_same_memory_and_what_they_send_is_read() -> None:
    rig = Rig("multicore").start()
    arena = Arena()
    stretch = stored(arena)
    for worker in (0, 1, 0):
        assert memory_of(rig.call(b"echo", stretch, worker=worker)[0]) == DATA
        assert memory_of(rig.call(b"stored", b"x", worker=worker)[0]) == b"x" * SHARE_BYTES
    rig.close()
    arena.close()


def test_a_lost_workers_loans_are_over() -> None:
    rig = Rig("multicore").start()
    arena = Arena()
    stretch = stored(arena)
    segment = stretch.segment
    rig.submit((b"exit", stretch))
    del stretch
    assert stored(arena).segment is not segment
    rig.until(lambda: bool(rig.losses))
    assert stored(arena).segment is segment
    rig.close()
    arena.close()
