"""Hears what becomes of calls, and makes a record of it."""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final

from msgspec import structs

from pydron_ng.events import (
    Entered,
    Event,
    HandedOn,
    Inlined,
    Issued,
    Joined,
    Left,
    Lost,
    Settled,
    Taken,
)
from pydron_ng.observe.records.needs import needs_in
from pydron_ng.observe.records.record import (
    NEVER,
    Call,
    Frame,
    Made,
    Record,
    Tally,
    Worker,
    writable,
)
from pydron_ng.runtime.session import session

#: So many calls are listed one by one; of all further ones there are sums.
MOST: Final = 100_000
#: Calls that the program made itself are listed from so many seconds on.
LEAST_SECONDS: Final = 50e-6


class Recorder:
    """Listens from when it is made. Called under the driver's lock, by any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._started = perf_counter()
        self._began = datetime.now(UTC).isoformat(timespec="seconds")
        self._frames: dict[int, Frame] = {}
        self._calls: dict[int, _Open] = {}
        self._made: list[Made] = []
        self._workers: dict[int, Worker] = {}
        self._sources: dict[Any, int] = {}
        self._sums: dict[tuple[str, str, int], _Sums] = {}
        self._listed = self._unlisted = 0
        self._handed_on, self._handed_on_seconds = 0, 0.0
        self._beyond: dict[int, set[int]] = defaultdict(set)  # calls not listed, by frame
        self._hear: dict[type, Callable[[Any], None]] = {
            Entered: self._entered,
            Left: self._left,
            Issued: self._issued,
            Settled: self._settled,
            Taken: self._taken,
            Inlined: self._inlined,
            Joined: self._joined,
            HandedOn: self._note_handed_on,
            Lost: self._lost,
        }

    def hear(self, event: Event) -> None:
        self._hear[type(event)](event)

    def record(self) -> Record:
        """All that was heard so far."""
        calls = list(self._calls.values())  # copies, as threads of the program go on
        dropped = Counter(id(call.sums) for call in calls if call.is_unused)
        frames, made = tuple(self._frames.values()), tuple(self._made)
        return Record(
            began=self._began,
            program=writable(" ".join(sys.orig_argv[1:])) or "python",
            python=platform.python_version(),
            cores=os.cpu_count() or 1,
            seconds=self._since(perf_counter()),
            frames=frames,
            calls=tuple(call.closed(self._started) for call in calls if call.is_listed),
            made=made,
            workers=tuple(self._workers.values()),
            tallies=tuple(s.tally(*place, dropped[id(s)]) for place, s in list(self._sums.items())),
            needs=tuple(map(needs_in, list(self._sources))),
            always_sent=session().sends_all,
            handed_on=self._handed_on,
            handed_on_seconds=self._handed_on_seconds,
            unlisted=self._unlisted,
        )

    def _since(self, at: float) -> float:
        return at - self._started

    def _sums_of(self, event: Issued | Inlined) -> _Sums:
        place = writable(event.function), writable(event.file), event.line
        return self._sums.get(place) or self._sums.setdefault(place, _Sums())

    # --- calls ---

    def _issued(self, event: Issued) -> None:
        row = self._calls.get(event.task)
        if row is not None and row.issued.call != event.call and row.is_intact:
            self._forget(row)  # it fell apart; each of its calls is issued now
        call = _Open(event, self._sums_of(event), is_listed=self._listed < self._most)
        self._listed += call.is_listed and event.call not in self._calls
        self._calls[event.call] = call
        if not call.is_listed:
            self._beyond[event.frame].add(event.call)

    def _settled(self, event: Settled) -> None:
        call = self._calls.get(event.call)
        if call is not None:
            call.settled = event

    def _taken(self, event: Taken) -> None:
        call = self._calls.get(event.call)
        if call is not None:
            call.taken = event
            call.sums.took(event, call)
            if not call.is_listed:
                self._unlisted += event.calls
                self._forget(call)

    def _forget(self, call: _Open) -> None:
        self._calls.pop(call.issued.call, None)
        self._listed -= call.is_listed
        if not call.is_listed and call.issued.frame in self._beyond:
            self._beyond[call.issued.frame].discard(call.issued.call)

    def _inlined(self, event: Inlined) -> None:
        self._sums_of(event).made_here(event)
        issued = self._calls.get(event.call)
        if issued is not None:
            issued.was_made = True
            if not issued.is_listed and issued.issued.calls == 1:
                self._forget(issued)
        if event.seconds < LEAST_SECONDS:
            return
        if len(self._made) < self._most:
            self._made.append(_made(event, self._since(event.at)))
        else:
            self._unlisted += 1

    # --- all else ---

    def _entered(self, event: Entered) -> None:
        number, function, file, line, at, thread, program = event
        source = self._sources.setdefault(program, len(self._sources))
        entered = self._since(at)
        place = writable(function), writable(file), line
        self._frames[number] = Frame(number, *place, thread, entered, source)

    def _left(self, event: Left) -> None:
        frame = self._frames.get(event.frame)
        if frame is not None:
            left, retired = self._since(event.at), event.retired
            self._frames[event.frame] = structs.replace(frame, left=left, retired=retired)
        for number in self._beyond.pop(event.frame, ()):
            call = self._calls.pop(number, None)
            if call is not None:
                call.sums.dropped += call.is_unused

    def _joined(self, event: Joined) -> None:
        joined = self._since(event.at)
        self._workers[event.worker] = Worker(event.worker, event.host, joined)

    def _note_handed_on(self, event: HandedOn) -> None:
        self._handed_on += event.calls
        self._handed_on_seconds += event.seconds

    def _lost(self, event: Lost) -> None:
        worker = self._workers.get(event.worker)
        if worker is not None:
            lost = self._since(event.at)
            self._workers[event.worker] = structs.replace(worker, lost=lost, why=event.why)


class _Open:
    """A call of which more may be heard."""

    __slots__ = ("is_listed", "issued", "settled", "sums", "taken", "was_made")

    def __init__(self, issued: Issued, sums: _Sums, *, is_listed: bool) -> None:
        self.issued = issued
        self.sums = sums
        self.is_listed = is_listed
        self.settled: Settled | None = None
        self.taken: Taken | None = None
        self.was_made = False

    @property
    def is_intact(self) -> bool:
        """Is it a row of which nobody has had a call?"""
        return self.issued.calls > 1 and self.taken is None

    @property
    def is_unused(self) -> bool:
        """Has nobody asked for its outcome?"""
        return self.taken is None and not self.was_made

    def closed(self, started: float) -> Call:
        """What is known of it. started: when the record began."""
        issued, taken, settled = self.issued, self.taken, self.settled  # what comes last, first
        had = issued.calls if taken is None else taken.calls  # others go on by themselves
        return Call(
            number=issued.call,
            function=writable(issued.function),
            file=writable(issued.file),
            line=issued.line,
            label=writable(issued.label),
            issued=issued.at - started,
            task=issued.task,
            frame=issued.frame,
            key=issued.key,
            cause=issued.cause,
            calls=had,
            settled=settled.at - started if settled else NEVER,
            seconds=settled.seconds * had / issued.calls if settled else 0.0,
            worker=settled.worker if settled else -1,
            elapsed=settled.elapsed if settled else 0.0,
            taken=taken.at - started if taken else NEVER,
            waited=taken.waited if taken else 0.0,
        )


class _Sums:
    """What is added up of one function at one line."""

    def __init__(self) -> None:
        self.sent = 0
        self.sent_seconds = self.waited = 0.0
        self.made: dict[str, int] = defaultdict(int)
        self.made_seconds: dict[str, float] = defaultdict(float)
        self.dropped = 0  # of those that are not listed

    def took(self, event: Taken, call: _Open) -> None:
        self.sent += event.calls
        self.waited += event.waited
        if call.settled is not None:
            self.sent_seconds += call.settled.seconds * event.calls / call.issued.calls

    def made_here(self, event: Inlined) -> None:
        self.made[event.why] += 1
        self.made_seconds[event.why] += event.seconds

    def tally(self, function: str, file: str, line: int, dropped: int) -> Tally:
        return Tally(
            function,
            file,
            line,
            self.sent,
            self.sent_seconds,
            dropped + self.dropped,
            self.waited,
            dict(self.made),
            dict(self.made_seconds),
        )


def _made(event: Inlined, at: float) -> Made:
    call, function, file, line, _, seconds, frame, key, why = event
    place = writable(function), writable(file), line
    return Made(*place, at, seconds, frame, key, why, call)
