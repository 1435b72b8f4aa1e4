"""What can be said of a line without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pydron_ng.contract.findings import REMEDIES


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A line that breaks the contract of a functional function, by all that can be read.

    line, column, end_column: from 1, the end not included. function: by its qualified name.
    subject: the name that is changed, if it is about one.
    """

    line: int
    column: int
    end_column: int
    code: str
    message: str
    why: str
    function: str
    subject: str = ""

    @property
    def way_out(self) -> str:
        """What to do about it."""
        return REMEDIES[self.code]


@dataclass(frozen=True, slots=True)
class Sight:
    """The same before it is known which functional function it is in, or who gets there."""

    node: ast.expr | ast.stmt
    code: str
    message: str
    why: str
    subject: str = ""
