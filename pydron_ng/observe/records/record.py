"""A run on record: frozen data, and the JSON file of it.

All times are seconds since the recording began, by one clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec

from pydron_ng.errors import RecordError

#: Of the file; it grows by one if a key goes or means something else.
VERSION = 1
NEVER = -1.0
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Key = Annotated[tuple[int, ...], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Need(msgspec.Struct, frozen=True):
    """A call at `site` takes what calls at `of` return, as far as the source tells.

    common: how many loops there are around both. carried: of these, the number of the one whose
        pass before is meant; -1: the same pass of all.
    """

    site: int
    of: int
    common: int
    carried: int = -1


class Frame(msgspec.Struct, frozen=True):
    """One call of a scheduled function. left: NEVER while it is not over.

    source: where in `Record.needs` is what its calls need.
    retired: the code that says why it was not run ahead to its end; empty if it was.
    """

    number: int
    function: str
    file: str
    line: int
    thread: int
    entered: float
    source: int
    left: float = NEVER
    retired: str = ""


class Call(msgspec.Struct, frozen=True):
    """A functional call that was issued, or a row of short ones.

    calls: how many; those of a row are made one after the other. task: calls of the same task
        travel together. frame: the number of the scheduled call that it is made for.
    key: its site, then the counters of the loops around it. cause: the task whose outcome had to
        be there first; -1: only the program had to come so far.
    settled: when its outcome was there; NEVER: nobody has made it, or the program itself has.
    seconds: of the call alone, on its worker. elapsed: the same with its way there and back.
    taken: when the program took the outcome; NEVER: it did not. waited: how long it waited for it.
    """

    number: int
    function: str
    file: str
    line: int
    label: str
    issued: float
    task: int
    frame: int
    key: Key
    cause: int
    calls: Count = 1
    settled: float = NEVER
    seconds: Seconds = 0.0
    worker: int = -1
    elapsed: Seconds = 0.0
    taken: float = NEVER
    waited: Seconds = 0.0

    @property
    def began(self) -> float:
        """When its worker began with it."""
        return self.settled - self.seconds


class Made(msgspec.Struct, frozen=True):
    """A functional call that the program made itself.

    at: when it had returned. call: its number if it had been issued, else -1. why: a code.
    """

    function: str
    file: str
    line: int
    at: float
    seconds: Seconds
    frame: int
    key: Key
    why: str
    call: int = -1


class Worker(msgspec.Struct, frozen=True):
    """A worker. host: empty on this machine. lost: NEVER while it is there."""

    number: int
    host: str
    joined: float
    lost: float = NEVER
    why: str = ""


class Tally(msgspec.Struct, frozen=True):
    """All calls of one function at one line, those included that are not listed one by one.

    sent: how many outcomes of workers were taken. sent_seconds: what they took there.
    dropped: issued, and made by nobody, or for nothing.
    waited: seconds that the program waited for them.
    made, made_seconds: by the program itself, by the code that says why.
    """

    function: str
    file: str
    line: int
    sent: int
    sent_seconds: float
    dropped: int
    waited: float
    made: Mapping[str, int]
    made_seconds: Mapping[str, float]

    @property
    def calls(self) -> int:
        """How many the program has come to."""
        return self.sent + sum(self.made.values())

    @property
    def seconds(self) -> float:
        """What all of them took, wherever."""
        return self.sent_seconds + sum(self.made_seconds.values())


class Record(msgspec.Struct, frozen=True, dict=True):
    """A run. began: when, in ISO 8601. program: what was run. cores: of this machine.

    always_sent: did ``"inline": false`` forbid the program to make calls that it may leave to
        workers?
    calls, made: one by one; of `made` those from `recorder.LEAST_SECONDS` on.
    handed_on, handed_on_seconds: calls that workers made for calls on other workers.
    unlisted: how many calls are in `tallies` alone because there were more than `recorder.MOST`.
    """

    began: str
    program: str
    python: str
    cores: int
    seconds: Seconds
    frames: tuple[Frame, ...]
    calls: tuple[Call, ...]
    made: tuple[Made, ...]
    workers: tuple[Worker, ...]
    tallies: tuple[Tally, ...]
    needs: tuple[tuple[Need, ...], ...] = ()
    always_sent: bool = False
    handed_on: int = 0
    handed_on_seconds: float = 0.0
    unlisted: int = 0
    version: int = VERSION

    @cached_property
    def call(self) -> Mapping[int, Call]:
        """The calls by their numbers."""
        return {call.number: call for call in self.calls}

    def to_json(self) -> bytes:
        return msgspec.json.encode(self)


def writable(text: str) -> str:
    """The same, but for what no file can hold: names of files that are no text."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def read(path: Path) -> Record:
    """The record in a file. Raises: OSError, RecordError."""
    data = path.read_bytes()
    try:
        version = msgspec.json.decode(data, type=_Versioned).version
        if version != VERSION:
            why = f"it is of version {version}, and this is pydron_ng for version {VERSION}"
            raise RecordError(path, why, "read it with the pydron_ng that wrote it")
        return msgspec.json.decode(data, type=Record)
    except msgspec.MsgspecError as error:
        way_out = "name a file that `PYDRON_REPORT=run.json` or `run.save('run.json')` has written"
        raise RecordError(path, f"it is no record of a run: {error}", way_out) from None


class _Versioned(msgspec.Struct):
    version: int
