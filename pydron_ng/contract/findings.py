"""What a check finds: the code, what was seen, where, and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydron_ng.contract.showing import near
from pydron_ng.observe.codes import BREACHES, GROUPS

#: Of each breach of the contract: what to do about it.
REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {code: meaning.way_out for code, meaning in GROUPS[BREACHES].items()}
)
_INLINE: Final = "nothing, if it is quick: the call is made inline, which is exact"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a call did, or that it returned.

    code: one of REMEDIES where the contract is broken; else why the call stays inline.
    function: module and qualified name. message: one sentence.
    call: the function with its arguments, cut short.
    change: what was there before, and after; or both results, where they differ.
    file, line: the line that did it, as far as that is known; else where the function begins.
    """

    code: str
    function: str
    message: str
    call: str = ""
    change: str = ""
    file: str = ""
    line: int = 0

    @property
    def is_breach(self) -> bool:
        """Does the function break its contract, so that results may be wrong?"""
        return self.code in REMEDIES

    @property
    def way_out(self) -> str:
        """What to do about it."""
        return REMEDIES.get(self.code, _INLINE)

    def __str__(self) -> str:
        place = f"{near(self.file)}:{self.line}: " if self.file else ""
        more = [f"\n  {name}: {text}" for name, text in self._more() if text]
        return f"{place}{self.function}: {self.message} [{self.code}]{''.join(more)}"

    def _more(self) -> tuple[tuple[str, str], ...]:
        return ("call", self.call), ("what", self.change), ("try", self.way_out)
