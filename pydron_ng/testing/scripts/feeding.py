"""Standard input for several runs: the first one gets what comes, the others get that again."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

_BYTES: Final = 1 << 16


class Input:
    """What comes from a descriptor, kept in a file for the next run."""

    def __init__(self, source: int, kept: Path) -> None:
        self._source = source
        self._kept = kept

    @contextmanager
    def feeding(self, pipe: IO[bytes]) -> Iterator[None]:
        """Write to the pipe in the background for as long as the block runs, then no more."""
        heard, ended = os.pipe()
        feed = self._play_back if self._kept.exists() else self._pass_on
        thread = threading.Thread(target=feed, args=(pipe, heard), daemon=True)
        self._kept.touch()
        thread.start()
        try:
            yield
        finally:
            os.close(ended)
            thread.join()
            os.close(heard)

    def _pass_on(self, pipe: IO[bytes], ended: int) -> None:
        with suppress(OSError), pipe, self._kept.open("wb") as kept:
            while ended not in select.select([self._source, ended], [], [])[0]:
                data = os.read(self._source, _BYTES)
                kept.write(data)
                if not data or not _write(pipe, data, ended):
                    break

    def _play_back(self, pipe: IO[bytes], ended: int) -> None:
        with suppress(OSError), pipe, self._kept.open("rb") as kept:
            while data := kept.read(_BYTES):
                if not _write(pipe, data, ended):
                    break


def _write(pipe: IO[bytes], data: bytes, ended: int) -> bool:
    """Was all written before the run ended? Raises: OSError if nobody reads any more."""
    os.set_blocking(pipe.fileno(), False)
    while data:
        ready, _, _ = select.select([ended], [pipe], [])  # waits for both, the first that comes
        if ready:
            return False
        data = data[os.write(pipe.fileno(), data) :]
    return True
