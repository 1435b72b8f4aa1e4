"""Several processes that run random programs at a time; one that ends is replaced."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import msgspec

from tests.fuzz import hidden
from tests.fuzz.programs import generate
from tests.fuzz.results import Result
from tests.fuzz.setups import draw

#: A process gets a successor after so many programs: it has seen enough modules by then.
PROGRAMS_OF_ONE = 500


def results(seeds: Iterable[str], jobs: int, workers: str) -> Iterator[Result]:
    """What becomes of the programs, as they are judged; closing it ends all processes."""
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for seed in seeds:
        todo.put(seed)
    done: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
    runners = [Runner(todo, done, workers) for _ in range(jobs)]
    for runner in runners:
        runner.start()
    try:
        for _ in runners:
            yield from iter(done.get, None)
    finally:
        for runner in runners:
            runner.stop()
        for runner in runners:
            runner.join()


class Runner(threading.Thread):
    """Hands seeds to a process of its own, and its results on."""

    def __init__(
        self,
        todo: queue.SimpleQueue[str],
        done: queue.SimpleQueue[Result | None],
        workers: str,
    ) -> None:
        super().__init__(daemon=True)
        self._todo, self._done, self._workers = todo, done, workers
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        try:
            while not self._todo.empty() and not self._stopped:
                self._one_process()
        finally:
            self._done.put(None)

    def stop(self) -> None:
        """Start nothing any more, and end what runs."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _one_process(self) -> None:
        command = [sys.executable, "-m", "tests.fuzz.job", self._workers]
        pipe = subprocess.PIPE
        with (
            TemporaryDirectory(prefix="pydron-fuzz-") as folder,
            TemporaryFile() as said,
            subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=said, env=_environment(folder)
            ) as process,
        ):
            self._process = process
            for _ in range(PROGRAMS_OF_ONE):
                if self._stopped or not self._one_program(process, said):
                    return
            assert process.stdin is not None
            process.stdin.close()

    def _one_program(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> bool:
        """Whether the process can go on."""
        try:
            seed = self._todo.get_nowait()
        except queue.Empty:
            process.communicate()
            return False
        answer = _asked(process, seed)
        if answer:
            self._done.put(msgspec.json.decode(answer, type=Result))
        elif not self._stopped:
            self._done.put(_death(seed, self._workers, process, said))
        return bool(answer)


def _environment(folder: str) -> dict[str, str]:
    """All that the process leaves behind, even if it is killed, is in the folder."""
    kept = {name: value for name, value in os.environ.items() if name != hidden.OF_FOLDER}
    return {**kept, "TMPDIR": folder}


def _asked(process: subprocess.Popen[bytes], seed: str) -> bytes:
    """The line that answers; empty if the process has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(seed.encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        return b""
    return process.stdout.readline()


def _death(seed: str, workers: str, process: subprocess.Popen[bytes], said: IO[bytes]) -> Result:
    """The process has ended instead of answering: that is a mismatch as well."""
    said.seek(0)
    last = said.read()[-4000:].decode(errors="replace")
    why = f"the process ended with status {process.wait()}; it said last:\n{last}"
    source = generate(seed)
    productions = tuple(sorted(source.productions))
    setup = str(draw(seed, workers.split(",")))
    return Result(seed, setup, "died", productions, (), why, source.text)
