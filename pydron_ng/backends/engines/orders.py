"""What the program and an engine's processes send each other: orders, and their answers.

An engine sees bytes. Nothing in them is an object that it could look into, share or keep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydron_ng.backends.engines.edition import opened, sealed
from pydron_ng.backends.info import HostInfo
from pydron_ng.backends.vitals import ProcessVitals
from pydron_ng.backends.wire import Item
from pydron_ng.values.blob import memory_of

#: Keys of entries of the log that are neither definitions nor settings.
SETUP, MODULES = "setup", "modules"
#: The key of an item that stands for an entry of the log, by its number.
ENTRY = "entry"
#: What is in force before there are any settings.
NO_SETTINGS = -1

#: What became of an order: done; not begun, as entries of the log are lacking; its worker was lost;
#: no worker could be started; not understood.
DONE, LACKING, LOST, UNSTARTED, UNLIKE = range(5)


class Order(NamedTuple):
    """A batch of calls, or none, to see whether a worker can be had.

    house: of which program it is. seat: of which of its workers. number: of its orders, rising.
    process: where it is to be carried out, once, by a worker process that is the seat's own; empty:
    in any, by whichever has nothing to do.
    entries: of the log, from the number `first` on.
    known: so many entries of the log hold before the first item, and of them these settings.
    """

    house: str
    seat: int
    number: int
    process: str
    first: int
    entries: Sequence[Item]
    known: int
    settings: int
    items: Sequence[Item]

    def encode(self) -> bytes:
        whole = self._replace(entries=_whole(self.entries), items=_whole(self.items))
        return sealed(_plain(whole))

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """Raises: Refused."""
        return cls(*opened(data))


class Kept(NamedTuple):
    """A shelf: where it is there, how many bytes it takes, and a name that no other one has.

    All empty: nothing is kept.
    """

    folder: str
    room: int
    name: str


class Facts(NamedTuple):
    """About a process of an engine, and where it is. is_here: on the program's own machine.

    versions: of packages; none where the program's own are used.
    """

    process: str
    is_here: bool
    host: str
    kept: Kept
    versions: Mapping[str, str | None]


class Condition(NamedTuple):
    """How the worker process is that has carried an order out, and its machine."""

    pid: int
    vitals: ProcessVitals
    host: HostInfo


class Answer(NamedTuple):
    """What became of an order.

    entries: so much of the log is known in the process. why: nothing was done, or not all of it.
    said: outcomes, and remarks on the calls before these. facts: if there were no calls.
    condition: None: there is no worker process, or none any more.
    """

    kind: int
    entries: int = 0
    why: str = ""
    said: Sequence[Item] = ()
    facts: Facts | None = None
    condition: Condition | None = None

    def encode(self) -> bytes:
        return sealed(_plain(self._replace(said=_whole(self.said))))

    @classmethod
    def decode(cls, data: bytes) -> Answer:
        """Raises: Refused."""
        kind, entries, why, said, facts, condition = opened(data)
        return cls(kind, entries, why, said, _facts(facts), _condition(condition))


def entry(number: int) -> Item:
    """The item that stands for an entry of the log."""
    return ENTRY, (number,)


def number_of(item: Item) -> int | None:
    """The entry of the log that it stands for, if it does."""
    key, blob = item
    return blob[0] if key == ENTRY else None


def is_call(item: Item) -> bool:
    """Or the outcome of one; else it is about one: its end, or a remark."""
    key, _ = item
    return isinstance(key, int) and key >= 0


def _plain(record: Any) -> Any:
    """Records in it are tuples; no other kind of them travels."""
    return tuple(map(_plain, record)) if isinstance(record, tuple) else record


def _facts(plain: Any) -> Facts | None:
    if plain is None:
        return None
    process, is_here, host, kept, versions = plain
    return Facts(process, is_here, host, Kept(*kept), versions)


def _condition(plain: Any) -> Condition | None:
    if plain is None:
        return None
    pid, vitals, host = plain
    return Condition(pid, ProcessVitals(*vitals), HostInfo(*host))


def _whole(items: Sequence[Item]) -> list[Item]:
    """With the bytes themselves of what is in memory that processes share."""
    return [(key, tuple(map(_whole_part, blob))) for key, blob in items]


def _whole_part(part: object) -> object:
    """A tuple stands for a part that is kept where it goes."""
    return part if isinstance(part, bytes | int | tuple) else bytes(memory_of(part))
