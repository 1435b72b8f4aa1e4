"""A colour for each function, the same in every run that has the same functions."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

#: All eyes tell them apart; after Okabe and Ito, without the red that says that the program waits.
PALETTE = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#c2ad00",
    "#8a63c7",
    "#9a6132",
    "#86c13d",
    "#5d7bd9",
)


def colours(functions: Iterable[str]) -> Mapping[str, str]:
    """By their names; those that come after all colours are taken share them."""
    found: dict[str, str] = {}
    free = set(PALETTE)
    for function in sorted(set(functions)):
        found[function] = _first_free(zlib.crc32(function.encode()) % len(PALETTE), free)
        free.discard(found[function])
    return found


def _first_free(wanted: int, free: set[str]) -> str:
    turned = PALETTE[wanted:] + PALETTE[:wanted]
    return next((colour for colour in turned if colour in free), turned[0])
