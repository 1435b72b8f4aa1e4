"""What a task prints past Python: its C code, and programs that it starts."""

from __future__ import annotations

import codecs
import fcntl
import os
import sys
from contextlib import suppress
from typing import Final, Self

from pydron_ng.runtime.past_python import flush_of_c, nameless_file

#: What is said of each descriptor.
_KINDS: Final = {1: "out", 2: "err"}


class Beneath:
    """Meanwhile descriptors 1 and 2 lead to files of this call alone.

    A program that lives longer than the call goes on writing there, unheard.
    """

    def __init__(self, said: list[tuple[str, str]]) -> None:
        """said: where it goes, each text with "out" or "err"."""
        self._said = said
        self._flush_c = flush_of_c()
        self._files: list[_File] = []

    def __enter__(self) -> Self:
        self._flush()
        self._files = [_File(descriptor) for descriptor in _KINDS]
        return self

    def __exit__(self, *_: object) -> None:
        self.take()
        for file in self._files:
            file.close()

    def take(self) -> None:
        """Hear what has been written; before anything else is heard, so that the order is kept."""
        self._flush()
        for file in self._files:
            if text := file.read():
                self._said.append((file.kind, text))

    def _flush(self) -> None:
        for stream in (sys.__stdout__, sys.__stderr__):
            with suppress(OSError, ValueError):  # it is closed
                if stream is not None:
                    stream.flush()
        self._flush_c(None)


class _File:
    """In the place of a descriptor."""

    def __init__(self, descriptor: int) -> None:
        self.kind = _KINDS[descriptor]
        self._descriptor = descriptor
        self._kept = os.dup(descriptor)
        self._file = nameless_file("pydron-task")
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        fcntl.fcntl(self._file, fcntl.F_SETFL, os.O_APPEND)  # whoever has it writes at its end
        os.dup2(self._file, descriptor)

    def read(self) -> str:
        """What has been written since."""
        size = os.fstat(self._file).st_size
        if size == self._read:
            return ""
        start = self._read if size > self._read else 0  # someone has opened it anew
        self._read = size
        return self._decoder.decode(os.pread(self._file, size - start, start))

    def close(self) -> None:
        os.dup2(self._kept, self._descriptor)
        os.close(self._kept)
        os.close(self._file)
