"""Elapsed time of whole programs against what their data dependences allow.

    python -m benchmarks.critical_path

The programs of docs/parallelism.md: every functional call sleeps 30 ms, on 8 thread workers; the
best of a few warm calls counts. The bound of a program is its critical path on 8 workers.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from pydron_ng import configure
from tests.shapes.catalogue import SHAPES
from tests.shapes.measure import WORKERS, Times, measure
from tests.shapes.work import Shape


def figures() -> Iterator[tuple[Shape, Times]]:
    """What each program took, one line printed for each."""
    print(f"{'program':28} {'sequential':>10} {'scheduled':>10} {'bound':>7} {'ratio':>6}")
    with configure(workers=[{"type": "threads", "cores": WORKERS}]):
        for shape in SHAPES:
            taken = measure(shape)
            print(
                f"{shape.program.__name__:28} {taken.sequential:10.3f} {taken.scheduled:10.3f}"
                f" {taken.bound:7.3f} {taken.ratio:6.2f} {'' if taken.same else 'DIFFERS'}"
            )
            yield shape, taken


def main() -> None:
    """Print the table, and how close the programs come."""
    ratios = [taken.ratio for _, taken in figures()]
    print(
        f"{len(ratios)} programs: median {statistics.median(ratios):.2f}, worst {max(ratios):.2f}"
    )


if __name__ == "__main__":
    main()
