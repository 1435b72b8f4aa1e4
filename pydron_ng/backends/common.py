"""What all kinds of workers are told in pydron.conf."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

#: Words of the user's own, for ``Pool.options(where=)``.
Labels = tuple[Annotated[str, msgspec.Meta(pattern=r"^\S+$", examples=["gpu"])], ...]

#: How much of the large values that have come by a host keeps.
KeptMb = Annotated[int, msgspec.Meta(ge=0)] | Literal["auto"]


def most_kept(said: int | Literal["auto"]) -> int | None:
    """In MB; None: the host knows."""
    return None if said == "auto" else said


class Common(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"
):
    """See docs/configuration.md; each kind is a ``tag`` of its own."""

    enabled: bool = True
    cores: Annotated[int, msgspec.Meta(ge=1)] | Literal["auto"] = "auto"
    labels: Labels = ()

    @property
    def workers(self) -> int | None:
        """How many there are to be; None: as many as there are cores."""
        return None if self.cores == "auto" else self.cores
