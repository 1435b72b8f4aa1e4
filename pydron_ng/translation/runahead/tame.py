"""Values that run-ahead may look into: atoms and builtin containers of them, and not huge."""

from __future__ import annotations

from itertools import chain
from typing import Any

from pydron_ng.translation.runahead.constructs.operators import is_plain_atom
from pydron_ng.translation.runahead.own import (
    OwnDict,
    OwnList,
    OwnSet,
    OwnTuple,
    shape,
)
from pydron_ng.translation.runahead.promises import Refused

#: Items and characters that an operation of run-ahead may read or make.
LARGEST = 100_000
_DEEPEST = 4


def is_tame(value: Any) -> bool:
    """Is it made of atoms and builtin containers only, and not huge?"""
    return _room_after(value, LARGEST, 0) >= 0


def _room_after(value: Any, room: int, depth: int) -> int:
    """What `value` leaves of `room`, in characters and items; negative if it is not tame."""
    if is_plain_atom(value):
        return room - (len(value) if type(value) in {str, bytes} else 1)
    kind = shape(value)
    if kind is range:
        return room - len(value)
    if kind not in {list, tuple, dict, set, frozenset} or depth > _DEEPEST:
        return -1
    for item in chain.from_iterable(value.items()) if kind is dict else value:
        room = _room_after(item, room, depth + 1)
        if room < 0:
            return -1
    return room


def checked(value: Any) -> Any:
    """A value that a method of a builtin type may look at.

    Raises:
        Refused: it is of a type that may have code of its own, or a number that asks for much.
    """
    if not is_tame(value) or is_large(value):
        raise Refused("argument")
    return value


def is_large(value: Any) -> bool:
    """Is it a number that makes something huge where it counts characters or items?"""
    return isinstance(value, int) and abs(value) > LARGEST


def owned_throughout(value: Any, memo: dict[int, Any]) -> Any:
    """A container that was copied just now, with all in it, becomes run-ahead's own."""
    kind = type(value)
    if id(value) in memo or kind not in {list, dict, set, tuple}:
        return memo.get(id(value), value)
    if kind is list:
        made: Any = OwnList(owned_throughout(item, memo) for item in value)
    elif kind is dict:
        made = OwnDict((key, owned_throughout(item, memo)) for key, item in value.items())
    elif kind is set:
        made = OwnSet(value)
    else:
        made = OwnTuple(owned_throughout(item, memo) for item in value)
    return memo.setdefault(id(value), made)


def owned(value: Any) -> Any:
    """A container that was made just now becomes run-ahead's own."""
    kinds: dict[type, type] = {list: OwnList, dict: OwnDict, set: OwnSet}
    kind = kinds.get(type(value))
    return value if kind is None else kind(value)
