"""The scheduled calls of a record, those included that began before it or did not end within it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import structs

from pydron_ng.observe.records.record import NEVER, Frame, Record

#: In place of what nobody knows: `Frame.source` of one that began before the record did.
NOWHERE: Final = -1


def frames_of(record: Record) -> tuple[Frame, ...]:
    """Those on record, and those that calls on record were made for; each has an end.

    One that nobody has seen begin was there from the beginning, until the last that is known of it;
    one that the program has never come to takes no time. Both are in the busiest thread.
    """
    there = tuple(_ended(frame, record) for frame in record.frames)
    known = {frame.number for frame in there}
    threads = Counter(frame.thread for frame in there).most_common(1)
    thread = threads[0][0] if threads else 0
    ends: dict[int, float] = {}
    for number, at in _seen(record):
        if number not in known:
            ends[number] = max(at, ends.get(number, 0.0))
    return (*there, *(_unseen(number, thread, end) for number, end in ends.items()))


def by_thread(frames: tuple[Frame, ...]) -> Mapping[int, list[Frame]]:
    """The frames of each thread, in their order."""
    found: dict[int, list[Frame]] = {}
    for frame in frames:
        found.setdefault(frame.thread, []).append(frame)
    return found


def _ended(frame: Frame, record: Record) -> Frame:
    left = record.seconds if frame.left == NEVER else frame.left
    return structs.replace(frame, left=max(frame.entered, left))


def _seen(record: Record) -> Iterator[tuple[int, float]]:
    """The numbers of scheduled calls, and when the program did something for them; 0.0: never."""
    yield from ((call.frame, max(0.0, call.taken)) for call in record.calls)
    yield from ((made.frame, made.at) for made in record.made)


def _unseen(number: int, thread: int, end: float) -> Frame:
    return Frame(number, "", "", 0, thread, 0.0, NOWHERE, end)
