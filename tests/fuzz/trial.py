"""One program, run sequentially and scheduled: what became of it."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import ref

import pydron_ng
from pydron_ng.runtime import tame
from pydron_ng.runtime.session import Session
from pydron_ng.testing import NotEquivalent, Observation, compare, observe, observe_sequential
from tests.fuzz.bounded import bounded
from tests.fuzz.hearing import Ear
from tests.fuzz.leaks import Watch
from tests.fuzz.programs import Loaded, load
from tests.fuzz.setups import Setup, known, process_groups, put_in_force

STEPS = 1200
#: Reasons that no program gives: these are faults of ours, though nothing comes out wrong.
MISTAKES = frozenset({"run-ahead-failed", "runtime-trouble", "not-translated"})
SECONDS = 30


class Hang(BaseException):
    """A program took far too long."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one program.

    difference: of the scheduled run from the sequential one; empty if there is none.
    ending: "value", "exception" or "items"; "too long" or "unsteady", which say nothing;
        "unloadable".
    reasons: codes, why something was not run ahead.
    """

    difference: str
    ending: str
    reasons: frozenset[str] = frozenset()


class Trial:
    """Runs programs, one after the other, on the workers of the sessions it was given."""

    def __init__(self, sessions: dict[str, Session], folder: Path) -> None:
        self._sessions = sessions
        self._folder = folder
        self._watch = Watch(_start_all(sessions))

    def __call__(self, text: str, name: str, setup: Setup) -> Verdict:
        """The verdict on the program of this text."""
        session = self._sessions[setup.workers]
        put_in_force(session, setup)
        with _guarded(), warnings.catch_warnings(), known(setup.seconds):
            warnings.simplefilter("ignore", SyntaxWarning)
            try:
                loaded = load(text, name, self._folder)
            except Exception as error:
                return Verdict(f"the program cannot be loaded: {error!r}", "unloadable")
            try:
                verdict = _judge(loaded, Ear() if setup.heard else None)
            finally:
                loaded.forget()
            held = loaded.made
            del loaded
            return verdict if verdict.difference else self._with_leaks(verdict, session, held)

    def _with_leaks(self, verdict: Verdict, session: Session, held: Sequence[ref[Any]]) -> Verdict:
        leaks = self._watch.leaks(session, held)
        text = "left behind: " + ", ".join(leaks) if leaks else ""
        return Verdict(text, verdict.ending, verdict.reasons)


def _start_all(sessions: dict[str, Session]) -> set[int]:
    """The operating system's sessions that their workers belong to."""
    groups: set[int] = set()
    for kind, session in sessions.items():
        put_in_force(session, Setup(kind, inline=False, window=256))
        groups |= process_groups()
    return groups


def _judge(loaded: Loaded, ear: Ear | None) -> Verdict:
    sequential = _sequential(loaded)
    if sequential is None:
        return Verdict("", "too long")
    differences = compare(sequential, _heard(loaded, ear) if ear else _scheduled(loaded))
    reasons = frozenset(reason.code for reason in loaded.reasons())
    mistakes = [str(reason) for reason in loaded.reasons() if reason.code in MISTAKES]
    mistakes += ear.mistakes() if ear else []
    if not differences:
        ending = sequential.outcome[0][0].partition("[")[0]
        return Verdict("\n".join(mistakes), ending, reasons)
    if any(_sequential(loaded) != sequential for _ in range(3)):
        return Verdict("", "unsteady", reasons)
    return Verdict(str(NotEquivalent("program", differences)), "value", reasons)


def _sequential(loaded: Loaded) -> Observation | None:
    """None if it takes too many steps."""
    with _uncollected(), bounded(loaded.path, STEPS) as steps:
        observation = observe_sequential(loaded.call)
    return None if steps.ran_out else observation


def _heard(loaded: Loaded, ear: Ear) -> Observation:
    with pydron_ng.on_event(ear.hear):
        return _scheduled(loaded)


def _scheduled(loaded: Loaded) -> Observation:
    with _uncollected():
        observation = observe(loaded.call)
    if any("Hang" in text for _, text in observation.outcome):
        faulthandler.dump_traceback(sys.__stderr__ or 2)
    return observation


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """No cycle is collected inside of the block: what that says would come at any moment."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """A hang ends in an exception; one that swallows it ends in a dump of all threads.

    Its handler is nothing that a program could tell, as another one would be.
    """
    before, handlers = signal.signal(signal.SIGALRM, _hang), tame.handlers
    setattr(tame, "handlers", lambda: [h for h in handlers() if h is not _hang])
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
    faulthandler.dump_traceback_later(4 * SECONDS, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        setattr(tame, "handlers", handlers)
        faulthandler.cancel_dump_traceback_later()


def _hang(signum: int, frame: FrameType | None) -> None:
    raise Hang
