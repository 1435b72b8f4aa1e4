"""What can be iterated without running any code of the program's."""

from __future__ import annotations

import gc
from typing import Any

_CONTAINERS = frozenset({list, tuple, dict, set, frozenset, str, bytes, range})
_VIEWS = frozenset({type({}.keys()), type({}.values()), type({}.items())})
#: These hand on what others yield, and refer to no more than those, numbers and items.
_WRAPPERS = frozenset({enumerate, zip})
_OVER: tuple[Any, ...] = ([], (), {}, {}.values(), {}.items(), set(), "", "\xe9", b"", range(0))
_ITERATORS = frozenset(
    {*(type(iter(made)) for made in (*_OVER, range(1 << 70))), type(reversed([]))}
)
_ATOMS = frozenset({int, type(None)})


def is_safe_to_iterate(value: Any) -> bool:
    """Does going over `value` run no code but Python's own, whatever its items are?"""
    kind = type(value)
    if kind in _CONTAINERS or kind in _VIEWS or kind in _ITERATORS:
        return True
    if kind is reversed:
        return all(type(part) in _CONTAINERS for part in gc.get_referents(value))
    return kind in _WRAPPERS and all(map(_hands_on_safely, gc.get_referents(value)))


def _hands_on_safely(part: Any) -> bool:
    """zip() keeps its iterators in a tuple, and the tuple that it gave last for the next time."""
    if type(part) is tuple:
        return all(map(_hands_on_safely, part))
    return type(part) in _ATOMS or is_safe_to_iterate(part)
