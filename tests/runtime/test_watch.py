"""Who is told of calls that take long, and when."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from pydron_ng.runtime import watch as module
from pydron_ng.runtime.watch import Begun, Watch


class Time:
    """A clock that stands still, and a waker on it: what is to be woken is, when it is moved on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asleep: deque[tuple[float, Any]] = deque()

    def wake_at(self, when: float, sleeper: Any) -> None:
        self.asleep.append((when, sleeper))

    def pass_by(self, seconds: float) -> None:
        end = self.now + seconds
        while self.asleep and min(self.asleep)[0] <= end:
            first = min(self.asleep)
            self.asleep.remove(first)
            self.now = first[0]
            first[1].awake()
        self.now = end

    def stop(self) -> None:
        """As before a fork: all are awake."""
        while self.asleep:
            self.asleep.popleft()[1].awake()


class Heard:
    """A teller: what it is told."""

    def __init__(self) -> None:
        self.told: list[list[Any]] = []
        self.ends = 0
        self.is_forgotten = self.fails = False

    def tell(self, calls: Sequence[Begun]) -> float:
        if self.fails:
            raise OSError("the terminal is gone")
        self.told.append([begun.running() for begun in calls])
        return 0.25

    def end(self) -> None:
        self.ends += 1

    def forget(self) -> None:
        self.is_forgotten = True


class Call:
    """As much of a call as is looked at."""

    def __init__(self) -> None:
        self.mark = SimpleNamespace(made=7)
        self.pace = SimpleNamespace(met={1: self.mark})
        self.dispatch = SimpleNamespace(outbox=SimpleNamespace(is_closed=False))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(module, "perf_counter", lambda: made.now)
    return made


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def watch(time: Time, heard: Heard) -> Any:
    made = Watch(time)  # type: ignore[arg-type]
    made.listen(lambda: True, lambda: heard)
    return made


def test_nobody_hears_of_a_short_call(time: Time, heard: Heard, watch: Any) -> None:
    call = Call()
    watch.begin(call)
    time.pass_by(0.9)
    watch.end(call)
    time.pass_by(10.0)
    assert not heard.told
    assert not heard.ends
    assert not time.asleep


def test_of_a_long_one_it_is_told_until_it_ends(time: Time, heard: Heard, watch: Any) -> None:
    call = Call()
    watch.begin(call)
    time.pass_by(1.6)
    assert heard.told == 3 * [[call]]
    watch.end(call)
    assert heard.ends == 1
    time.pass_by(10.0)
    assert (len(heard.told), heard.ends) == (3, 1)
    assert not time.asleep


def test_many_short_calls_wake_it_once_a_second(time: Time, heard: Heard, watch: Any) -> None:
    for _ in range(50):
        call = Call()
        watch.begin(call)
        assert len(time.asleep) == 1
        time.pass_by(0.1)
        watch.end(call)
    assert not heard.told


def test_the_second_counts_from_when_the_call_began(time: Time, heard: Heard, watch: Any) -> None:
    first, second = Call(), Call()
    watch.begin(first)
    time.pass_by(0.5)
    watch.end(first)
    watch.begin(second)
    time.pass_by(0.9)
    assert not heard.told
    time.pass_by(0.2)
    assert heard.told[0] == [second]


def test_the_oldest_one_comes_first_and_the_last_one_ends_it(
    time: Time, heard: Heard, watch: Any
) -> None:
    outer, inner = Call(), Call()
    watch.begin(outer)
    time.pass_by(0.5)
    watch.begin(inner)
    time.pass_by(0.6)
    assert heard.told[0] == [outer, inner]
    watch.end(inner)
    ends = [heard.ends]
    watch.end(outer)
    assert [*ends, heard.ends] == [0, 1]


def test_what_was_counted_counts_for_this_call_alone(watch: Any) -> None:
    call = Call()
    watch.begin(call)
    watch.end(call)
    assert call.mark.made == 0


def test_nothing_is_written_down_where_nobody_wants_to_know(time: Time, watch: Any) -> None:
    asked: list[bool] = []
    watch.listen(lambda: bool(asked.append(True)), Heard)  # type: ignore[func-returns-value]
    for _ in range(10):
        watch.begin(Call())
        time.pass_by(0.15)
    assert not watch._begun
    assert not time.asleep
    assert len(asked) == 2


def test_a_call_that_was_broken_off_before_it_could_say_so_ends_all_the_same(
    time: Time, heard: Heard, watch: Any
) -> None:
    closed, collected = Call(), Call()
    watch.begin(closed)
    watch.begin(collected)
    time.pass_by(1.0)
    closed.dispatch.outbox.is_closed = True
    heard.told.clear()
    del collected
    time.pass_by(1.0)
    assert heard.ends == 1
    assert not watch._begun


def test_a_fork_stops_it_and_the_parent_goes_on(time: Time, heard: Heard, watch: Any) -> None:
    call = Call()
    watch.begin(call)
    time.pass_by(1.0)
    told = len(heard.told)
    time.stop()
    assert not time.asleep
    assert len(heard.told) == told
    watch.resume()
    time.pass_by(1.0)
    assert len(heard.told) > told


def test_the_child_of_a_fork_says_nothing(time: Time, heard: Heard, watch: Any) -> None:
    call = Call()
    watch.begin(call)
    time.pass_by(1.0)
    time.stop()
    watch.forget()
    watch.end(call)
    assert heard.is_forgotten
    assert not heard.ends


def test_trouble_in_telling_ends_it_for_good(time: Time, heard: Heard, watch: Any) -> None:
    heard.fails = True
    call = Call()
    watch.begin(call)
    time.pass_by(1.5)
    assert heard.ends == 1
    watch.end(call)
    watch.begin(call)
    assert not watch._begun
    assert not time.asleep


def test_without_threads_nobody_is_told(watch: Any) -> None:
    def none_left(when: float, sleeper: Any) -> None:
        raise RuntimeError("can't start new thread")

    watch._waker.wake_at = none_left
    watch.begin(Call())
    assert not watch._begun


def test_at_the_end_of_the_program_nothing_is_left(time: Time, heard: Heard, watch: Any) -> None:
    call = Call()
    watch.begin(call)
    time.pass_by(1.0)
    watch.close()
    time.pass_by(5.0)
    assert (len(heard.told), heard.ends) == (1, 1)


def test_calls_begin_and_end_in_many_threads_while_it_looks(watch: Any) -> None:
    def work() -> None:
        for _ in range(2000):
            call = Call()
            watch.begin(call)
            watch.awake()
            watch.end(call)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not watch._begun
