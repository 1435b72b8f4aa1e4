"""The figures of a run for the top of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from pydron_ng.observe.records.duration import duration
from pydron_ng.observe.records.figures import Figures
from pydron_ng.observe.records.text import doubt, shares


def summary_of(figures: Figures) -> str:
    """HTML: where the time went, and the time to expect of other workers."""
    return "\n".join(_parts(figures))


def _parts(figures: Figures) -> Iterator[str]:
    yield _figures((name, value, meaning) for name, value, meaning in shares(figures))
    if figures.forecasts:
        yield "<p>With other workers, each on a core of its own:</p>"
        yield _figures(_forecasts(figures))
        if not figures.is_trusted:
            yield f"<p>{escape(doubt(figures).capitalize())}.</p>"


def _forecasts(figures: Figures) -> Iterator[tuple[str, str, str]]:
    for one in figures.forecasts:
        workers = f"{one.workers} worker" + "s" * (one.workers != 1)
        times = f"{figures.times(one.seconds):.1f}"
        yield workers, f"{duration(one.seconds)} · {times} x", f"{times} times as fast as the work"


def _figures(rows: Iterable[tuple[str, str, str]]) -> str:
    cells = (
        f'<div title="{escape(tip)}"><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>'
        for name, value, tip in rows
    )
    return f'<dl class="figures">{"".join(cells)}</dl>'
