"""Calls on their way together: one task for several short calls.

One call alone is a batch of one. What several come to is one blob as well; each call has an
outcome of its own in there. A call that takes the result of another one goes along with that:
a chain of calls is one round trip.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.backends.base import TaskId, Token
from pydron_ng.events import Issued
from pydron_ng.runtime.answers import (
    Links,
    call_blob,
    calls_blob,
    decode,
    decode_several,
    linked_blob,
)
from pydron_ng.runtime.task import NOBODY, Task, TaskState
from pydron_ng.translation.runahead.promises import Promise
from pydron_ng.values.blob import Blob
from pydron_ng.values.pack import pack_plain

if TYPE_CHECKING:
    from pydron_ng.runtime.calls import IssuedCall
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.outcome import Outcome
    from pydron_ng.values.functions import Identity
    from pydron_ng.values.library import Library

#: Expected work in one batch.
BATCH_SECONDS: Final = 0.001
#: The same of calls in a row; and of ones each of which takes the result of the one before.
ROW_SECONDS: Final = 0.01
CHAIN_SECONDS: Final = 0.01
#: Of what is issued at a time each worker is to get so many rows.
_ROWS_OF_A_WORKER: Final = 4
#: Calls, where one takes the result of the other.
LONGEST_CHAIN: Final = 256
#: Arguments of more bytes travel alone.
SMALL_BYTES: Final = 4096


class Batch(Task):
    """A task of one or several calls. Mutated by the dispatch, and as a task by the driver.

    calls: those that are wanted; what is taken out before the batch starts is not sent.
    sent: those that were sent, in the order of their outcomes; empty before.
    mark: that of the function of its first call.
    went_alone: is it one call, and nothing was under way when it was sent?
    """

    __slots__ = ("_built", "_room", "calls", "identity", "mark", "sent", "went_alone")
    settle: Callable[[Task], None]

    def __init__(
        self, number: TaskId, identity: Identity, tokens: tuple[Token, ...], mark: Functional
    ) -> None:
        """tokens: all that the worker has to know before."""
        self.id = number
        self.calls: list[IssuedCall] = []
        self.sent: tuple[IssuedCall, ...] = ()
        self.identity = identity
        self.mark = mark
        self.tokens = tokens
        self.seconds = 0.0
        self.limits = mark.limits
        self.state = TaskState.READY
        self.outcome: Blob | None = None
        self.lost: str | None = None
        self.deadly = self.was_late = False
        self.elapsed = 0.0
        self.worker = NOBODY
        self.went_alone = False
        self.kind = None
        self.is_coroutine = mark.is_coroutine
        self.has_suspended = False
        self._built: Blob | None = None
        self._room = 0

    @classmethod
    def of(cls, call: IssuedCall, number: TaskId, most: int, expected: float) -> Batch:
        """A new one. most: how many calls it may have. expected: seconds of one; 0.0: unknown."""
        assert call.packed is not None
        assert call.identity is not None
        tokens = *call.identity.tokens, *call.packed.tokens
        batch = cls(number, call.identity, tokens, call.mark)
        batch._room = most - 1 if expected and _is_small(call) else 0
        batch._add(call, expected)
        return batch

    def takes(self, call: IssuedCall, expected: float) -> bool:
        """Whether the call goes along with those that there are; then it does."""
        if not self._room or call.identity is not self.identity or not _is_small(call):
            return False
        if self.seconds + expected > BATCH_SECONDS:
            return False
        self._room -= 1
        self._add(call, expected)
        return True

    def takes_linked(self, call: IssuedCall, expected: float) -> bool:
        """The same for a call that takes the results of some of those that there are."""
        links = self._links(call.args)
        if self.limits is not None or call.mark.limits is not None:
            return False
        if not _is_small(self.calls[0]):
            return False  # in such a batch each call is one part
        if not links or not self.seconds or self.seconds + expected > BATCH_SECONDS:
            return False
        if len(self.calls) >= LONGEST_CHAIN:
            return False
        call.links = links
        assert call.identity is not None
        self.tokens = tuple(dict.fromkeys((*self.tokens, *call.identity.tokens)))
        self._add(call, expected)
        return True

    @property
    def parts(self) -> Blob:
        """What it takes along, as far as that may be large: several calls have nothing."""
        packed = self.calls[0].packed if len(self.calls) == 1 else None
        return () if packed is None else packed.blob

    @property
    def size(self) -> int:
        """How many calls there are in it."""
        return len(self.calls)

    @property
    def work(self) -> float:
        """How many seconds its calls will take; infinite: nobody knows."""
        return self.seconds or math.inf

    @property
    def expected(self) -> float:
        """Seconds until its outcome is here; 0.0: nobody knows.

        That is what others of the function took: values may have a long way to go.
        """
        return self.mark.elapsed if len(self.sent) == 1 else max(self.seconds, self.mark.elapsed)

    def issued(self, cause: TaskId) -> Iterator[Issued]:
        """The events that the calls go to the workers now; one that takes results goes later."""
        return (call.issued(self.id, cause) for call in self.calls if not call.links)

    def is_near(self) -> bool:
        """Is it one call, which the commit program is about to make anyway?"""
        first, *others = self.calls
        return not others and first.running.is_near(first.key[0])

    def seal(self) -> None:
        """It is complete."""
        self._room = 0

    def _add(self, call: IssuedCall, expected: float) -> None:
        self.seconds += expected
        self.calls.append(call)

    def _links(self, args: tuple[Any, ...]) -> tuple[tuple[int, IssuedCall], ...]:
        """Of each promise among the arguments its place, and the call here that it is of."""
        found = []
        for place, argument in enumerate(args):
            if type(argument) is Promise:
                call = next((c for c in reversed(self.calls) if c.promise is argument), None)
                if call is None:
                    return ()
                found.append((place, call))
        return tuple(found)

    def label(self) -> str:
        """Function and arguments, shortened, for messages."""
        if len(self.calls) == 1:
            return self.calls[0].label()
        return f"{len(self.calls)} calls of {self.identity.name}"

    @property
    def blob(self) -> Blob:
        """The bytes of the calls that are wanted when it starts; the same if it starts again."""
        if self._built is None:
            self._built = self._build()
        return self._built

    def _build(self) -> Blob:
        self.sent = sent = tuple(self._complete())
        packed = [call.packed for call in sent if call.packed is not None]
        if any(call.links for call in sent):
            return linked_blob(list(map(self._linked, sent)))
        if len(packed) == 1:
            return call_blob(self.identity, packed[0])
        return calls_blob(self.identity, packed)

    def _complete(self) -> Iterator[IssuedCall]:
        """The calls, without those that take the result of one that is not here any more."""
        here: set[IssuedCall] = set()
        for call in self.calls:
            if all(other in here for _, other in call.links):
                here.add(call)
                yield call

    def _linked(self, call: IssuedCall) -> tuple[bytes, bytes, Links]:
        assert call.identity is not None
        plain = [None if type(argument) is Promise else argument for argument in call.args]
        packed = call.packed or pack_plain(tuple(plain), {})
        assert packed is not None
        links = tuple((place, self.sent.index(other)) for place, other in call.links)
        return call.identity.token, packed.blob[0], links

    def outcomes(self, blob: Blob, library: Library) -> list[Outcome]:
        """What became of each of the calls that were sent."""
        self._built = None
        given = [(call.args, call.kwargs) for call in self.sent]
        if len(given) == 1:
            return [decode(blob, library, given[0])]
        return list(decode_several(blob, library, given))


def most_calls(seconds: float) -> int:
    """How many calls that take so long are short enough for one row."""
    return int(ROW_SECONDS / seconds)


def row_length(calls: int, workers: int, seconds: float | None) -> int:
    """How many of the calls, which are issued together and take so long each, make one row.

    Each worker is to get several, or at least one if these were too short.
    """
    share, most = -(-calls // (_ROWS_OF_A_WORKER * workers)), -(-calls // workers)
    shortest = max(1, round(min(calls, BATCH_SECONDS / seconds))) if seconds else 1
    return min(most, max(share, shortest))


def longest_chain(seconds: float) -> int:
    """The same where each takes the result of the one before: they would wait anyway."""
    return int(CHAIN_SECONDS / seconds)


def _is_small(call: IssuedCall) -> bool:
    packed = call.packed
    if packed is None or packed.tokens or call.mark.is_coroutine or call.mark.limits is not None:
        return False
    return len(packed.blob) == 1 and len(packed.blob[0]) <= SMALL_BYTES
