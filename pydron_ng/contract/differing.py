"""The first place where a value differs from what it was, in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from pydron_ng.contract.showing import shown
from pydron_ng.values.digest import ATOMS

_DEPTH: Final = 20
_MISSING: Final = object()


def first_change(name: str, before: object, after: object) -> str:
    """``rows[3]: 1 -> 2``; empty if the difference is in nothing that can be looked into.

    before: a copy of what was there, so that identity says nothing.
    """
    return next(_changes(name, before, after, 0), "")


def _changes(path: str, before: Any, after: Any, depth: int) -> Iterator[str]:
    if type(before) is not type(after) or type(after) in ATOMS:
        one, other = shown(before), shown(after)
        if one != other or type(before) is not type(after):
            yield f"{path}: {one} -> {other}"
    elif depth < _DEPTH:
        yield from _inside(path, before, after, depth + 1)


def _inside(path: str, before: Any, after: Any, depth: int) -> Iterator[str]:
    if isinstance(after, dict):
        yield from _items(path, dict(before), dict(after), depth)
    elif isinstance(after, list | tuple):
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from _changes(f"{path}[{index}]", one, other, depth)
        if len(before) != len(after):
            yield _lengths(path, before, after)
    elif isinstance(after, set | frozenset):
        if len(before) != len(after):
            yield _lengths(path, before, after)
    elif _is_array(after):
        yield from _elements(path, before, after)
    else:
        yield from _attributes(path, before, after, depth)


def _lengths(path: str, before: Any, after: Any) -> str:
    return f"len({path}): {len(before)} -> {len(after)}"


def _items(path: str, before: dict[Any, Any], after: dict[Any, Any], depth: int) -> Iterator[str]:
    """Keys are matched by what they look like: those before are copies."""
    old = {shown(key): value for key, value in before.items()}
    new = {shown(key): value for key, value in after.items()}
    for key in {**old, **new}:
        if key not in old:
            yield f"{path}[{key}]: new, {shown(new[key])}"
        elif key not in new:
            yield f"{path}[{key}]: gone, it was {shown(old[key])}"
    for key, value in new.items():
        if key in old:
            yield from _changes(f"{path}[{key}]", old[key], value, depth)


def _is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _elements(path: str, before: Any, after: Any) -> Iterator[str]:
    if before.shape != after.shape or before.dtype != after.dtype:
        yield f"{path}: {before.dtype} of shape {before.shape} -> {after.dtype}, {after.shape}"
        return
    places = sys.modules["numpy"].argwhere(before != after)
    if len(places):
        first = tuple(map(int, places[0]))
        where = ", ".join(map(str, first))
        more = f", and {len(places) - 1} more" if len(places) > 1 else ""
        one, other = (shown(array[first].tolist()) for array in (before, after))
        yield f"{path}[{where}]: {one} -> {other}{more}"


def _attributes(path: str, before: object, after: object, depth: int) -> Iterator[str]:
    old, new = getattr(before, "__dict__", {}), getattr(after, "__dict__", {})
    for name in {**old, **new}:
        one, other = old.get(name, _MISSING), new.get(name, _MISSING)
        if one is _MISSING:
            yield f"{path}.{name}: new, {shown(other)}"
        elif other is _MISSING:
            yield f"{path}.{name}: gone, it was {shown(one)}"
        else:
            yield from _changes(f"{path}.{name}", one, other, depth)
