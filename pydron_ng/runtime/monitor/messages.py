"""What a program is asked, and what it answers: one line of JSON each."""

from __future__ import annotations

import msgspec

from pydron_ng.runtime.status import Status

MOST_BYTES = 1 << 16  # of a request


class Look(msgspec.Struct, frozen=True, tag="look"):
    """How is it?"""


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """That task is to end, with the worker that runs it."""

    pool: int
    task: int


class Kill(msgspec.Struct, frozen=True, tag="kill"):
    """That worker is to end."""

    pool: int
    worker: int


class End(msgspec.Struct, frozen=True, tag="end"):
    """All workers are to end."""


Request = Look | Cancel | Kill | End


class PoolTold(msgspec.Struct, frozen=True):
    """number: of the program's own. kind: what has the workers, as a program says it."""

    number: int
    kind: str
    status: Status


class Told(msgspec.Struct, frozen=True, tag="told"):
    """A program. since: when its first workers were hired, in seconds since the epoch."""

    pid: int
    name: str
    since: float
    pools: tuple[PoolTold, ...]


class Done(msgspec.Struct, frozen=True, tag="done"):
    """what: was done, in words."""

    what: str


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """why: nothing was done."""

    why: str


Answer = Told | Done | Refused
