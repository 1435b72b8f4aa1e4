"""Functions that gain nothing by running ahead rest: for some calls, their code does not ask.

For a long rest they are what the user wrote: the code that asks is taken out, until somebody
wakes them.
"""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.process import checks, resting, waker, watches
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.translation.entries import RESTS

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry, InnerEntry

#: More calls than there will be.
FOR_EVER = 1 << 29
#: A rest of so many calls is one by time: nobody counts them.
LONG = 64
_SECONDS_OF_A_CALL = 1e-3


def rest(entry: Entry | InnerEntry, calls: int) -> None:
    """Run as written for so many calls; an inner function until it is awake. Checks see all."""
    is_seen = bool(checks or watches)
    setattr(entry, RESTS, 0 if is_seen else calls)
    if calls:
        resting.add(entry)
    if is_seen or calls < LONG:
        entry.ask()
    elif calls >= FOR_EVER:
        entry.ask_not()
    else:
        sleep(entry, perf_counter() + calls * _SECONDS_OF_A_CALL)


def sleep(entry: Entry | InnerEntry, until: float) -> None:
    """Run as written until perf_counter() says so."""
    with suppress(RuntimeError):  # no more threads: its calls are counted
        waker.wake_at(until, entry)  # first: who sleeps unknown to it sleeps for ever
        entry.ask_not()


def let_be(function: Any, *, done: bool = False) -> None:
    """A recursion that is made inline below the level of tasks is not descended into again."""
    entry = entry_of(function)
    if entry is not None and entry.program.is_recursive:
        rest(entry, 0 if done else FOR_EVER)
