"""Work that takes a moment and always comes to the same result."""

from __future__ import annotations


def spin(rounds: int) -> int:
    """A number that depends on every round; about 0.1 ms per thousand rounds."""
    value = 1
    for index in range(rounds):
        value = (value * 31 + index) % 1_000_003
    return value
