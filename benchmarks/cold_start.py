"""What a fresh program waits for: import, decoration, first results, translation.

    python benchmarks/cold_start.py

Each figure is the median of several fresh processes, in milliseconds since the interpreter was
started. Beside it, how many bare starts of the interpreter (``python -c pass``), and how many first
results of a ProcessPoolExecutor, that is, each taken in turn with it: on a busy machine these
ratios say more. All modules have been compiled before, as those of an installed package are.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import NamedTuple

REPEATS = 11
CONFIGURATION = '{"workers": [{"type": "multicore", "cores": 2}]}'
ALL_SENT = '{"workers": [{"type": "multicore", "cores": 2}], "inline": false}'

PROGRAM = """
import os, sys, time
from pydron_ng import functional, schedule

SECONDS = 0.02 if sys.argv[1] == "long" else 0.0

@functional
def double(x):
    time.sleep(SECONDS)
    return 2 * x, os.getpid()

@schedule
def program(n):
    seen = 0
    for x in range(n):
        value, process = double(x)
        if sys.argv[1] == "first" or process != os.getpid():
            leave(seen)
    return seen

def leave(seen):
    sys.stdout.flush()
    os._exit(0)

if sys.argv[1] != "decorated":
    program(500)
"""
POOL = """
import os
from concurrent.futures import ProcessPoolExecutor

def double(x):
    return 2 * x, os.getpid()

if __name__ == "__main__":
    with ProcessPoolExecutor(2) as pool:
        pool.submit(double, 1).result()
    os._exit(0)
"""
#: What is told, the program's argument, and its configuration.
CASES = (
    ("a function decorated", "decorated", "pydron.conf"),
    ("first result, of a call made inline", "first", "pydron.conf"),
    ("first result of a worker, every call sent", "sent", "sent.conf"),
    ("first result of a worker, calls of 20 ms", "long", "pydron.conf"),
)
#: A function of some 200 lines.
LONG = (
    """
import sys, time
from pydron_ng import functional, schedule

@functional
def f(x, y):
    return x + y

def long(items):
    out = []
"""
    + "".join(
        f"""
    for item in items:
        if item is None:
            continue
        try:
            value = f(item, {number})
            if value > {number}:
                out.append(f(value, 3))
        except ValueError as error:
            print("bad", item, error)
"""
        for number in range(24)
    )
    + """
    return out

long([])
began = time.perf_counter()
scheduled = schedule(long)
scheduled([])
print(1e3 * (time.perf_counter() - began))
"""
)


def main() -> None:
    """Print all figures, without what was kept of earlier runs and with it."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        for name, text in (
            ("program.py", PROGRAM),
            ("pool.py", POOL),
            ("long.py", LONG),
            ("pydron.conf", CONFIGURATION),
            ("sent.conf", ALL_SENT),
        ):
            (place / name).write_text(text)
        columns = f"{'ms':>7} {'bare starts':>12} {'pools':>6}"
        print(f"{'from the start of the interpreter to':56} {columns}")
        _tell("import pydron_ng", Start(place, ["-c", "import pydron_ng"]))
        for what, argument, conf in CASES:
            for kept in (False, True):
                _tell(_named(what, kept=kept), Start(place, ["program.py", argument], conf, kept))
        print("\na function of 200 lines, decorated and called with nothing, in a warm process")
        for kept in (False, True):
            starts = [Start(place, ["long.py"], kept=kept) for _ in range(REPEATS + 1)]
            took = [float(start.run()) for start in starts][1:]
            print(f"{_named('translated', kept=kept):56} {statistics.median(took):7.0f}")


def _named(what: str, *, kept: bool) -> str:
    return f"{what}, {'translations' if kept else 'nothing'} kept"


class Start(NamedTuple):
    """A fresh interpreter. kept: it finds what earlier ones have kept of their translations."""

    place: Path
    arguments: list[str]
    configuration: str = "pydron.conf"
    kept: bool = True

    def seconds(self) -> float:
        began = time.perf_counter()
        self.run()
        return time.perf_counter() - began

    def run(self) -> str:
        """What it prints."""
        place = str(self.place)
        kept = f"{place}/kept" if self.kept else mkdtemp(dir=place)
        variables = {
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
            "PYTHONPYCACHEPREFIX": f"{place}/compiled",
            "PYDRON_CACHE_DIR": kept,
            "PYDRON_CONF": f"{place}/{self.configuration}",
        }
        others = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.run(
            [sys.executable, *self.arguments],
            cwd=place,
            env=others | variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def _tell(what: str, start: Start) -> None:
    """Print the median, and those of the ratios to what was started before and after it."""
    beside = Start(start.place, ["-c", "pass"]), start, Start(start.place, ["pool.py"])
    rounds = [tuple(one.seconds() for one in beside) for _ in range(REPEATS + 1)][1:]
    took = statistics.median(ours for _, ours, _ in rounds)
    starts = statistics.median(ours / bare for bare, ours, _ in rounds)
    pools = statistics.median(ours / pool for _, ours, pool in rounds)
    print(f"{what:56} {1e3 * took:7.0f} {starts:12.1f} {pools:6.1f}")


if __name__ == "__main__":
    main()
