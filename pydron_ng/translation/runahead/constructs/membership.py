"""in and not in, and chains of comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.operators import (
    LONGEST,
    choose,
    is_hashable,
    operate,
)
from pydron_ng.translation.runahead.operations import (
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.own import OWN, OwnSet, holes, shape
from pydron_ng.translation.runahead.promises import (
    Promise,
    Refused,
)
from pydron_ng.translation.runahead.registry import guard

PRODUCTIONS = (
    "for {item} in {list}:\n    if {item} not in {dict}:\n"
    "        {dict}[{item}] = {functional}({item})",
    "if ({int}, {call}) in {{({int}, {int}): {call}}}:\n    {statement}",
    "{new} = {call} in {dict}",
    "{new} = {int} if {int} <= {call} in {list} else {name}",
)


@guard
def contains(ra: Ahead, symbol: str, item: Any, container: Any) -> Any:
    """Membership of an atom, or a tuple of atoms; values of dicts need not be known."""

    def among(container: Any) -> Any:
        if shape(container) is dict:
            keys = _keys(container, item)
            return deeply(ra.ready, lambda item: _is_in(symbol, item, keys), item)
        return deeply(ra.ready, lambda item, known: _is_in(symbol, item, known), item, container)

    return lifted(ra.ready, among, container)


def _keys(container: Any, item: Any) -> Any:
    """The keys of a dict, as they are now if they are asked later."""
    missing: list[Promise] = []
    holes(item, missing)
    if not missing:
        return container
    _check(container)
    return OwnSet(container)


def _is_in(symbol: str, item: Any, container: Any) -> bool:
    if not is_hashable(item):
        raise Refused(symbol)
    _check(container)
    return (item in container) is (symbol == "in")


def _check(container: Any) -> None:
    """Raises: Refused, if looking could compare with more than atoms, or with many."""
    kind = shape(container)
    if kind in {str, bytes, range} or (kind in {dict, set} and type(container) in OWN):
        return
    if kind not in {list, tuple, set, frozenset, dict} or len(container) > LONGEST:
        raise Refused("membership")
    if not all(map(is_hashable, container)):
        raise Refused("membership")


@guard
def compared(ra: Ahead, symbol: str, left: Any, right: Any) -> Any:
    """One comparison of a chain."""
    if symbol in {"in", "not in"}:
        return contains(ra, symbol, left, right)
    return operate(ra, symbol, left, right)


@guard
def linked(ra: Ahead, symbol: str, left: Any, middle: Any, rest: Callable[[Any], Any]) -> Any:
    """A comparison and, if it holds, `rest` of the chain, which begins with `middle`."""
    first = compared(ra, symbol, left, middle)
    return choose(ra, first, lambda: rest(middle), lambda: first)
