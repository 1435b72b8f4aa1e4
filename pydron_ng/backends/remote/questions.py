"""What the workers of one host ask the program for: each module once, however many want it."""

from __future__ import annotations

from collections.abc import Callable

from pydron_ng.backends.remote.asking import SIZE
from pydron_ng.backends.remote.channels import Asker


class Questions:
    """Answers are kept as long as the agent lives: another run of the program has another one."""

    def __init__(self, ask: Callable[[bytes], None]) -> None:
        """ask: has a question put to the program."""
        self._ask = ask
        self._answers: dict[bytes, bytes] = {}
        self._waiting: dict[bytes, list[Asker]] = {}
        self._data = bytearray()

    def asked(self, asker: Asker, name: bytes) -> None:
        if name in self._answers:
            asker.answer(self._answers[name])
            return
        waiting = self._waiting.setdefault(name, [])
        waiting.append(asker)
        if len(waiting) == 1:
            self._ask(name)

    def answered(self, data: memoryview) -> None:
        """A piece of the answers."""
        self._data += data
        while (found := self._next()) is not None:
            name, answer = found
            self._answers[name] = answer
            for asker in self._waiting.pop(name, ()):
                asker.answer(answer)

    def _next(self) -> tuple[bytes, bytes] | None:
        """A question and its answer, with the size of that before it as ``Asking`` wants it."""
        name_end = self._end_at(0)
        if name_end is None or (end := self._end_at(name_end)) is None:
            return None
        name, answer = bytes(self._data[SIZE.size : name_end]), bytes(self._data[name_end:end])
        del self._data[:end]
        return name, answer

    def _end_at(self, start: int) -> int | None:
        if len(self._data) < start + SIZE.size:
            return None
        end: int = start + SIZE.size + SIZE.unpack_from(self._data, start)[0]
        return end if len(self._data) >= end else None


def answer_to(name: bytes, answer: bytes) -> bytes:
    """Question and answer as they go to the agent."""
    return SIZE.pack(len(name)) + name + answer
