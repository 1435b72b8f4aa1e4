"""What runs in an engine's process: takes orders, and has worker processes of ours carry them out.

The engine's own process is left alone: calls change directories, variables and streams, they end
in ``os._exit``, or hold the GIL for minutes; and others may use that process, too.
"""

from __future__ import annotations

import marshal
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from pydron_ng.backends.engines.engine import Refused
from pydron_ng.backends.engines.hand import Hand
from pydron_ng.backends.engines.orders import (
    DONE,
    LACKING,
    LOST,
    MODULES,
    NO_SETTINGS,
    UNLIKE,
    UNSTARTED,
    Answer,
    Condition,
    Facts,
    Order,
    is_call,
    number_of,
)
from pydron_ng.backends.engines.room import Room
from pydron_ng.backends.engines.vigil import Vigil
from pydron_ng.backends.imports import versions_of
from pydron_ng.backends.remote.asking import HAS, Source, answer_of
from pydron_ng.backends.vitals import Vitals
from pydron_ng.backends.wire import Item

#: In place of a seat: worker processes that are nobody's own.
_NOBODY = -1

_process = ""
_outposts: dict[str, Outpost] = {}
_lock = threading.Lock()


def carry_out(data: bytes) -> bytes:
    """The answer to an order; returns when all of it is done.

    Orders of a program that is not like this process are not read: the answer says what this is.
    """
    try:
        order = Order.decode(data)
    except Refused:
        return Answer(UNLIKE).encode()
    if order.process not in ("", process()):
        return Answer(LOST, why="the process of the engine that it was for is no more").encode()
    with _lock:
        outpost = _outposts.get(order.house)
        if outpost is None and order.first == 0:
            outpost = _outposts[order.house] = Outpost(order.house, order.entries[0])
    return (Answer(LACKING) if outpost is None else outpost.carry_out(order)).encode()


def kill(house: str, seat: int) -> None:
    """End the worker process of a seat; what it was at is answered."""
    if (outpost := _outposts.get(house)) is not None:
        outpost.kill(seat)


def leave(house: str) -> None:
    """The program needs nothing here any more."""
    if (outpost := _outposts.get(house)) is not None:
        outpost.close()
        _outposts.pop(house, None)


def process() -> str:
    """The name of this process, which no other one has; a fork gets one of its own."""
    global _process
    if not _process:
        _process = uuid4().hex
    return _process


def _begin_anew() -> None:
    """In a fork: what there was is the parent's."""
    global _process, _lock
    _process, _lock = "", threading.Lock()
    _outposts.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


class Outpost:
    """One program's worker processes here, and what was learnt of its log.

    free: by the seats whose own they are; those of all seats that have none of their own.
    """

    def __init__(self, house: str, setup: Item) -> None:
        """setup: the log's first entry; see ``Log``."""
        self._setup = marshal.loads(setup[1][0])
        self._log: list[Item] = []
        self._sources: dict[str, Source] = {}
        self._free: dict[int, list[Hand]] = {}
        self._busy: list[tuple[int, Hand]] = []
        self._numbers: dict[int, int] = {}  # of each seat's last order
        self._killed: set[int] = set()
        self._vitals = Vitals()
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._is_closed = False
        self._room = Room(house, self._setup["kept_mb"])
        self._vigil = Vigil(self._setup["line"], self.kill, lambda: leave(house))

    def carry_out(self, order: Order) -> Answer:
        with self._vigil.at_work():
            with self._lock:
                if order.first > len(self._log):
                    return Answer(LACKING, len(self._log))
                if order.process and order.number <= self._numbers.get(order.seat, 0):
                    return Answer(LOST, why="the engine has tried it a second time")
                if order.seat in self._killed:
                    return Answer(LOST, why="it was ended before it began")
                self._numbers[order.seat] = order.number
                self._learn(order)
            with self._hand(order) as hand:
                said = [] if hand.why else hand.perform(*self._items(hand, order))
                kind = DONE if not hand.why else LOST if hand.is_started else UNSTARTED
                condition = None if hand.why else self._condition(hand)
            facts = None if order.items else self._facts()
            return Answer(kind, len(self._log), hand.why, said, facts, condition)

    def kill(self, seat: int) -> None:
        """End what the seat's worker process is at, or will be."""
        with self._lock:
            self._killed.add(seat)
            free = self._free.pop(seat, [])
            for hand in free:
                self._vitals.forget(hand.pid)
            for whose, hand in self._busy:
                if whose == seat:
                    hand.kill()
        for hand in free:
            hand.close()

    def close(self) -> None:
        """End all worker processes; what they were at is answered."""
        with self._closing:
            with self._lock:
                self._is_closed = True
                seats = {*self._free, *(seat for seat, _ in self._busy)}
            for seat in seats:
                self.kill(seat)
            self._room.close()
        self._vigil.end()

    def _learn(self, order: Order) -> None:
        """Take in what is new of the log."""
        for key, blob in order.entries[len(self._log) - order.first :]:
            self._log.append((key, blob))
            if key == MODULES:
                for name, source in marshal.loads(blob[0]):
                    self._sources[name] = Source(*source)

    @contextmanager
    def _hand(self, order: Order) -> Iterator[Hand]:
        """A worker process for the seat, for as long as the block lasts."""
        owner = order.seat if order.process else _NOBODY
        with self._lock:
            free = self._free.get(owner)
            hand = free.pop() if free else Hand(**self._setup["hand"], sources=self._source)
            self._busy.append((order.seat, hand))
            if order.seat in self._killed:
                hand.kill()
        try:
            hand.start()
            yield hand
        finally:
            with self._lock:
                self._busy.remove((order.seat, hand))
                is_kept = not (hand.why or hand.is_to_end or self._is_closed)
                if is_kept:
                    self._free.setdefault(owner, []).append(hand)
                else:
                    self._vitals.forget(hand.pid)
            if not is_kept:
                hand.close()

    def _items(self, hand: Hand, order: Order) -> tuple[list[Item], int]:
        """What the worker process is to be sent, and how many calls are among it."""
        numbers = [n for n in range(hand.known, order.known) if type(self._log[n][0]) is bytes]
        hand.known = max(hand.known, order.known)
        if order.settings != NO_SETTINGS:
            numbers.append(order.settings)
        items = [item for number in numbers for item in self._news(hand, number)]
        calls = 0
        for item in order.items:
            if (number := number_of(item)) is not None:
                items += self._news(hand, number)
            else:
                items.append(item)
                calls += is_call(item)
        return items, calls

    def _news(self, hand: Hand, number: int) -> list[Item]:
        """The entry of the log, if that is not what the worker process knows."""
        key, _ = self._log[number]
        if key is None:
            is_new, hand.settings = hand.settings != number, number
        else:
            is_new = number not in hand.entries
            hand.entries.add(number)
        return [self._log[number]] if is_new else []

    def _source(self, question: bytes) -> bytes:
        """The program's module of that name, if it has sent one."""
        return answer_of(self._sources.get(question.decode().removeprefix(HAS)))

    def _condition(self, hand: Hand) -> Condition:
        name = "" if self._vigil.is_here else socket.gethostname()
        with self._lock:
            host = self._vitals.host()._replace(name=name)
            return Condition(hand.pid, self._vitals.process(hand.pid), host)

    def _facts(self) -> Facts:
        is_same = self._vigil.is_here and sys.prefix == self._setup["prefix"]
        versions = {} if is_same else versions_of(self._setup["modules"])
        own = process(), self._vigil.is_here, socket.gethostname()
        return Facts(*own, self._room.kept, versions)
