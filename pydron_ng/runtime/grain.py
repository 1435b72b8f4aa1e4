"""What a functional call costs, learnt per function, and whether sending it elsewhere pays."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any, ClassVar

from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.process import foreign_marks, functional_names
from pydron_ng.translation.codes import COROUTINE
from pydron_ng.values.importable import module_of

#: Below this many seconds a call costs less here than what sending it away costs.
WORTH_SENDING = 100e-6
#: The same of a worker's calls, which go by way of the program.
WORTH_HANDING_ON = 1e-3
#: A first call that has gone on for so long is one that is worth sending.
LONG_SECONDS = 0.005
#: The same as WORTH_SENDING for one of many that travel in a row.
WORTH_A_ROW = 30e-6
#: Nor is it sent if packing and unpacking, which is done here, take this share of its time.
WORTH_MOVING = 0.5
_PLAIN = (FunctionType, MethodType)
_SMALL = frozenset({bool, int, float, complex, type(None)})
_ATOM_BYTES = 16.0
_FADING = 0.995  # of the cost of moving, at each call that is not sent because of it
_WEIGHT = 0.3  # of the newest time in the moving average
_mro: Any = type.__dict__["__mro__"].__get__  # a metaclass is not asked
_names: Any = type.__dict__["__dict__"].__get__


class Functional:
    """The mark of a function that is pure by contract, with what its calls have cost.

    made: how many calls were made in the scheduled call that is under way, as far as known.
    seconds: moving average of a call; None until one was made. is_guessed: none was made.
    moving: average of the seconds that packing and unpacking for one call take here.
    size: average of the bytes of a result; None until one has come.
    elapsed: average of the seconds until an outcome was here, its way included; 0.0: none has come.
    inline: why it is never sent to a worker; empty where it may be.
    reads: it depends on more than its arguments: no outcome gets past a sync-point.
    is_coroutine: a call of it gives something to be awaited.
    limits: how long a call may take on a worker, how often it is tried; None: as usual.
    worth: in this process, seconds below which a call costs less here than elsewhere.
    """

    worth: ClassVar[float] = WORTH_SENDING

    __slots__ = (
        "__weakref__",
        "_function",
        "elapsed",
        "inline",
        "is_coroutine",
        "is_guessed",
        "limits",
        "made",
        "moving",
        "reads",
        "seconds",
        "size",
    )
    __pydron_mark__ = True  # travels with the function, and marks nothing where it arrives

    def __init__(
        self, function: Any = None, *, reads: bool = False, limits: Limits | None = None
    ) -> None:
        self._function = None if function is None else _reference(function)
        self.reads = reads
        self.limits = limits
        self.is_coroutine = is_coroutine_function(function)
        self.made = 0
        self.is_guessed = False
        self.seconds: float | None = None
        self.moving = 0.0
        self.elapsed = 0.0
        self.size: float | None = None
        self.inline = ""

    def marks(self, function: object) -> bool:
        """Is this the mark of `function` itself, not a copy made by functools.wraps?"""
        return self._function is not None and self._function() is function

    @property
    def name(self) -> str:
        """That of the function."""
        function = None if self._function is None else self._function()
        return str(getattr(function, "__name__", "a function"))

    def cost(self, seconds: float) -> None:
        """Learn from one call."""
        self.made += 1
        known = None if self.is_guessed else self.seconds
        self.is_guessed = False
        self.seconds = seconds if known is None else known + _WEIGHT * (seconds - known)

    def take_to_be_long(self) -> None:
        """A call goes on, the first one, and has taken longer than sending it would have."""
        if self.seconds is None:
            self.seconds, self.is_guessed = LONG_SECONDS, True

    def move(self, seconds: float) -> None:
        """Learn what the packing and unpacking for one call took."""
        self.moving += (_WEIGHT if self.moving else 1.0) * (seconds - self.moving)

    def weigh(self, size: int) -> None:
        """Learn from the size of one result."""
        self.size = size if self.size is None else self.size + _WEIGHT * (size - self.size)

    def answered(self, elapsed: float) -> None:
        """Learn how long it was until one outcome was there."""
        self.elapsed += (_WEIGHT if self.elapsed else 1.0) * (elapsed - self.elapsed)

    def saw(self, value: object) -> None:
        """Learn from a result that was made here, if it is one whose size is plain to see."""
        if self.size is None and type(value) in _SMALL:
            self.size = _ATOM_BYTES
        elif self.size is None and type(value) in (str, bytes):
            self.size = float(len(value))  # type: ignore[arg-type]

    @property
    def is_cheap(self) -> bool:
        """Known to cost less than sending it away."""
        return self.costs_less_than(self.worth)

    @property
    def is_cheap_in_a_row(self) -> bool:
        """Known to cost less than sending it away along with others like it."""
        return self.costs_less_than(WORTH_A_ROW)

    def costs_less_than(self, seconds: float) -> bool:
        """Is that known, of the calls that were made, or of what moving takes of their time?"""
        if self.seconds is None:
            return False
        return self.seconds < seconds or self.moving > WORTH_MOVING * self.seconds

    @property
    def pays(self) -> bool:
        """Known to cost more than sending it away."""
        return self.seconds is not None and not self.is_cheap

    def fade(self) -> None:
        """A call was not sent; what moving costs is asked again after many."""
        self.moving *= _FADING

    def __reduce__(self) -> tuple[Callable[..., Functional], tuple[Any, ...]]:
        # What was learnt here is nobody else's business.
        return _blank, (self.reads, None if self.limits is None else tuple(self.limits))


def _blank(reads: bool, limits: tuple[Any, ...] | None) -> Functional:
    return Functional(reads=reads, limits=None if limits is None else Limits(*limits))


def _reference(function: Any) -> Callable[[], Any]:
    """A weak reference; for functions of libraries that allow none a strong one."""
    try:
        return weakref.ref(function)
    except TypeError:
        return lambda: function


def is_coroutine_function(function: object) -> bool:
    """Is it an ``async def`` without yield? Asks the object nothing."""
    if type(function) is MethodType:
        function = function.__func__
    return type(function) is FunctionType and bool(function.__code__.co_flags & COROUTINE)


def mark_of(callee: object) -> Functional | None:
    """The mark of a functional callee: function, bound method, object with such a ``__call__``.

    Asks the object nothing.
    """
    if type(callee) is MethodType:
        callee = callee.__func__
    if type(callee) is FunctionType:
        mark = callee.__dict__.get("__functional__")
        return mark if type(mark) is Functional and mark.marks(callee) else None
    other = foreign_marks.get(id(callee))
    if other is not None and other.marks(callee):
        return other
    call = _call_of(callee) if "__call__" in functional_names else None
    return None if call is None else mark_of(call)


def as_method(callee: Any) -> Any:
    """An object with a functional ``__call__`` as that method of it; all else as it is."""
    if type(callee) in _PLAIN or id(callee) in foreign_marks:
        return callee
    call = _call_of(callee)
    return callee if call is None or mark_of(call) is None else MethodType(call, callee)


def _call_of(callee: object) -> FunctionType | None:
    """What calling the object runs, where that is a function; neither it nor its class is asked."""
    for base in _mro(type(callee)):
        if "__call__" in _names(base):
            found = _names(base)["__call__"]
            return found if type(found) is FunctionType else None
    return None


def mark(function: Any, *, reads: bool = False, limits: Limits | None = None) -> None:
    """Mark a function as functional.

    Raises:
        TypeError: it is no function, or no other process can be told which one it is.
    """
    if type(function) is FunctionType:
        made = Functional(function, reads=reads, limits=limits)
        function.__functional__ = made  # type: ignore[attr-defined]
    else:
        _mark_foreign(function, reads=reads, limits=limits)
    functional_names.add(function.__name__)


def _hint(wrapper: object) -> str:
    """What to do about a wrapper that keeps results, which workers would do each on its own."""
    if not hasattr(wrapper, "cache_info"):
        return ""
    name = getattr(wrapper, "__name__", "f")
    return (
        "\n  try: @functional without the cache; where it is called, in a @schedule function:"
        f" if x not in kept: kept[x] = {name}(x)"
    )


def _mark_foreign(function: Any, *, reads: bool, limits: Limits | None) -> None:
    """Mark a function that is not written in Python, which cannot carry its mark."""
    kind = type(function).__name__
    if not callable(function) or isinstance(function, type) or _is_made_here(type(function)):
        raise TypeError(f"@functional takes a function, not a {kind}{_hint(function)}")
    module = module_of(function)
    name = getattr(function, "__qualname__", getattr(function, "__name__", ""))
    if not name or getattr(sys.modules.get(module), name, None) is not function:
        said = f"@functional takes functions that a module has by name, not this {kind}"
        raise TypeError(said + _hint(function))
    foreign_marks[id(function)] = Functional(function, reads=reads, limits=limits)


def _is_made_here(cls: type) -> bool:
    """Do its objects run code that they were given: partial, lru_cache, or a class in Python?"""
    call = next((b.__dict__["__call__"] for b in cls.__mro__ if "__call__" in b.__dict__), None)
    return isinstance(call, FunctionType) or cls.__module__ == "functools"
