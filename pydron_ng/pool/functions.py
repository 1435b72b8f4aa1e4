"""The functions of a pool: how they travel, what they are called in messages, what calls take."""

from __future__ import annotations

from functools import partial
from types import FunctionType
from typing import Any, Final, NamedTuple
from weakref import WeakValueDictionary

from pydron_ng.backends.base import Token
from pydron_ng.pool.parcels import LARGE_FUNCTION
from pydron_ng.pool.steady import Steady
from pydron_ng.runtime.grain import is_coroutine_function
from pydron_ng.values.blob import Blob

#: Of so many functions it is remembered what a call takes, and that there was a task.
_MOST_KNOWN: Final = 256
_WEIGHT: Final = 0.3  # of the newest time in the moving average
_LEAST_SECONDS: Final = 1e-7


class Function(NamedTuple):
    """A function, how it travels, and what it is called in messages.

    name: the same as `data`, or a short one if that is large.
    """

    called: Any
    data: bytes
    name: bytes
    label: str


class Large:
    """A large function, by a name; it is there as long as a task has need of it."""

    __slots__ = ("__weakref__", "blob", "token")

    def __init__(self, token: Token, blob: Blob) -> None:
        self.token = token
        self.blob = blob


class Functions:
    """What is known of those that were given to the pool."""

    def __init__(self) -> None:
        self._steady = Steady()
        self._seconds: dict[bytes, float] = {}
        self._large: WeakValueDictionary[Token, Large] = WeakValueDictionary()
        self._seen: dict[Token, None] = {}  # large ones of which there was a task

    def of(self, called: Any) -> Function:
        """Raises: TypeError; PicklingError."""
        if not callable(called):
            raise TypeError(f"{called!r} cannot be called")
        data = self._steady.bytes_of(called)
        return Function(called, data, _name_of(data), label_of(called))

    def large(self, function: Function) -> Large | None:
        """The function by a name, if it is large, which is told to each worker once.

        One that is used once is not worth to be kept.
        """
        if function.name is function.data:
            return None
        token = Token(function.name)
        large = self._large.get(token)
        if large is None and self._was_seen(token):
            large = self._large[token] = Large(token, (function.data,))
        return large

    def _was_seen(self, token: Token) -> bool:
        if token in self._seen:
            return True
        _make_room(self._seen)
        self._seen[token] = None
        return False

    def definition(self, token: Token) -> Blob:
        """What a name is for, that a task has."""
        return self._large[token].blob

    def seconds(self, function: Function) -> float:
        """What a call takes, on the average; 0.0: nobody knows."""
        return self._seconds.get(function.name, 0.0)

    def took(self, function: Function, seconds: float, calls: int) -> None:
        """Learn from calls that were made."""
        each = max(seconds / calls, _LEAST_SECONDS)
        known = self._seconds.get(function.name)
        if known is None:
            _make_room(self._seconds)
        self._seconds[function.name] = each if known is None else known + _WEIGHT * (each - known)


def _make_room(known: dict[Any, Any]) -> None:
    """The eldest goes where there are too many."""
    if len(known) >= _MOST_KNOWN:
        known.pop(next(iter(known)), None)


def _name_of(data: bytes) -> bytes:
    if len(data) <= LARGE_FUNCTION:
        return data
    from xxhash import xxh3_128_digest

    name: bytes = xxh3_128_digest(data)
    return name


def label_of(function: Any, calls: int = 1) -> str:
    """For messages: what was to be called."""
    while type(function) is partial:
        function = function.func
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{name}()" if calls == 1 else f"{calls} calls of {name}()"


def suspends(function: Any) -> bool:
    """Are calls of it awaited: ``async def``, a part of one, an object with such a ``__call__``?"""
    while type(function) is partial:
        function = function.func
    if is_coroutine_function(function):
        return True
    if type(function) is FunctionType:
        return False
    named = (vars(kind).get("__call__") for kind in type(function).__mro__)
    return is_coroutine_function(next((call for call in named if call is not None), None))
