"""One process that runs random programs: seeds on standard input, results on standard output."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.fuzz.programs import generate
from tests.fuzz.results import Result
from tests.fuzz.setups import WORKERS, draw, sessions
from tests.fuzz.shrink import shrink
from tests.fuzz.trial import Trial

SHRINKING_SECONDS = 60


class Job:
    """Judges the programs of seeds, and any other program by its `trial`."""

    def __init__(self, trial: Trial, workers: Sequence[str]) -> None:
        self.trial = trial
        self._workers = workers

    def result(self, seed: str) -> Result:
        """What became of the program; it is made small if it differs."""
        source, setup = generate(seed), draw(seed, self._workers)
        verdict = self.trial(source.text, _module(seed), setup)
        productions, reasons = tuple(sorted(source.productions)), tuple(sorted(verdict.reasons))
        text = difference = ""
        if verdict.difference:
            text, difference = self._smallest(seed, source.text, verdict.difference)
        return Result(seed, str(setup), verdict.ending, productions, reasons, difference, text)

    def _smallest(self, seed: str, text: str, difference: str) -> tuple[str, str]:
        """A small program that differs, and how; the program itself where none is found."""
        setup, name, until = draw(seed, self._workers), _module(seed), _now() + SHRINKING_SECONDS

        def differs(candidate: str) -> bool:
            if _now() > until:
                return False
            verdict = self.trial(candidate, name, setup)
            return bool(verdict.difference) and verdict.ending != "unloadable"

        small = shrink(text, differs)
        again = self.trial(small, name, setup).difference
        return small, again or f"not seen again, it depends on timing:\n{difference}"


@contextlib.contextmanager
def job(workers: Sequence[str] = WORKERS) -> Iterator[Job]:
    """A job on workers of these kinds; they are the same ones for all programs."""
    with TemporaryDirectory(prefix="pydron-fuzz-") as folder:
        sys.path.insert(0, folder)
        hook, sys.unraisablehook = sys.unraisablehook, _say
        try:
            with sessions(workers) as open_ones:
                yield Job(Trial(open_ones, Path(folder)), workers)
        finally:
            gc.unfreeze()
            gc.collect()
            sys.path.remove(folder)
            sys.unraisablehook = hook


def _say(ignored: sys.UnraisableHookArgs) -> None:
    """What a finalizer raises is an effect like others, if it is said without an address."""
    print("ignored", ignored.exc_type.__name__, file=sys.stderr)


def _module(seed: str) -> str:
    return f"program_{seed.replace(':', '_')}"


def _now() -> float:
    return time.monotonic()


def main() -> None:
    """Until standard input ends. Programs may print where they like: that goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    with job(sys.argv[1].split(",")) as running:
        for line in sys.stdin:
            answers.write(msgspec.json.encode(running.result(line.strip())) + b"\n")


if __name__ == "__main__":
    main()
