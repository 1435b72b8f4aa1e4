"""A lock; what is read by who holds it is not read by the call that goes on."""

from __future__ import annotations

import threading

from pydron_ng.runtime.reads import Reads


class Aside:
    """inner: the lock itself."""

    def __init__(self, reads: Reads) -> None:
        self.inner = threading.RLock()
        self._reads = reads

    @property
    def is_held(self) -> bool:
        """By the calling thread?"""
        return bool(self.inner._is_owned())  # type: ignore[attr-defined]  # noqa: SLF001

    def let_go(self) -> None:
        """The calling thread does not hold it, though it may have been interrupted in doing so."""
        while self.is_held:
            self.inner.release()

    def __enter__(self) -> None:
        self.inner.acquire()
        self._reads.look_away()

    def __exit__(self, *_: object) -> None:
        self._reads.look_again()
        self.inner.release()
