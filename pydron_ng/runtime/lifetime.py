"""Objects whose end the program sees: run-ahead never holds these."""

from __future__ import annotations

import weakref
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from pydron_ng.translation.runahead.promises import Promise

_WEAKLY_KNOWN = (type, FunctionType, ModuleType)  # registers hold these weakly as a rule


def is_mortal(value: Any) -> bool:
    """Would the program notice if somebody held on to the value: does something run at its end?"""
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
