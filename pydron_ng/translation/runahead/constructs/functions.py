"""Pure functions of Python and its library: called once all that they are given is known."""

from __future__ import annotations

import copy
from itertools import accumulate
from typing import Any

from pydron_ng.purity.functions import is_pure
from pydron_ng.purity.methods import is_pure_method
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.access import get_class
from pydron_ng.translation.runahead.constructs.arrays import function_of_arrays, makes_arrays
from pydron_ng.translation.runahead.operations import deeply
from pydron_ng.translation.runahead.promises import Refused
from pydron_ng.translation.runahead.tame import is_large, is_tame, owned, owned_throughout

PRODUCTIONS = (
    "{new} = sum({list})",
    "{new} = sorted({list}, reverse=True)",
    "{new} = sorted({list}, key=abs)",
    "{new} = max({call}, {int})",
    "{new} = min({list}, default={int})",
    "{new} = isinstance({call}, int)",
    "fresh = copy.deepcopy([{list}, {{{int}: {call}}}])\nfresh[0].append({call})\n"
    "{new} = {functional}(len(fresh[0]))",
    "{dict} = dict(copy.copy({{{int}: {call}}}))",
)
_NUMBERS = frozenset({int, float, complex, bool})
_KEYED = frozenset({sorted, min, max})
_COSTLY = frozenset({bytes, range, round})  # they make much of one number


def call_pure(ra: Ahead, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The value of a pure function, or a promise of it."""
    names = tuple(kwargs)

    def run(*values: Any) -> Any:
        split = len(values) - len(names)
        named = dict(zip(names, values[split:], strict=True))
        if makes_arrays(callee):
            return owned(function_of_arrays(callee, values[:split], named))
        if callee is isinstance:
            return _is_instance(*values[:split], **named)
        _check(callee, values[:split], named)
        value = callee(*values[:split], **named)
        if callee is copy.deepcopy:
            return owned_throughout(value, {})
        return owned(list(value) if callee is accumulate else value)

    return deeply(ra.ready, run, *args, *kwargs.values())


def _is_instance(value: Any, kinds: Any) -> bool:
    classes = kinds if type(kinds) is tuple else (kinds,)
    if any(type(kind) is not type for kind in classes):
        raise Refused("a class with a metaclass")
    return issubclass(get_class(value), classes)


def _check(callee: Any, values: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse what is not tame, and what is small and makes something huge."""
    key = named.get("key")
    looked_at = [value for name, value in named.items() if name != "key"]
    if not all(map(is_tame, (*values, *looked_at))):
        raise Refused(callee.__name__)
    if key is not None and (callee not in _KEYED or not _is_harmless(key)):
        raise Refused("key")
    if callee is accumulate and any(type(item) not in _NUMBERS for item in values[0]):
        raise Refused("accumulate")  # of texts: takes the square of their number
    if (callee is copy.copy or callee is copy.deepcopy) and (len(values) > 1 or named):
        raise Refused("memo")  # it is written to
    if callee in {bytes, round} and any(map(is_large, (*values, *looked_at))):
        raise Refused(callee.__name__)
    if getattr(callee, "__name__", "") == "mod" and type(values[0]) in {str, bytes}:
        raise Refused("%")
    start = values[1] if len(values) > 1 else named.get("start", 0)
    if callee is sum and not isinstance(start, int | float | complex):
        raise Refused("sum")  # of lists: takes the square of their number


def _is_harmless(key: Any) -> bool:
    """Can it be asked of many small values without making anything huge?"""
    return is_pure_method(key) or (is_pure(key) and key not in _COSTLY)
