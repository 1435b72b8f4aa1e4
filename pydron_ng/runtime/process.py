"""What there is once in the process, whatever session is in force."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakSet

from pydron_ng.backends.start import start
from pydron_ng.runtime.audience import Audience
from pydron_ng.runtime.waker import Waker
from pydron_ng.runtime.watch import Watch

if TYPE_CHECKING:
    from pydron_ng.runtime.checked import Checks
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.running import Running


class Guest(Protocol):
    """Somebody with workers of his own."""

    def rest(self) -> None:
        """The program is about to fork."""

    def resume(self) -> None:
        """It has forked, and here is the parent."""

    def forget(self) -> None:
        """Here is the child: the workers are not its own."""

    def end(self) -> None:
        """The program ends."""


#: Who hears what becomes of calls, whatever session is in force; told under the driver's lock.
audience = Audience()

#: The names of all functions that were ever decorated @functional: hints for the translation.
functional_names: set[str] = set()

#: The names of all functions that were ever decorated @schedule: likewise.
scheduled_names: set[str] = set()

#: The marks of functional functions that are not written in Python and carry none, by id.
foreign_marks: dict[int, Functional] = {}

#: The functions that have no source text; the program is told of the first one.
said_without_source: set[str] = set()

#: The threads that are just now beginning a scheduled call.
entering: set[int] = set()

#: Of each thread, the scheduled calls that were run ahead and are just about to be made.
arriving: dict[int, list[Running]] = {}

#: The entries of functions that run as they are written for a while.
resting: WeakSet[Any] = WeakSet()

#: Wakes those of them that do not count their calls.
waker = Waker()

#: The scheduled calls under way, for whoever wants to be told of those that take long.
watch = Watch(waker)

#: The translated functions, by file, code and whether they speculate: closures that are made again
#: and again are translated once.
programs: dict[tuple[str, CodeType, bool], Any] = {}


#: The checks of functional calls that are in force, the last one; usually there are none.
checks: list[Checks] = []

#: The last run that was recorded, once there is one.
runs: list[Any] = []

#: What records the program to its end, if it is asked for.
reports: list[object] = []

#: Those who have workers of their own: they take part in forks and in the end of the program.
guests: WeakSet[Guest] = WeakSet()

#: Those who have to tell scheduled functions by their code: nothing rests meanwhile.
watches: list[object] = []


def apart(work: Callable[[], Any]) -> None:
    """Have `work` done where no signal handler can interrupt it, and keep what it makes.

    Imports and C code do not survive an exception at any moment; the main thread's wait does.

    Raises: what `work` raises.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # it belongs to the thread that waits
            failures.append(failure)

    thread = threading.Thread(target=run, name="pydron_ng preparation", daemon=True)
    start(thread)
    thread.join()
    for failure in failures:
        raise failure


def in_worker() -> bool:
    """Is this a worker process?"""
    return getattr(threading.main_thread(), "is_pydron_worker", False)


def wake_all() -> None:
    """What did not pay may pay now."""
    asleep = list(resting)
    resting.clear()
    for entry in asleep:  # some go on resting
        entry.awake()
