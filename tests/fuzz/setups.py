"""How a program is run: on which workers, how far ahead, small calls inline or not."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.runtime import session as runtime
from pydron_ng.runtime.grain import Functional
from pydron_ng.runtime.session import Session

WORKERS = ("threads", "multicore")
WINDOWS = (1, 1, 2, 3, 7, 30, 256, 1000)
CORES = 2

_HEARD = 0.25  # of all programs


@dataclass(frozen=True, slots=True)
class Setup:
    """One way to run a program."""

    workers: str
    inline: Literal[False, "auto"]
    window: int
    short: bool = False  # all calls are known to be so from the beginning
    heard: bool = False  # somebody listens

    def __str__(self) -> str:
        calls = "small calls inline" if self.inline else "every call dispatched"
        short = ", short ones together" if self.short else ""
        heard = ", heard" if self.heard else ""
        return f"{self.workers}, {calls}{short}, window {self.window}{heard}"

    @property
    def seconds(self) -> float | None:
        """What a call takes as far as anybody knows: so little that several go together."""
        return (2e-4 if self.inline else 2e-5) if self.short else None


def draw(seed: str, workers: Sequence[str] = WORKERS) -> Setup:
    """The setup of the program of this seed; always the same one."""
    choose = random.Random(f"setup of {seed}")
    inline: Literal[False, "auto"] = "auto" if choose.random() < 0.25 else False
    workers_, window = choose.choice(workers), choose.choice(WINDOWS)
    return Setup(workers_, inline, window, choose.random() < 0.5, choose.random() < _HEARD)


@contextlib.contextmanager
def known(seconds: float | None) -> Iterator[None]:
    """Functions that are marked inside of the block are known to take so long."""
    initialise = Functional.__init__

    def begin(mark: Functional, *args: Any, **kwargs: Any) -> None:
        initialise(mark, *args, **kwargs)
        if seconds is not None:
            mark.seconds, mark.size = seconds, 10

    setattr(Functional, "__init__", begin)
    try:
        yield
    finally:
        setattr(Functional, "__init__", initialise)


@contextlib.contextmanager
def sessions(kinds: Sequence[str] = WORKERS) -> Iterator[dict[str, Session]]:
    """A session for each kind of workers; all of them stay, to be put in force in turn."""
    with contextlib.ExitStack() as open_ones:
        yield {
            kind: open_ones.enter_context(
                pydron_ng.configure(
                    workers=[{"type": kind, "cores": CORES}], inline=False, window=256
                )
            )
            for kind in kinds
        }


def put_in_force(session: Session, setup: Setup) -> None:
    """Scheduled calls use the workers of this session from now on; they are not started anew."""
    config = session.config._replace(inline=setup.inline, window=setup.window)
    session._config = config  # another one would start new workers
    runtime._session = session


@functional
def _group(n: int) -> int:
    return os.getsid(0) + 0 * n


@schedule
def process_groups() -> set[int]:
    """The operating system's sessions that the workers in force belong to."""
    return {_group(n) for n in range(2 * CORES)}
