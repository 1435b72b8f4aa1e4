"""Functions of Python that call a function they are given, for one item after the other."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

#: By name, as it is written at a call: where the function stands among the arguments.
FIRST = frozenset({"map", "filter", "reduce", "starmap"})
KEYED = frozenset({"sorted", "min", "max"})
_APPLIERS = (map, filter, functools.reduce, itertools.starmap, sorted, min, max)
_BY_ID: dict[int, Callable[..., Any]] = {id(function): function for function in _APPLIERS}


def is_applier(callee: object) -> bool:
    """Is it one of these functions itself, not one of the same name?

    They keep the function to themselves: nobody sees which one they were given.
    """
    return callee is not None and _BY_ID.get(id(callee)) is callee
