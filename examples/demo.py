"""Each example twice, as a program of its own: sequentially (PYDRON=off) and scheduled.

Prints both times, and whether what they print and what they find is the same to the last byte.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = ["census.py", "images.py", "convergence.py"]
FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an example."""

    seconds: float  # from the start of the program to its end
    status: int
    printed: bytes
    complained: bytes
    found: bytes

    def same(self, other: Run) -> bool:
        """Whether nobody could tell the two runs apart but by the time."""
        return (self.status, self.printed, self.complained, self.found) == (
            other.status,
            other.printed,
            other.complained,
            other.found,
        )


def run(example: str, environment: dict[str, str], *options: str) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "results.json")
        command = [sys.executable, str(FOLDER / example), "--output", str(output), *options]
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        seconds = time.perf_counter() - started
        found = output.read_bytes() if output.exists() else b""
        return Run(seconds, done.returncode, done.stdout, done.stderr, found)


def compare(example: str) -> bool:
    """Run one example both ways, print a line of the table, and return whether they agree."""
    environment = {name: value for name, value in os.environ.items() if name != "PYDRON"}
    print(f"{example:<16}", end="", flush=True)
    sequential = run(example, environment | {"PYDRON": "off"})
    print(f"{sequential.seconds:>10.1f} s", end="", flush=True)
    scheduled = run(example, environment)
    faster = sequential.seconds / scheduled.seconds
    same = sequential.status == 0 and sequential.same(scheduled)
    print(f"{scheduled.seconds:>10.1f} s{faster:>9.2f}x   {'yes' if same else 'NO'}", flush=True)
    if not same:
        explain(sequential, scheduled)
    return same


def explain(sequential: Run, scheduled: Run) -> None:
    for name, each in (("sequential", sequential), ("scheduled", scheduled)):
        last = each.complained.decode(errors="replace").splitlines()[-8:]
        print(
            f"  {name}: status {each.status}, {len(each.printed)} bytes printed",
            *last,
            sep="\n    ",
        )
    pairs = zip(sequential.printed.splitlines(), scheduled.printed.splitlines(), strict=False)
    for number, (expected, got) in enumerate(pairs, start=1):
        if expected != got:
            print(
                f"  line {number}, sequential: {expected!r}\n  line {number}, scheduled:  {got!r}"
            )
            return


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", nargs="*", default=EXAMPLES, help="which ones; all by default")
    chosen = parser.parse_args().examples
    print(f"{os.cpu_count()} cores. The same programs, sequentially and scheduled:\n")
    print(f"{'example':<16}{'sequential':>12}{'scheduled':>12}{'speed-up':>10}   identical")
    agreed = [compare(example) for example in chosen]
    print("\nidentical: what they printed and what they found is the same, byte for byte")
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    sys.exit(main())
