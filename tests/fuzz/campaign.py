"""Many random programs, one after the other, on one kind of workers."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import pydron_ng
from pydron_ng.testing import Call, NotEquivalent, compare, observe, observe_sequential
from tests.fuzz.programs import forget, generate, load
from tests.fuzz.shrink import shrink

SECONDS_PER_PROGRAM = 5


class Hang(BaseException):
    """A program took far too long."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A program that differs, as small as it could be made."""

    seed: str
    workers: str
    text: str
    difference: str

    def __str__(self) -> str:
        return f"--- {self.seed} on {self.workers}\n{self.text}\n{self.difference}\n"


@dataclass(slots=True)
class Summary:
    """What a campaign came to."""

    programs: int = 0
    undecorated: Counter[str] = field(default_factory=Counter)
    mismatches: list[Mismatch] = field(default_factory=list)
    productions: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        rarest = ", ".join(f"{name} {count}" for name, count in self.productions.most_common()[-5:])
        return (
            f"{self.programs} runs, {len(self.mismatches)} mismatches; rarest productions: {rarest}"
        )


class Refusals(logging.Handler):
    """Counts why functions run undecorated: a program that does so says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        if "undecorated" in record.getMessage():
            self.reasons[record.getMessage().partition("undecorated: ")[2]] += 1


@dataclass(frozen=True, slots=True)
class Campaign:
    """One kind of workers, and where programs are kept while they run."""

    workers: str
    inline: bool | str
    folder: Path
    refusals: Refusals

    def run(self, seeds: Iterable[str], summary: Summary, most: int = 5) -> None:
        """Run the programs of these seeds until `most` of them differ."""
        for seed in seeds:
            if len(summary.mismatches) >= most:
                return
            source = generate(seed)
            summary.programs += 1
            self.refusals.reasons = summary.undecorated
            summary.productions.update(source.productions)
            if self.difference(source.text, seed):
                summary.mismatches.append(self._smallest(seed, source.text))

    def difference(self, text: str, seed: str) -> str:
        """How the program's scheduled run differs from its sequential one; empty if it does not."""
        name = f"program_{seed.replace(':', '_')}"
        with _guarded(), warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            try:
                return _difference(load(text, name, self.folder))
            except (Hang, Exception) as error:
                return f"the harness itself failed: {error!r}"
            finally:
                forget(name)

    def _smallest(self, seed: str, text: str) -> Mismatch:
        small = shrink(text, lambda candidate: bool(self.difference(candidate, seed)))
        difference = self.difference(small, seed) or "not seen again: it depends on timing"
        return Mismatch(seed, self.workers, small, difference)


def _difference(call: Call) -> str:
    """The differences as text; a program that hangs by itself is not looked at."""
    sequential = observe_sequential(call)
    if any(path == "exception" and "Hang" in text for path, text in sequential.outcome):
        return ""
    differences = compare(sequential, observe(call))
    return str(NotEquivalent("program", differences)) if differences else ""


@contextlib.contextmanager
def campaign(workers: str, inline: bool | str = False, cores: int = 2) -> Iterator[Campaign]:
    """A campaign on two workers of this kind; they are the same ones for all programs."""
    with TemporaryDirectory(prefix="pydron-fuzz-") as folder:
        sys.path.insert(0, folder)
        try:
            with (
                pydron_ng.configure(workers=[{"type": workers, "cores": cores}], inline=inline),
                _refusals() as refusals,
            ):
                yield Campaign(workers, inline, Path(folder), refusals)
        finally:
            sys.path.remove(folder)


@contextlib.contextmanager
def _refusals() -> Iterator[Refusals]:
    log, refusals = logging.getLogger("pydron_ng"), Refusals()
    level, propagate = log.level, log.propagate
    log.addHandler(refusals)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield refusals
    finally:
        log.removeHandler(refusals)
        log.setLevel(level)
        log.propagate = propagate


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """A hang ends in an exception; one that swallows it ends in a dump of all threads."""
    before = signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_PER_PROGRAM, SECONDS_PER_PROGRAM)
    faulthandler.dump_traceback_later(6 * SECONDS_PER_PROGRAM, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()


def _hang(signum: int, frame: FrameType | None) -> None:
    raise Hang
