"""Objects whose end the program sees: run-ahead never holds these."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterator
from itertools import islice
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final

from pydron_ng.translation.runahead.promises import Promise

_WEAKLY_KNOWN = (type, FunctionType, ModuleType)  # registers hold these weakly as a rule
_CONTAINERS: Final = frozenset({list, tuple, dict, set, frozenset, deque})
_PLAIN: Final = frozenset({int, float, complex, bool, str, bytes, type(None)})
_MOST = 1_000  # objects in containers that are looked at


def is_mortal(value: Any) -> bool:
    """Would the program notice if somebody held on to the value: does something run at its end?

    Of containers that holds if it does of what is in them.
    """
    if type(value) not in _CONTAINERS:
        return type(value) not in _PLAIN and _ends_with_code(value)
    return any(map(_ends_with_code, _held_by([value])))


def _held_by(containers: list[Any]) -> Iterator[Any]:
    """What may end with code among the first things in the containers, and in those in there."""
    left = _MOST
    while containers and left > 0:
        container = containers.pop()
        values = container.values() if type(container) is dict else container
        for value in tuple(islice(values, left)):  # at once: others may change it
            kind = type(value)
            if kind in _CONTAINERS:
                containers.append(value)
            elif kind not in _PLAIN:
                yield value
        left -= 1 + len(container)


def _ends_with_code(value: Any) -> bool:
    kind = type(value)
    try:
        type.__getattribute__(kind, "__del__")  # a metaclass is not asked
    except AttributeError:
        return weakref.getweakrefcount(value) > 0 and not issubclass(kind, _WEAKLY_KNOWN)
    return True


def tell(promise: Promise, value: Any) -> None:
    """Keep a promise of run-ahead's, without a look at a value that is not to be held."""
    if is_mortal(value):
        promise.withhold()
    else:
        promise.keep(value)


def tell_failure(promise: Promise, failure: BaseException) -> None:
    """Fail a promise with an exception like `failure`, which holds no frames and what is in them.

    Where there is none the promise stays open.
    """
    reduced: tuple[Any, ...] = BaseException.__reduce__(failure)  # type: ignore[assignment]
    kind, args, *attributes = reduced
    new = next(vars(base)["__new__"] for base in kind.__mro__ if "__new__" in vars(base))
    is_plain = type(new) is BuiltinFunctionType and not issubclass(kind, BaseExceptionGroup)
    held = [*args, *(value for named in attributes for value in named.values())]
    if is_plain and not any(map(is_mortal, held)):
        like = new(kind, *args)
        for named in attributes:
            object.__getattribute__(like, "__dict__").update(named)
        promise.fail(like)
