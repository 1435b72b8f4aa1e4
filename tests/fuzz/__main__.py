"""``python -m tests.fuzz``: random programs, sequential against scheduled."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from tests.fuzz.jobs import results
from tests.fuzz.replay import replay
from tests.fuzz.results import Record, Summary
from tests.fuzz.setups import WORKERS


def main() -> int:
    """The exit status: 1 if any program differed."""
    options = _options()
    if options.replay:
        return int(replay(options.replay, options.workers.split(",")))
    console, summary, begun = Console(), Summary(), time.monotonic()
    record = Record(options.record)
    record.load(summary)
    with contextlib.suppress(KeyboardInterrupt):
        _run(options, summary, record, console)
    summary.show(console)
    console.print(f"{time.monotonic() - begun:.0f} s")
    return 1 if summary.mismatches else 0


def _run(options: argparse.Namespace, summary: Summary, record: Record, console: Console) -> None:
    """Run what is left to be run, until too many programs differ."""
    seeds = [f"{options.seed}:{n}" for n in range(options.programs)]
    left = [seed for seed in seeds if seed not in summary.seeds]
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, *times, console=console) as progress:
        bar = progress.add_task("programs", total=len(left))
        for result in results(left, options.jobs, options.workers):
            record.add(result)
            summary.add(result)
            count = len(summary.mismatches)
            progress.update(bar, advance=1, description=f"{count} mismatches")
            if count >= options.most:
                break


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=200, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="programs are seed:0, seed:1 ...")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many run at a time")
    parser.add_argument("--workers", default=",".join(WORKERS), help="kinds of workers")
    parser.add_argument("--most", type=int, default=20, help="stop after so many mismatches")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="keep the results there; programs whose results it holds are not run again",
    )
    parser.add_argument(
        "--replay",
        metavar="SEED",
        help="run one program, such as 1:17, and show it, its run-ahead program, the difference",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
