"""The picture: one small diagram for each work.

    python -m benchmarks.peers.picture BARS OUT

Needs nothing but matplotlib, so that it can be drawn in an environment that has only that.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_COLUMNS = 3


def draw(diagrams: list[dict[str, Any]], out: Path) -> None:
    """Each diagram: title, and (peer, value or None, as text, failure) from top to bottom."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = -(-len(diagrams) // _COLUMNS)
    size = 5.2 * _COLUMNS, 2.9 * rows
    figure, places = plt.subplots(rows, _COLUMNS, figsize=size, squeeze=False)
    for place in places.flat[len(diagrams) :]:
        place.axis("off")
    for place, diagram in zip(places.flat, diagrams, strict=False):
        _bars(place, diagram)
    figure.tight_layout()
    figure.savefig(out, dpi=110)


def _bars(place: Any, diagram: dict[str, Any]) -> None:
    bars = diagram["bars"]
    shown = [value for _, value, _, _ in bars if value and value > 0]
    smallest = min(shown, default=1.0)
    for height, (peer, value, figure, failure) in enumerate(bars):
        colour = "tab:orange" if peer == diagram["ours"] else "tab:gray"
        length = max(value, smallest / 2) if value is not None else smallest / 2
        place.barh(height, length, color=colour if value is not None else "none")
        text = f" {figure}" if value is not None else f" {failure[:38]}"
        place.text(length if value is not None else smallest / 2, height, text, va="center")
    place.set_yticks(range(len(bars)), [peer for peer, *_ in bars])
    place.invert_yaxis()
    place.set_xscale("log")
    place.set_xlim(smallest / 2, max(shown, default=1.0) * 6)
    place.set_title(diagram["title"], fontsize=9)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
