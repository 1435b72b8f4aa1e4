"""The driver of a pool: its workers differ, come and go, and have a last word."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet

from pydron_ng.backends.base import Backend, Blob, Call, Capabilities, WorkerId
from pydron_ng.runtime.driver import Driver
from pydron_ng.runtime.messages import Kind, Opened, Removed, Suited


class PoolDriver(Driver):
    """As Driver; these methods, too, are called with ``lock`` held."""

    @property
    def present(self) -> AbstractSet[WorkerId]:
        """The workers that are there."""
        return self._ledger.workers

    @property
    def capabilities(self) -> list[Capabilities]:
        """Of each kind of workers."""
        return self._staff.capabilities

    @property
    def is_hiring(self) -> bool:
        """Are workers on their way?"""
        return self._machine.is_hiring

    def add(self, backend: Backend, workers: int) -> None:
        """Have one more backend, whose workers start with the others."""
        self._happened(Opened(self._staff.add(backend, workers)))
        self._pump.attend()

    def remove(self, workers: Sequence[WorkerId], *, drains: bool) -> None:
        """Do without these from now on. drains: they go on with what they are at."""
        self._happened(Removed(workers, drains))
        self._pump.attend()

    def release(self, workers: Iterable[WorkerId]) -> None:
        """These are gone: leave hosts alone where nobody is left."""
        for host in {self.hosts[worker] for worker in workers}:
            if host not in {self.hosts[worker] for worker in self._ledger.workers}:
                self._staff.release(host)

    def suit(self, worker: WorkerId, kind: Kind, *, fits: bool) -> None:
        """May the worker do tasks of that kind, which not all may?"""
        self._happened(Suited(worker, kind, fits))

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        """Whether what a worker says is taken; else it waits before long."""
        self._staff.listen(worker, wanted=wanted)

    def are_resting(self, workers: Collection[WorkerId]) -> bool:
        """Have these, which were removed, done what they were at?"""
        return self._machine.resting >= self._ledger.workers & set(workers)

    def part(
        self, workers: Collection[WorkerId], blob: Blob, seconds: float
    ) -> dict[WorkerId, Blob | str]:
        """Have each of these that has settings, and no task, make one more call.

        What each has answered in so many seconds, or why it has not.
        """
        for worker in workers if not self.closed else ():
            if self._ledger.rests(worker):
                task = self.next_id()
                self._parting.begin(task, worker)
                self._staff.submit(worker, [Call(task, blob)])
        self.wait(lambda: not self._parting, seconds)
        self._parting.give_up(f"it took longer than {seconds:g} s")
        answers, self._parting.answers = self._parting.answers, {}
        return answers
