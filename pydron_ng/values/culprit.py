"""Which part of a value could not be sent, in words."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from pydron_ng.values.foreign import is_foreign
from pydron_ng.values.unshippable import Unshippable

#: So many containers are looked into for the place of the culprit; without a place it is a reason.
_LOOK_INTO: Final = 200


def describe_failure(failure: Exception, value: object, culprit: object = None) -> Unshippable:
    """What went wrong while `value` was packed, as a reason to make the call inline.

    culprit: what was being packed at that moment.

    Raises: `failure` itself, if it came out of a signal handler of the program's.
    """
    if not isinstance(failure, Unshippable) and is_foreign(failure):
        raise failure
    place = _place_of(culprit, value)
    match failure:
        case Unshippable():
            return Unshippable(failure.code, failure.why + place)
        case RecursionError():
            return Unshippable("unshippable-depth", "the value is nested too deeply to be sent")
        case pickle.PicklingError() | TypeError() | AttributeError():
            return Unshippable("unshippable-type", f"it cannot be pickled: {failure}{place}")
        case _:
            pass
    why = f"packing a {type(value).__qualname__} failed: {type(failure).__qualname__}: {failure}"
    return Unshippable("unshippable-error", why)


def _place_of(culprit: object, value: object) -> str:
    """Where in the value it is, such as `` (in argument 1: .items[2]['a'])``; often unknown."""
    paths: deque[tuple[str, object]] = deque([("", value)])
    seen: set[int] = set()
    while paths and len(seen) < _LOOK_INTO and culprit is not None:
        path, obj = paths.popleft()
        if obj is culprit:
            return f" (in {_as_argument(path, value)})" if path else ""
        if id(obj) not in seen:
            seen.add(id(obj))
            paths.extend((path + step, part) for step, part in _parts(obj))
    return ""


def _parts(obj: Any) -> Iterator[tuple[str, object]]:
    if type(obj) in (list, tuple):
        yield from ((f"[{index}]", part) for index, part in enumerate(obj[:_LOOK_INTO]))
    elif type(obj) is dict:
        yield from (
            (f"[{key!r:.40}]", part) for key, part in obj.items() if type(key) in (str, int)
        )
    elif type(state := _state_of(obj)) is dict:
        yield from ((f".{name}", part) for name, part in state.items())


def _state_of(obj: object) -> object:
    """The instance dictionary, if it has one; no code of the class runs."""
    try:
        return object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return None


def _as_argument(path: str, value: object) -> str:
    """The path in words, where the value is the arguments of a call: a tuple and a dictionary."""
    match value:
        case (tuple(), dict()):
            which, _, rest = path[4:].partition("]")
            name = f"argument {int(which) + 1}" if path.startswith("[0]") else f"argument {which}"
            return f"{name}: {rest}" if rest else name
        case _:
            return path
