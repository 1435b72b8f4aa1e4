"""What is written on each instance when it is created, so that anybody can find and end it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

_FRONT = "pydron:"
#: An instance that carries it is ours.
MARK = f"{_FRONT}session"


@dataclass(frozen=True, slots=True)
class Label:
    """Whose it is, and until when.

    slot: which of the session's instances. expires: it is not in use any more, whatever happens.
    host_key: public half of the key by which it is known. kind: of those that may stand for it.
    """

    project: str
    session: str
    slot: int
    expires: datetime | None
    host_key: str
    kind: str

    @property
    def name(self) -> str:
        """For the provider's own tables."""
        return f"pydron-{self.project}-{self.session}-{self.slot}"

    @property
    def tags(self) -> dict[str, str]:
        assert self.expires is not None
        return {
            MARK: self.session,
            f"{_FRONT}project": self.project,
            f"{_FRONT}slot": str(self.slot),
            f"{_FRONT}expires": self.expires.isoformat(timespec="seconds"),
            f"{_FRONT}host-key": self.host_key,
            f"{_FRONT}kind": self.kind,
        }

    @classmethod
    def read(cls, tags: Mapping[str, str]) -> Label | None:
        """What the tags say; None if it is not ours. One with a part of them is ours, too."""
        if MARK not in tags:
            return None
        found = {key.removeprefix(_FRONT): value for key, value in tags.items()}
        slot = found.get("slot", "")
        return cls(
            found.get("project", ""),
            found["session"],
            int(slot) if slot.isdecimal() else -1,
            _moment(found.get("expires", "")),
            found.get("host-key", ""),
            found.get("kind", ""),
        )


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
