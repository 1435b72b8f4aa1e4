"""The critical path of a run: the chain of work and waiting that its time consists of.

It is walked back from the end. Where the program waited for a call, the path goes to that call;
from there to what the call had to wait for in turn, and so on to the beginning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from pydron_ng.observe.records.lanes import Placed, Wait, left, placed, threads
from pydron_ng.observe.records.record import Call, Made, Record

PROGRAM = -1


class What(StrEnum):
    """What happens in a segment."""

    PROGRAM = "program"  # the program's own statements
    MADE = "made"  # a functional call that the program makes
    CALL = "call"  # one that a worker makes
    START = "start"  # the worker is not there yet
    SENT = "sent"  # the call is on its way to the worker
    RETURNED = "returned"  # its outcome is on its way to the program


class Segment(NamedTuple):
    """A piece of the path. worker: PROGRAM, or the number of one. thread: of the program.

    function: of the call that is made or travels; empty for the program's own statements.
    why: the reason for which what comes after it had to wait for it. call: its number, or -1.
    """

    worker: int
    thread: int
    began: float
    ended: float
    what: What
    function: str
    why: str
    call: int = -1


_END = "the program went on to its end"
_CAME_SO_FAR = "the program had to come so far"
_WAITED = "the program waited for it"
_BUSY = "its worker had this to do first"
_TOGETHER = "it travelled with the next one"
_NEEDED = "the next call needed its outcome"
_ISSUING = "the program took the outcome that the next call needed, and issued that call"


def critical_path(record: Record) -> tuple[Segment, ...]:
    """Segments that follow each other from 0 to the record's end."""
    return tuple(reversed(_Walk(record).segments()))


class _Walk:
    """Goes back in time. now: how far it has come; everything later is in a segment."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._now = record.seconds
        self._found: list[Segment] = []
        self._threads = {thread.number: thread for thread in threads(record)}
        self._waits = {t.number: sorted(t.waits, key=_ended) for t in self._threads.values()}
        self._made = {t.number: list(t.made) for t in self._threads.values()}
        self._thread_of = {frame.number: frame.thread for frame in record.frames}
        self._placed = dict[int, Placed]()
        self._before = dict[int, Placed | None]()
        self._last_of_task = dict[int, Placed]()
        self._joined = {worker.number: worker.joined for worker in record.workers}
        self._visited = set[int]()
        self._why = _END
        for calls in placed(record).values():
            self._enlist(calls)

    def _enlist(self, calls: tuple[Placed, ...]) -> None:
        before = None
        for one in calls:
            self._placed[one.call.number] = one
            self._before[one.call.number] = before
            last = self._last_of_task.get(one.call.task)
            if last is None or last.ended <= one.ended:
                self._last_of_task[one.call.task] = one
            before = one

    def segments(self) -> list[Segment]:
        """From the last to the first."""
        at: int | Placed | None = self._last_thread()
        while at is not None:
            at = self._through_program(at) if isinstance(at, int) else self._through_call(at)
        return self._found

    def _last_thread(self) -> int:
        frames = self._record.frames
        last = max(frames, key=lambda frame: left(frame, self._record), default=None)
        return next(iter(self._threads)) if last is None else last.thread

    # --- in the program ---

    def _through_program(self, thread: int) -> Placed | None:
        """The call that the program waited for last, with the path gone that far back."""
        wait = self._last_wait(thread)
        self._work(thread, 0.0 if wait is None else wait.ended)
        if wait is None:
            return None
        one = self._placed[wait.call.number]
        self._emit(PROGRAM, thread, one.ended, What.RETURNED, one.call, _WAITED)
        return self._visit(one, _WAITED)

    def _last_wait(self, thread: int) -> Wait | None:
        """The one before now; later ones, which nobody will ask for, are forgotten."""
        waits = self._waits[thread]
        while waits:
            wait = waits.pop()
            if wait.ended <= self._now and self._is_reason(wait):
                return wait
        return None

    def _is_reason(self, wait: Wait) -> bool:
        """Was the call still being made when the program began to wait for it?"""
        one = self._placed.get(wait.call.number)
        return one is not None and one.ended > wait.began and self._is_new(one)

    def _work(self, thread: int, until: float) -> None:
        """The program's own work, with the calls that it made itself."""
        made = self._made[thread]
        while made and made[-1].at > until:
            one = made.pop()
            began = max(one.at - one.seconds, until)
            if began < self._now:
                self._emit(PROGRAM, thread, one.at, What.PROGRAM, None, self._why)
                self._emit(PROGRAM, thread, began, What.MADE, one, one.why)
        self._emit(PROGRAM, thread, until, What.PROGRAM, None, self._why)

    # --- on a worker ---

    def _through_call(self, one: Placed) -> int | Placed:
        """What the call had to wait for: another call, or the program in a thread."""
        call = one.call
        thread = self._thread_of.get(call.frame, next(iter(self._threads)))
        self._emit(call.worker, thread, one.began, What.CALL, call, self._why)
        cause = self._cause(call)
        ready = max(call.issued, cause.ended) if cause else call.issued
        before = self._before[call.number]
        if before is not None and self._is_new(before) and before.ended > ready:
            self._emit(call.worker, thread, before.ended, What.SENT, call, _BUSY)
            return self._visit(before, _TOGETHER if before.call.task == call.task else _BUSY)
        self._travel(call, thread, ready)
        if cause is None:
            self._why = _CAME_SO_FAR
            return thread if thread in self._threads else next(iter(self._threads))
        self._emit(PROGRAM, thread, cause.ended, What.PROGRAM, None, _ISSUING)
        return self._visit(cause, _NEEDED)

    def _travel(self, call: Call, thread: int, ready: float) -> None:
        joined = self._joined.get(call.worker, 0.0)
        if joined > ready:
            self._emit(call.worker, thread, joined, What.SENT, call, "it was sent")
            self._emit(call.worker, thread, ready, What.START, call, "the worker was not there yet")
        self._emit(call.worker, thread, ready, What.SENT, call, "it was sent")

    def _cause(self, call: Call) -> Placed | None:
        cause = self._last_of_task.get(call.cause)
        return cause if cause is not None and self._is_new(cause) else None

    def _is_new(self, one: Placed) -> bool:
        return one.call.number not in self._visited

    def _visit(self, one: Placed, why: str) -> Placed:
        self._visited.add(one.call.number)
        self._why = why
        return one

    def _emit(
        self, worker: int, thread: int, began: float, what: What, of: Call | Made | None, why: str
    ) -> None:
        """A segment from there to now, if that is later."""
        if began >= self._now:
            return
        number = of.number if isinstance(of, Call) else of.call if of else -1
        name = of.function if of else ""
        segment = Segment(worker, thread, began, self._now, what, name, why, number)
        self._found.append(segment)
        self._now = began


def _ended(wait: Wait) -> float:
    return wait.ended
