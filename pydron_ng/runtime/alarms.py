"""Events that happen by themselves after a while, unless they are called off before."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from pydron_ng.runtime.messages import Event

K = TypeVar("K", bound=Hashable)


class Alarms(Generic[K]):
    """Of one kind, each under a key. Setting and calling off cost the same however many there are.

    There are to be few different delays: for each the alarms are kept in the order of their times.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._after: dict[float, dict[K, tuple[float, Event]]] = {}
        self._next = math.inf  # none rings before

    def __contains__(self, key: K) -> bool:
        return any(key in alarms for alarms in self._after.values())

    @property
    def are_set(self) -> bool:
        return bool(self._after)

    def set(self, key: K, seconds: float, event: Event) -> None:
        """The event happens after so many seconds; an alarm under that key is called off."""
        self.call_off((key,))
        when = self._clock() + seconds
        self._after.setdefault(seconds, {})[key] = when, event
        self._next = min(self._next, when)

    def call_off(self, keys: Iterable[K]) -> None:
        for alarms in self._after.values():
            for key in keys:
                alarms.pop(key, None)

    def due(self) -> list[Event]:
        """Events whose time has come."""
        if self._next == math.inf or self._next > (now := self._clock()):
            return []
        events: list[Event] = []
        for seconds, alarms in list(self._after.items()):
            while alarms and (first := next(iter(alarms.items())))[1][0] <= now:
                events.append(first[1][1])
                del alarms[first[0]]
            if not alarms:
                del self._after[seconds]
        self._next = min(
            (next(iter(a.values()))[0] for a in self._after.values()), default=math.inf
        )
        return events

    @property
    def seconds(self) -> float | None:
        """How long there is surely none due; None: none is set."""
        return None if self._next == math.inf else max(0.0, self._next - self._clock())
