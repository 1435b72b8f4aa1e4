"""Workers on an engine, whichever that is: seats there, each at one batch of calls at a time.

Processes are the engine's business, and so is which of them takes an order; see ``outpost`` for
what these do with it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count, islice
from uuid import uuid4

from pydron_ng.backends import cores
from pydron_ng.backends.base import Blob, Capabilities, Events, Frame, Loop, WorkerId
from pydron_ng.backends.common import Labels
from pydron_ng.backends.engines.clerk import Answered, Clerk, Found, Said
from pydron_ng.backends.engines.engine import Engine, Refused, unstarted
from pydron_ng.backends.engines.line import Line
from pydron_ng.backends.engines.log import Log
from pydron_ng.backends.engines.orders import LACKING, Answer
from pydron_ng.backends.engines.seat import Seat
from pydron_ng.backends.engines.shelves import Shelves
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.backends.remote.shelf import nearest
from pydron_ng.backends.station import WAY_OUT
from pydron_ng.backends.telling import tell
from pydron_ng.log import log

_ENDED = "it was ended"


class Seats:
    """The backend of all engines."""

    is_awaited = False

    def __init__(
        self,
        engine: Engine,
        performer: str,
        capabilities: Capabilities,
        labels: Labels,
        *,
        fills: bool,
        kept_mb: int | None = 0,
    ) -> None:
        """fills: are all places of the engine for us? kept_mb: as of ``Log``."""
        self.capabilities = capabilities
        self._engine = engine
        self._performer = performer
        self._labels = labels
        self._fills = fills
        self._house = uuid4().hex
        self._ids = map(WorkerId, count())
        self._seats: dict[WorkerId, Seat] = {}
        self._said = ""
        self._wanted = 0  # seats that were asked for and have no place
        #: And were given up; they are welcome, should the engine be there after all.
        self._missed = 0
        self._hosts: dict[str, str] = {}  # where places are, of those that are pinned
        self._spared = Counter[str]()  # places that are only taken if workers are asked for
        self._released: set[str] = set()
        self._late: dict[WorkerId, str] = {}
        self._kept_mb = kept_mb
        self._shelves = Shelves()
        self._log: Log | None = None
        self._clerk: Clerk | None = None
        self._line: Line | None = None

    def start(self, count: int, events: Events, loop: Loop) -> None:
        self._events, self._loop = events, loop
        try:
            if self._line is None:
                self._line = Line(self._house, loop)
            if self._clerk is None:
                self._clerk = Clerk(self._engine, self._house, loop, self._hear)
        except (OSError, RuntimeError) as error:
            if isinstance(error, OSError) and error.errno is None:
                raise  # a signal handler's own, such as a bare TimeoutError
            events.unstarted(count, f"cannot talk to {self._engine.name}: {error}")
            return
        self._wanted += count
        self._missed = 0  # it is asked for again, if it still is
        self._spared -= Counter(islice(self._spared.elements(), count))
        self._clerk.look()

    def submit(self, worker: WorkerId, frames: Sequence[Frame]) -> None:
        if (seat := self._seats.get(worker)) is not None:
            seat.put(frames)
            self._send(seat)

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        """What it says comes when it has done an order; until it is taken it gets no other one."""
        if (seat := self._seats.get(worker)) is not None:
            seat.is_heard = wanted
            self._send(seat)

    def place_of(self, blob: Blob) -> str:
        return nearest(self._shelves.all(), blob)

    def take_back(self, worker: WorkerId) -> None:
        raise NotImplementedError("what an engine was given is out of reach")

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        seat = self._seats.get(worker)
        return None if seat is None else seat.info(self._labels)

    def release(self, host: str) -> None:
        places = {place for place, where in self._hosts.items() if where == host}
        self._released |= places - {seat.place for seat in self._seats.values()}

    def kill(self, worker: WorkerId) -> None:
        if (seat := self._seats.get(worker)) is None or self._clerk is None:
            return
        if seat.is_here and self._line is not None:
            self._line.kill(worker)
        else:
            self._clerk.kill(seat.place, worker)
        self._spared[seat.place] += not seat.is_to_end
        seat.is_to_end = True
        if seat.order is None or not (seat.is_here or self._engine.kills):
            self._lose(seat, _ENDED)

    def close(self) -> None:
        clerk, self._clerk = self._clerk, None
        line, self._line = self._line, None
        self._seats.clear()
        if line is not None:
            line.close()  # first: what runs on this machine ends, and is not waited for
        if clerk is not None:
            clerk.close()

    def forget(self) -> None:
        for end in (self._clerk, self._line):
            if end is not None:
                end.forget()

    # --- what the clerk tells ---

    def _hear(self, said: Said) -> None:
        if self._clerk is None:
            return
        match said:
            case Found(found):
                self._despair(found) if isinstance(found, Refused) else self._take_places(found)
            case Answered(worker, number, answer, sent, received):
                seat = self._seats.get(worker)
                self._welcome(worker)
                if seat is not None and seat.order is not None and seat.order.number == number:
                    seat.sent += sent
                    seat.received += received
                    self._note(seat, answer)

    def _take_places(self, places: Mapping[str, int]) -> None:
        """Take what is free of what is wanted, and give up what is no more."""
        self._wanted, self._missed = self._wanted + self._missed, 0
        for seat in list(self._seats.values()):
            if seat.place not in places:
                self._lose(seat, f"{seat.place} is gone from {self._engine.name}")
        self._give_up()
        taken = Counter(seat.place for seat in self._seats.values())
        self._spared = Counter({p: n for p, n in self._spared.items() if p in places})
        free = Counter({p: n for p, n in places.items() if p not in self._released})
        free.subtract(taken + self._spared)
        more = sum((+free).values()) - self._wanted
        if self._fills and more > 0:
            self._events.coming(more)
            self._wanted += more
        while self._wanted and (+free or not self._engine.is_pinned):
            ((place, _),) = free.most_common(1)
            free[place] -= 1
            self._wanted -= 1
            self._take(place)

    def _give_up(self) -> None:
        """Those that nothing was heard of for too long; an answer that comes later is welcome."""
        seconds = self._engine.start_seconds
        if seconds is None:
            return
        begun = time.monotonic() - seconds
        for seat in [s for s in self._seats.values() if not s.has_joined and s.since < begun]:
            self._late[seat.worker] = seat.place
            self._spared[seat.place] += 1
            self._lose(seat, in_words(self._engine.name, Refused(*unstarted(seconds))))

    def _welcome(self, worker: WorkerId) -> None:
        """It was given up, perhaps, and is there after all."""
        if (place := self._late.pop(worker, None)) is not None:
            self._spared[place] -= 1
            self._missed += 1

    def _take(self, place: str) -> None:
        if self._log is None:
            assert self._line is not None
            limits = cores.thread_limits(cores.available())  # an engine gives each one processor
            self._log = Log(self._performer, limits, self._line.name, self._kept_mb)
        seat = Seat(next(self._ids), place, self._house, self._log)
        self._seats[seat.worker] = seat
        self._send(seat)

    def _send(self, seat: Seat) -> None:
        order = seat.next()
        if order is not None and self._clerk is not None:
            self._clerk.send(seat.worker, seat.place, order)

    def _note(self, seat: Seat, answer: Answer | Refused) -> None:
        if isinstance(answer, Refused):
            self._lose(seat, in_words(self._engine.name, answer), with_host=True)
        elif answer.kind == LACKING:
            assert self._clerk is not None
            self._clerk.send(seat.worker, seat.place, seat.again(answer.entries))
        elif not seat.has_joined:
            self._greet(seat, answer)
        else:
            seat.order = None
            seat.condition = answer.condition or seat.condition
            tell(self._events, seat.worker, seat.heard(answer.said))
            if answer.why or seat.is_to_end:
                self._lose(seat, answer.why or _ENDED)
            else:
                self._send(seat)

    def _greet(self, seat: Seat, answer: Answer) -> None:
        """There is a worker process, or there was to be one."""
        if answer.why:
            self._lose(seat, f"{self._engine.name}: {answer.why}")
            return
        assert answer.facts is not None
        assert answer.condition is not None
        seat.order, seat.has_joined, seat.condition = None, True, answer.condition
        host, seat.is_here = answer.condition.host.name, answer.facts.is_here
        if self._engine.is_pinned:
            seat.process = answer.facts.process
            self._hosts[seat.place] = host
            seat.deals_with(self._shelves.at(host, answer.facts.kept))
        self._events.joined(seat.worker, host)
        self._send(seat)

    def _lose(self, seat: Seat, why: str, *, with_host: bool = False) -> None:
        del self._seats[seat.worker]
        seat.close()
        if seat.has_joined:
            self._events.lost(seat.worker, why, with_host=with_host)
        else:
            self._tell(why)
            self._events.unstarted(1, why)

    def _tell(self, why: str) -> None:
        """The user, once: others make the calls, or the program itself."""
        if why != self._said:
            self._said = why
            log().warning("%s", why)

    def _despair(self, refused: Refused) -> None:
        """There is no engine."""
        why = in_words(self._engine.name, refused)
        for seat in list(self._seats.values()):
            self._lose(seat, why, with_host=True)
        wanted, self._wanted = self._wanted, 0
        self._missed += wanted
        self._tell(why)
        if wanted:
            self._events.unstarted(wanted, why)


def in_words(name: str, refused: Refused) -> str:
    """Why, and the way out, if there is any."""
    why, way_out = refused.args
    return f"{name}: {why}" + (f"{WAY_OUT}{way_out}" if way_out else "")
