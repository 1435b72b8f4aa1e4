"""What was to be done in a run, and what had to wait for what: the record without its clock.

The program is a sequence of steps on each of its threads; what workers can do for it are units.
A unit can begin when the units that it needs are done, and when the program has come as far as
it had when the unit was issued, if it was the program that it waited for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from statistics import median
from typing import Final

from pydron_ng.observe.records.frames import by_thread, frames_of
from pydron_ng.observe.records.record import NEVER, Call, Frame, Made, Need, Record
from pydron_ng.observe.records.spans import Spans

#: Calls that nobody had issued, but would have, had what they take been there earlier.
_LATE: Final = "not-issued"
#: Above so many calls at once, only those are looked at that were there last.
_MANY: Final = 64
_EPSILON: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Unit:
    """Calls that one worker makes at a stretch: one, a batch, or a row, which may be cut.

    seconds: of all calls. transport: what it takes besides to have a worker make them.
    burst: rows of the same one were issued together.
    needs: the units that have to be done before. place: the thread and the step that the program
        has to have come to; None where that does not matter.
    """

    number: int
    function: str
    seconds: float
    transport: float
    calls: int
    burst: int
    needs: tuple[int, ...]
    place: tuple[int, int] | None

    @property
    def is_row(self) -> bool:
        return self.calls > 1


@dataclass(frozen=True, slots=True)
class Step:
    """What a thread of the program does next.

    own: seconds of its own statements. unit: what it takes the outcome of then, -1: of none.
    seconds: of a call that it makes then, whatever there are of workers.
    """

    own: float
    unit: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """steps: of each thread. starts: seconds until the first workers were there."""

    units: tuple[Unit, ...]
    steps: Mapping[int, Sequence[Step]]
    starts: float
    always_sent: bool


def plan_of(record: Record, free: Collection[Place] = ()) -> Plan:
    """The plan of a run that is on record.

    free: where calls are taken to need nothing but results of other calls, whatever the program
        had to do before they were issued.
    """
    return _Planning(record, free).plan()


#: File and line.
Place = tuple[str, int]
#: Steps, each with the time when it was done.
_Timed = Sequence[tuple[float, Step]]
#: When something was done, how long that took, its unit, and seconds if it is none.
_Event = tuple[float, float, int, float]


@dataclass(slots=True)
class _Draft:
    """A unit of which more is to be found out.

    where, frame, site, first: where its calls are, and the counters of the first of them.
    issued: when; of one that nobody has issued, when the program came to it. done: when.
    """

    number: int
    function: str
    where: Place
    frame: int
    site: int
    first: tuple[int, ...]
    issued: float
    done: float
    seconds: float
    calls: int = 1
    cause: int = -1
    transport: float = 0.0
    is_late: bool = False
    needs: set[int] = field(default_factory=set)
    place: tuple[int, int] | None = None
    burst: int = -1


class _Planning:
    def __init__(self, record: Record, free: Collection[Place]) -> None:
        self._record = record
        self._free = free
        frames = frames_of(record)
        self._frames: dict[int, Frame] = {frame.number: frame for frame in frames}
        self._inside = Spans((f.entered, f.left) for f in frames)
        self._threads = by_thread(frames)
        self._drafts: list[_Draft] = []
        self._of_call: dict[int, _Draft] = {}
        self._of_task: dict[int, list[_Draft]] = defaultdict(list)
        self._of_made: dict[int, _Draft] = {}  # by place in record.made

    def plan(self) -> Plan:
        self._draft_sent()
        self._draft_made()
        events = self._events()
        steps = {thread: self._steps(thread, events[thread]) for thread in self._threads}
        self._depend()
        self._place({thread: [at for at, _ in found] for thread, found in steps.items()}, steps)
        return Plan(
            units=tuple(map(_finished, self._drafts)),
            steps={thread: [step for _, step in found] for thread, found in steps.items()},
            starts=self._starts(),
            always_sent=self._record.always_sent,
        )

    # --- units ---

    def _draft_sent(self) -> None:
        """What workers made: calls that travelled together are one unit."""
        together: dict[int, list[Call]] = defaultdict(list)
        for call in self._record.calls:
            if call.settled != NEVER:
                together[call.task].append(call)
        for task, calls in together.items():
            first = calls[0]
            draft = self._add(first, sum(call.seconds for call in calls), calls[-1].settled)
            draft.transport = max(0.0, calls[-1].elapsed - draft.seconds)
            self._of_task[task].append(draft)
            for call in calls:
                self._of_call[call.number] = draft
        self._even_out_transport()

    def _even_out_transport(self) -> None:
        """One outcome may have waited until somebody read it; what is usual counts."""
        found: dict[str, list[float]] = defaultdict(list)
        for draft in self._drafts:
            found[draft.function].append(draft.transport)
        usual = {function: median(all_) for function, all_ in found.items()}
        for draft in self._drafts:
            draft.transport = usual[draft.function]

    def _add(self, call: Call, seconds: float, done: float) -> _Draft:
        site, *first = call.key
        draft = _Draft(
            len(self._drafts),
            call.function,
            (call.file, call.line),
            call.frame,
            site,
            tuple(first),
            call.issued,
            done,
            seconds,
            call.calls,
            call.cause,
        )
        self._drafts.append(draft)
        return draft

    def _draft_made(self) -> None:
        """What the program made itself, but others could have made."""
        usual = {draft.function: draft.transport for draft in self._drafts}
        for place, made in enumerate(self._record.made):
            issued = self._record.call.get(made.call)
            if issued is not None and issued.calls == 1 and issued.settled == NEVER:
                draft = self._add(issued, made.seconds, made.at)
                self._of_task[issued.task].append(draft)
                self._of_call[made.call] = draft
            elif made.why == _LATE:
                draft = self._add_late(made)
            else:
                continue
            draft.transport = usual.get(made.function, 0.0)
            self._of_made[place] = draft

    def _add_late(self, made: Made) -> _Draft:
        site, *first = made.key
        at, number, where = made.at - made.seconds, len(self._drafts), (made.file, made.line)
        draft = _Draft(
            number, made.function, where, made.frame, site, tuple(first), at, made.at, made.seconds
        )
        draft.is_late = True
        self._drafts.append(draft)
        return draft

    # --- what the program does ---

    def _thread(self, frame: int) -> int:
        """That of the scheduled call."""
        return self._frames[frame].thread

    def _steps(self, thread: int, events: Iterable[_Event]) -> list[tuple[float, Step]]:
        """What a thread did, in order, each with the time when it was done."""
        frames = self._threads[thread]
        position = min(frame.entered for frame in frames)
        steps: list[tuple[float, Step]] = []
        for at, took, unit, seconds in sorted(events):
            own = self._inside.overlap(position, at - took)
            steps.append((at, Step(own, unit, seconds)))
            position = max(position, at)
        end = max(frame.left for frame in frames)
        steps.append((end, Step(self._inside.overlap(position, end), -1, 0.0)))
        return steps

    def _events(self) -> Mapping[int, list[_Event]]:
        """What each thread took and made."""
        found: dict[int, list[_Event]] = defaultdict(list)
        for call in self._record.calls:
            if call.taken != NEVER:
                draft = self._of_call.get(call.number)
                unit = -1 if draft is None else draft.number
                found[self._thread(call.frame)].append((call.taken, call.waited, unit, 0.0))
        for place, made in enumerate(self._record.made):
            draft = self._of_made.get(place)
            unit, seconds = (-1, made.seconds) if draft is None else (draft.number, 0.0)
            found[self._thread(made.frame)].append((made.at, made.seconds, unit, seconds))
        return found

    def _starts(self) -> float:
        """How long the first workers took to be there, as far as that was seen."""
        joined = [worker.joined for worker in self._record.workers]
        first = min((call.issued for call in self._record.calls), default=0.0)
        return max(0.0, min(joined, default=0.0) - first)

    # --- what waits for what ---

    def _depend(self) -> None:
        """What each unit takes of others: by the source, and by what was seen."""
        index = _Index(self._drafts)
        needs = {source: _by_site(found) for source, found in enumerate(self._record.needs)}
        for draft in self._drafts:
            source = self._frames[draft.frame].source
            for need in needs[source].get(draft.site, ()) if source in needs else ():
                draft.needs.update(index.before(draft, need))
            for other in self._of_task.get(draft.cause, ()):
                if other.done <= draft.issued + _EPSILON:
                    draft.needs.add(other.number)
            draft.needs.discard(draft.number)

    def _place(
        self,
        times: Mapping[int, Sequence[float]],
        steps: Mapping[int, _Timed],
    ) -> None:
        """How far the program had come when it made run-ahead issue a unit."""
        bursts: dict[tuple[int, int, int, tuple[int, int] | None], int] = {}
        for draft in self._drafts:
            thread = self._thread(draft.frame)
            position = bisect_right(times[thread], draft.issued)
            if draft.where in self._free:
                draft.place = thread, 0
            elif draft.is_late:
                draft.place = None if draft.needs else (thread, len(steps[thread]))
            elif draft.cause == -1 and not self._is_of_last(draft, steps[thread], position):
                draft.place = thread, position
            kind = draft.frame, draft.site, draft.cause, draft.place
            draft.burst = bursts.setdefault(kind, len(bursts))

    def _is_of_last(self, draft: _Draft, steps: _Timed, position: int) -> bool:
        """Did it wait for what the program made itself just before, and a worker could have?"""
        return position > 0 and steps[position - 1][1].unit in draft.needs


def _by_site(needs: Iterable[Need]) -> Mapping[int, list[Need]]:
    found: dict[int, list[Need]] = defaultdict(list)
    for need in needs:
        found[need.site].append(need)
    return found


class _Index:
    """Finds the units that make calls of a site with given counters."""

    def __init__(self, drafts: Iterable[_Draft]) -> None:
        self._at: dict[tuple[int, int], list[_Draft]] = defaultdict(list)
        for draft in drafts:
            self._at[draft.frame, draft.site].append(draft)
        for there in self._at.values():
            there.sort(key=lambda draft: draft.first)
        self._firsts = {place: [d.first for d in there] for place, there in self._at.items()}

    def before(self, draft: _Draft, need: Need) -> Iterator[int]:
        """The units with the results that it takes, as far as they were there when it was issued.

        A row begins with the counters of its first call: the last one that begins before may
        reach into what is asked for.
        """
        there = self._at.get((draft.frame, need.of), [])
        firsts = self._firsts.get((draft.frame, need.of), [])
        low, high = _range(draft, need)
        begin = max(0, bisect_left(firsts, low) - 1)
        end = bisect_left(firsts, high)
        latest = (there[place] for place in range(end - 1, begin - 1, -1))
        found = (draft for draft in latest if draft.first >= low or draft.calls > 1)
        for one in islice(found, _MANY):
            if one.done <= draft.issued + _EPSILON:
                yield one.number


def _range(draft: _Draft, need: Need) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The counters from which, and below which, calls are meant."""
    around = draft.first[: need.common]
    if 0 <= need.carried < len(draft.first):
        around = (*draft.first[: need.carried], draft.first[need.carried] - 1)
    if not around:
        return (), (1 << 62,)
    width = draft.calls if need.carried < 0 else 1
    return around, (*around[:-1], around[-1] + width)


def _finished(draft: _Draft) -> Unit:
    return Unit(
        draft.number,
        draft.function,
        draft.seconds,
        draft.transport,
        draft.calls,
        draft.burst,
        tuple(sorted(draft.needs)),
        draft.place,
    )
