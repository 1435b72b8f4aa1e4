"""What a run has left behind: strands, tasks, objects, threads, processes, descriptors."""

from __future__ import annotations

import gc
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CoroutineType
from typing import Any
from weakref import ref

from pydron_ng.runtime.activation import Activation
from pydron_ng.runtime.calls import IssuedCall
from pydron_ng.runtime.running import Running
from pydron_ng.runtime.session import Session
from pydron_ng.runtime.task import Task
from pydron_ng.translation.runahead.ahead import Strand
from pydron_ng.translation.runahead.promises import (
    RUN_AHEAD,
    Promise,
)
from tests.fuzz.setups import CORES

#: So many sockets the program has for each worker.
_OF_A_WORKER = 2
#: Objects that live as long as the scheduled call at most.
_OURS = (Activation, Running, IssuedCall, Task, Strand, Promise)


class Watch:
    """Compares what there is after a run with what there was after the one before."""

    def __init__(self, groups: set[int]) -> None:
        """groups: the operating system's sessions that the workers' processes belong to."""
        self._groups = {str(group) for group in groups if group != os.getsid(0)}
        self._descriptors = _descriptors()
        self._threads = set(threading.enumerate())
        self._spares = 0  # workers beyond those that were asked for
        _freeze()

    def leaks(self, session: Session, held: Sequence[ref[Any]]) -> list[str]:
        """What is too much by now, as text; empty if all is well.

        held: objects of the program that are expected to be dead.
        """
        left = _unfinished(session)
        gc.collect()
        left += [f"the program's {type(o).__name__} is still held" for o in _alive(held)]
        left += _objects()
        more = session.driver._machine._spares.count - self._spares if session.is_ready else 0
        self._spares += max(0, more)
        left += [*self._threads_left(), *self._descriptors_left(more), *self._processes_left()]
        _freeze()
        return left

    def _threads_left(self) -> list[str]:
        now = set(threading.enumerate())
        new, self._threads = now - self._threads, now
        allowed = {"WorkerThread"}
        return [
            f"the thread {thread.name}"
            for thread in new
            if thread.name != "pydron" and type(thread).__name__ not in allowed
        ]

    def _descriptors_left(self, spares: int) -> list[str]:
        before, self._descriptors = self._descriptors, _descriptors()
        before["socket"] += max(0, spares) * _OF_A_WORKER
        more = self._descriptors - before
        return [f"{count} descriptors of {kind}" for kind, count in more.items()]

    def _processes_left(self) -> list[str]:
        """A launcher and its workers, no more; and none that the program would have to wait for."""
        found = [f"a child process: {child}" for child in _children()]
        members = [_member(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        count = sum(group in self._groups for group in members)
        if count > CORES + self._spares + 1:
            found.append(f"{count} processes of {CORES} workers and their launcher")
        return found


def _unfinished(session: Session) -> list[str]:
    """Wait for what runs on unheard; tasks that the driver still knows then are too many."""
    driver = session.driver
    with driver.lock:
        driver.wait(lambda: not driver._machine.busy)
        known = len(driver._register.all())
    return [f"the driver still knows {known} tasks"] if known else []


def _freeze() -> None:
    """What there is now is looked at no more: collecting takes a millisecond then."""
    gc.freeze()


def _alive(held: Sequence[ref[Any]]) -> Iterator[Any]:
    return (found for reference in held if (found := reference()) is not None)


def _objects() -> list[str]:
    counts = Counter(
        type(found).__name__
        for found in gc.get_objects()
        if isinstance(found, _OURS) or _is_strand(found)
    )
    return [f"{count} objects of type {name}" for name, count in counts.items()]


def _is_strand(found: object) -> bool:
    return type(found) is CoroutineType and found.cr_code.co_filename == RUN_AHEAD


def _descriptors() -> Counter[str]:
    """Open descriptors by kind: their numbers change when workers are replaced.

    Those of memory that is kept for the next call do not count: there is a limit to them.
    """
    kinds: Counter[str] = Counter()
    for name in os.listdir("/proc/self/fd"):
        try:
            kinds[os.readlink(f"/proc/self/fd/{name}")] += 1
        except FileNotFoundError:  # the one that lists them
            continue
    kinds.pop("/memfd:pydron (deleted)", None)
    shown: Counter[str] = Counter()
    for name, number in kinds.items():
        shown[name.partition(":")[0]] += number
    return shown


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()


def _member(entry: Path) -> str:
    """The session that a process belongs to."""
    try:
        return (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[3]
    except (FileNotFoundError, ProcessLookupError):
        return ""
