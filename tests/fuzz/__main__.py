"""``python -m tests.fuzz``: random programs, sequential against scheduled."""

from __future__ import annotations

import argparse
import sys
import time

from tests.fuzz.campaign import Summary, campaign
from tests.fuzz.programs import generate


def main() -> int:
    """The exit status: 1 if any program differed."""
    options = _options()
    if options.show:
        print(generate(options.show).text)
        return 0
    summary, start = Summary(), time.monotonic()
    seeds = (
        [options.only] if options.only else [f"{options.seed}:{n}" for n in range(options.programs)]
    )
    for workers in options.workers.split(","):
        with campaign(workers, inline="auto" if options.auto else False) as running:
            running.run(seeds, summary, most=len(summary.mismatches) + options.most)
    for mismatch in summary.mismatches:
        print(mismatch)
    print(f"{summary}; {time.monotonic() - start:.0f} s")
    return 1 if summary.mismatches else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--programs", type=int, default=200, help="how many, on each kind of workers"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", default="threads,multicore", help="kinds of workers")
    parser.add_argument("--auto", action="store_true", help="small calls inline, as users run it")
    parser.add_argument("--most", type=int, default=5, help="stop after so many mismatches")
    parser.add_argument("--only", metavar="SEED", help="run one program, such as 1:17")
    parser.add_argument("--show", metavar="SEED", help="print one program, such as 1:17")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
