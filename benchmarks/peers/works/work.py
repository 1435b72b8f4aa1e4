"""One thing that is measured, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.peer import Peer
from benchmarks.peers.sizes import Sizes


@dataclass(frozen=True, slots=True)
class Setting:
    """began: when the program was started, on the clock of ``time.monotonic``."""

    sizes: Sizes
    cores: int
    began: float


@dataclass(frozen=True, slots=True)
class Measured:
    """value: in the unit of the work; beside: other figures of the same minute."""

    value: float
    beside: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """more: is more of the unit better?

    every: each call goes to a worker, even where it would be faster not to send it.
    limit_seconds: no result after so long is none.
    shown: which of the figures beside the value belongs into the table.
    """

    name: str
    title: str
    unit: str
    run: Callable[[Peer, Setting], Measured]
    more: bool = False
    every: bool = True
    limit_seconds: float = 60.0
    shown: str = ""


class WrongError(Exception):
    """A peer came to another result than the plain program."""


def expect(got: Any, wanted: Any) -> None:
    """Raises: WrongError if it is not what the plain program computes."""
    if got != wanted:
        raise WrongError(f"{str(got)[:60]} instead of {str(wanted)[:60]}")


def seconds(deed: Callable[[], Any], wanted: Any) -> float:
    """How long it takes. Raises: WrongError."""
    began = time.perf_counter()
    got = deed()
    taken = time.perf_counter() - began
    expect(got, wanted)
    return taken
