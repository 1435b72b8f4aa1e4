"""Shows the progress of scheduled calls, where somebody is to see it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from pydron_ng.observe.progress import is_in_notebook, is_on_terminal
from pydron_ng.observe.progress.figures import Figures, read
from pydron_ng.observe.progress.forecast import Forecast
from pydron_ng.observe.progress.wording import glyphs_of, summed_up, worded

if TYPE_CHECKING:
    from pydron_ng.runtime.watch import Begun


class Screen(Protocol):
    """Where it is shown. seconds: from one showing to the next."""

    seconds: float

    def show(self, line: Callable[[int], str]) -> None:
        """Show the line, in place of the one before. It is given the number of columns."""

    def end(self, line: str) -> None:
        """Nothing is to be shown any more. line: what could be said of all of it."""

    def forget(self) -> None:
        """In a forked child: close the descriptors and say nothing."""


class Progress:
    """Who is told of calls that take long, see ``Teller``."""

    def __init__(self) -> None:
        self._screen = _screen()
        self._glyphs = glyphs_of(getattr(sys.stderr, "encoding", None) or "ascii")
        self._forecast = Forecast()
        self._last: Figures | None = None

    def tell(self, calls: Sequence[Begun]) -> float:
        """Show how far the oldest of them has come."""
        figures = read(calls)
        if figures is not None:
            self._last = figures
            outlook = self._forecast.after(figures)
            self._screen.show(lambda columns: worded(figures, outlook, columns, self._glyphs))
        return self._screen.seconds

    def end(self) -> None:
        """Nothing is left of it on a terminal."""
        last, self._last = self._last, None
        self._screen.end("" if last is None else summed_up(last))

    def forget(self) -> None:
        self._screen.forget()


def _screen() -> Screen:
    """Raises: OSError."""
    if is_on_terminal():
        from pydron_ng.observe.progress.terminal import Terminal

        return Terminal()
    if is_in_notebook():
        from pydron_ng.observe.progress.notebook import Notebook

        return Notebook()
    from pydron_ng.observe.progress.lines import Lines

    return Lines()
