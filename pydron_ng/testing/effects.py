"""What a call says to the world, in the order in which it says it."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO, cast


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing said: text on a stream, a warning, or a log record.

    channel: ``stdout``, ``stderr``, ``warning`` or ``log``.
    """

    channel: str
    text: str

    def __str__(self) -> str:
        return f"{self.channel}: {self.text!r}"


class Effects:
    """The effects so far. Text written in several pieces to one stream is one effect."""

    def __init__(self) -> None:
        self._said: list[Effect] = []

    def add(self, channel: str, text: str) -> None:
        last = self._said[-1] if self._said else None
        if last is not None and last.channel == channel and channel in ("stdout", "stderr"):
            self._said[-1] = Effect(channel, last.text + text)
        elif text:
            self._said.append(Effect(channel, text))

    def lines(self) -> tuple[Effect, ...]:
        """All effects, streams cut into lines."""
        return tuple(piece for effect in self._said for piece in _cut(effect))


@contextmanager
def recorded() -> Iterator[Effects]:
    """The effects of the block; none of them reaches the terminal."""
    effects = Effects()
    with warnings.catch_warnings(), _streams(effects), _logs(effects):
        warnings.simplefilter("always")
        warnings.showwarning = lambda *shown: effects.add("warning", _warning(*shown[:4]))
        yield effects


class _Stream(io.TextIOBase):
    """A text stream that writes to the effects."""

    def __init__(self, channel: str, effects: Effects) -> None:
        self._channel = channel
        self._effects = effects

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._effects.add(self._channel, text)
        return len(text)


class _Handler(logging.Handler):
    """A log handler that writes to the effects."""

    def __init__(self, effects: Effects) -> None:
        super().__init__()
        self._effects = effects

    def emit(self, record: logging.LogRecord) -> None:
        where = f"{record.pathname}:{record.lineno} in {record.funcName}"
        text = f"{record.name} {record.levelname} {record.getMessage()} ({where})"
        self._effects.add("log", text)


@contextmanager
def _streams(effects: Effects) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout = cast("TextIO", _Stream("stdout", effects))
    sys.stderr = cast("TextIO", _Stream("stderr", effects))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def _logs(effects: Effects) -> Iterator[None]:
    handler = _Handler(effects)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def _warning(message: object, category: type[Warning], filename: str, lineno: int) -> str:
    return f"{category.__name__} {message} ({filename}:{lineno})"


def _cut(effect: Effect) -> list[Effect]:
    if effect.channel not in ("stdout", "stderr"):
        return [effect]
    return [Effect(effect.channel, line) for line in effect.text.splitlines(keepends=True)]
