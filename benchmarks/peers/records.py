"""What was measured, kept as lines of JSON, so that a run can go on where it was interrupted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """One measurement, or why there is none.

    value: None where there is a failure. load: processes that were ready to run just before.
    """

    peer: str
    work: str
    size: str
    value: float | None
    failure: str = ""
    version: str = ""
    when: float = 0.0
    load: float = 0.0
    beside: Mapping[str, float] = field(default_factory=dict)


class Records:
    """The measurements in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.is_file() else []
        self._records = [Record(**json.loads(line)) for line in lines]

    def add(self, record: Record) -> None:
        self._records.append(record)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(record)) + "\n")

    def of(self, peer: str, work: str, size: str) -> list[Record]:
        wanted = peer, work, size
        return [r for r in self._records if (r.peer, r.work, r.size) == wanted]

    def best(self, peer: str, work: str, size: str, *, more: bool) -> Record | None:
        """The best one that has a value, else the last failure, else None."""
        records = self.of(peer, work, size)
        values = [record for record in records if record.value is not None]
        if not values:
            return records[-1] if records else None
        sign = -1 if more else 1
        return min(values, key=lambda record: sign * (record.value or 0.0))
