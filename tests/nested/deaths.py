"""Calls of calls whose workers die, each at a level and as often as it is told."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from pydron_ng import functional, schedule
from tests.nested.work import SECONDS


class Fate(NamedTuple):
    """Who dies: a call at that level, in a worker, so many times. program: its process.

    folder: where is noted that one has died.
    """

    program: int
    folder: str
    level: int
    times: int = 1

    @classmethod
    def of(cls, folder: Path, level: int, times: int = 1) -> Fate:
        return cls(os.getpid(), str(folder), level, times)

    def strike(self, level: int, number: int) -> None:
        """Die, if it is time."""
        if os.getpid() == self.program or level != self.level or number != 1:
            return
        for death in range(self.times):
            path = Path(self.folder, f"died {death}")
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def deaths(self) -> int:
        return len(list(Path(self.folder).iterdir()))


@functional
def made(program: int, folder: str, level: int, times: int, depth: int, number: int) -> int:
    """Begins; lets calls of the next level be made; ends."""
    fate = Fate(program, folder, level, times)
    time.sleep(SECONDS)
    if depth == 0:
        fate.strike(0, number)
        return number
    total = sum(level_of(program, folder, level, times, depth - 1))
    fate.strike(depth, number)
    return total


@schedule
def level_of(program: int, folder: str, level: int, times: int, depth: int) -> list[int]:
    found = []
    for number in range(4):
        found.append(made(program, folder, level, times, depth, number))
    return found


@functional
def forever(program: int, number: int) -> int:
    while os.getpid() != program and number:
        time.sleep(60)
    return number


@schedule
def many_forever(program: int) -> list[int]:
    return [forever(program, number) for number in range(4)]


@functional
def never_ends(program: int, number: int) -> int:
    return sum(many_forever(program)) if number else 0


@schedule(speculate=True)
def first_of_many(program: int, count: int) -> int:
    """All others are issued for nothing."""
    for number in range(count):
        if never_ends(program, number) == 0:
            return number
    return -1
