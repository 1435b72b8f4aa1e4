"""Code objects: those inside of one, and what their flags say."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType
from typing import Final

#: Flags as in ``inspect``, which is slow to import.
VARARGS: Final = 0x04
VARKEYWORDS: Final = 0x08
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


def captured_in(code: CodeType) -> frozenset[str]:
    """Its names that functions inside of it see; comprehensions, which end at once, are none."""
    found: set[str] = set()
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= (
                captured_in(inner) if inner.co_name in _COMPREHENSIONS else {*inner.co_freevars}
            )
    return frozenset(found.intersection(code.co_cellvars + code.co_freevars))


#: Codes of their own up to Python 3.11.
_COMPREHENSIONS: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})


def as_generators(code: CodeType) -> CodeType:
    """The code with generators that can be awaited in place of coroutines.

    A signal may end a coroutine before it begins, and of that Python warns.
    """
    flags = code.co_flags
    if flags & COROUTINE:
        flags ^= COROUTINE | GENERATOR | ITERABLE_COROUTINE
    inner = (as_generators(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_flags=flags, co_consts=tuple(inner))
