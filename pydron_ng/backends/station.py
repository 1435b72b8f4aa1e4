"""A station: one place where a configuration has workers, apart from all the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

#: Between why a station cannot be used, and what can be done about it.
WAY_OUT = "\n  try: "


class Station(NamedTuple):
    """What a look needs to know of it; ``stations`` of each kind of worker says which there are.

    config: of the kind's own model, for one worker there, that is told what keeps it away.
    workers: how many a program would have there; None: one per core.
    patience_seconds: so long it may say nothing.
    costs: what a look starts that has to be paid for; then it has to be asked for.
    """

    name: str
    config: Any
    workers: int | None = None
    tmp_dir: str = ""
    requirements: Sequence[str] = ()
    versions: Literal["warn", "strict"] = "warn"
    patience_seconds: float = 0.0
    costs: str = ""
