"""What a worker's call and the program say to each other about calls that are handed on.

Each is a blob: a word, then what belongs to it. Up go remarks on the call, down go answers.
"""

from __future__ import annotations

import pickle
from typing import Final, NamedTuple

from pydron_ng.backends.base import Settings, TaskId
from pydron_ng.values.blob import Blob, Token, memory_of

#: Up: so many calls are to be had; here is one, or there is none; nobody wants that one any more;
#: the call waits for others, or does not any more.
OFFER: Final = b"\0offer"
GIVEN: Final = b"\0given"
NOTHING: Final = b"\0nothing"
UNWANTED: Final = b"\0unwanted"
WAITS: Final = b"\0waits"
GOES_ON: Final = b"\0goes on"
#: Down: somebody has time for a call; it is done; nobody does it.
ASKED: Final = b"\0asked"
DONE: Final = b"\0done"
LOST: Final = b"\0lost"

UP: Final = frozenset({OFFER, GIVEN, NOTHING, UNWANTED, WAITS, GOES_ON})


def about(word: bytes, number: int) -> Blob:
    """A word about a place, or a number of them."""
    return word, b"%d" % number


def number_in(blob: Blob) -> int:
    """The number in such a word."""
    return int(memory_of(blob[1]))


class Given(NamedTuple):
    """A call for a place.

    left: so many more are to be had. size: calls in it. label: function and arguments, to be told.
    tokens: what the worker that makes it has to know; definitions: of those of them that the
    program does not know. settings: None: those of the last one that was given.
    """

    place: TaskId
    left: int
    size: int
    label: str
    tokens: tuple[Token, ...]
    definitions: tuple[tuple[Token, Blob], ...]
    settings: Settings | None

    def word(self, call: Blob) -> Blob:
        """With the bytes of the call."""
        return GIVEN, pickle.dumps(tuple(self), 5), *call

    @classmethod
    def read(cls, blob: Blob) -> tuple[Given, Blob]:
        """It, and the bytes of the call."""
        return cls(*pickle.loads(memory_of(blob[1]))), blob[2:]


class Told(NamedTuple):
    """What a worker has to know before it hands on calls.

    workers: how many there are. window: as configured. is_kept: are translations kept on disk?
    """

    workers: int
    window: int
    is_kept: bool

    def blob(self) -> Blob:
        return (pickle.dumps(tuple(self), 5),)

    @classmethod
    def read(cls, blob: Blob) -> Told:
        return cls(*pickle.loads(memory_of(blob[0])))
