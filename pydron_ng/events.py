"""What pydron_ng says about itself: reasons, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not run ahead, not sent, or not taken.

    code: stable and documented, such as ``unknown-call``.
    line: 1-based line in the user's file, 0 where there is none.
    chain: what it follows from, outermost first, each a short sentence.
    """

    code: str
    line: int
    chain: tuple[str, ...] = ()

    def __str__(self) -> str:
        why = " <- ".join(self.chain)
        return f"line {self.line}: [{self.code}] {why}".rstrip()
