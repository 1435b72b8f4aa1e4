"""Code objects: those inside of one, and what their flags say."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType
from typing import Final

#: Flags as in ``inspect``, which is slow to import.
GENERATOR: Final = 0x20
COROUTINE: Final = 0x80
ITERABLE_COROUTINE: Final = 0x100  # types.coroutine has set it
ASYNC_GENERATOR: Final = 0x200


def all_codes(code: CodeType) -> Iterator[CodeType]:
    """All of them, each before those inside of it."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from all_codes(constant)
