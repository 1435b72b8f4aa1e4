"""Hearing what becomes of calls while the program runs."""

from __future__ import annotations

from typing import Self

from pydron_ng.runtime.audience import Hearer
from pydron_ng.runtime.process import audience, wake_all


class Listening:
    """Tells a hearer all events, until it is closed or its ``with`` block ends."""

    def __init__(self, hearer: Hearer, *, singly: bool = False) -> None:
        self._seat = audience.admit(hearer, singly=singly)
        wake_all()  # functions that rest would have nothing to say

    def close(self) -> None:
        """Tell it no more; may be called again."""
        audience.dismiss(self._seat)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
