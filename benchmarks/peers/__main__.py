"""pydron_ng and its peers, all in one run: ``python -m benchmarks.peers``.

Environments are made when they are first needed, which downloads the peers; what was measured
already is not measured again. At the end stand a table and a picture.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.peers import environments
from benchmarks.peers.catalogue import OURS, PEERS, PICTURE, Entry
from benchmarks.peers.records import Records
from benchmarks.peers.runs import CHECKOUT, Runs
from benchmarks.peers.table import figure, table
from benchmarks.peers.works import WORKS, Work


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    names, works = [entry.name for entry in PEERS], [work.name for work in WORKS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=names, default=names, metavar="PEER", help=", ".join(names))
    add("--work", nargs="+", choices=works, default=works, metavar="WORK", help=", ".join(works))
    add("--rounds", type=int, default=1, help="measure each so many times; the best one counts")
    add("--cores", type=int, default=2)
    add("--quick", action="store_true", help="tiny sizes: does it work?")
    add("--results", type=Path, help="where measurements are kept; picture.png goes beside it")
    add("--environments", type=Path, default=environments.default_folder())
    add("--show", action="store_true", help="measure nothing, show what there is")
    add("--markdown", action="store_true")
    add("--no-picture", action="store_true")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    asked = arguments(given)
    size = "quick" if asked.quick else "full"
    path = asked.results or asked.environments / "results.jsonl"
    records = Records(path)
    entries = [entry for entry in PEERS if entry.name in asked.only]
    works = [work for work in WORKS if work.name in asked.work]
    if not asked.show:
        runs = Runs(records, asked.environments, size, asked.cores)
        runs.measure(entries, works, asked.rounds)
    console = Console(width=400 if asked.markdown else None)
    console.print(table(records, entries, works, size, pipes=asked.markdown))
    if not asked.no_picture:
        out = path.with_name("picture.png")
        draw(diagrams(records, entries, works, size), asked.environments, out)
        print(f"{path}\n{out}")


def diagrams(
    records: Records, entries: Sequence[Entry], works: Sequence[Work], size: str
) -> list[dict[str, Any]]:
    """What `picture.draw` takes."""
    made = []
    for work in works:
        bars = []
        for entry in entries:
            best = records.best(entry.name, work.name, size, more=work.more)
            if best is not None:
                bars.append((entry.name, best.value, figure(best.value or 0.0), best.failure))
        sense = "more is better" if work.more else "less is better"
        title = f"{work.title}\n{work.unit}, {sense}"
        if bars:
            made.append({"title": title, "ours": OURS, "bars": bars})
    return made


def draw(made: list[dict[str, Any]], folder: Path, out: Path) -> None:
    """In an environment that has matplotlib."""
    with tempfile.TemporaryDirectory() as temporary:
        bars = Path(temporary) / "bars.json"
        bars.write_text(json.dumps(made))
        python = environments.interpreter(PICTURE, folder)
        command = [str(python), "-m", "benchmarks.peers.picture", str(bars), str(out)]
        subprocess.run(command, check=True, cwd=CHECKOUT)


if __name__ == "__main__":
    main()
