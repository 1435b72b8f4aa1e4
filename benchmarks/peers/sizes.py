"""How much of each work is done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """calls, trips, links, leaves ...: how many; burn_seconds: how long one call computes."""

    calls: int = 20_000
    trips: int = 1_000
    links: int = 1_000
    leaves: int = 1_024
    burns: int = 2_000
    burn_seconds: float = 0.001
    arrays: int = 50
    array_bytes: int = 50_000_000
    naps: int = 200
    kill_after_seconds: float = 0.6
    tiny: int = 200_000
    many: int = 200_000
    very_many: int = 1_000_000


FULL = Sizes()

#: Only to see that everything works; the figures mean nothing.
QUICK = Sizes(
    calls=50,
    trips=5,
    links=5,
    leaves=16,
    burns=10,
    burn_seconds=0.0005,
    arrays=3,
    array_bytes=80_000,
    naps=20,
    kill_after_seconds=0.05,
    tiny=100,
    many=100,
    very_many=200,
)
