"""What is made of a function that is scheduled: a function of its own right, or it in its place."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from pydron_ng.errors import SourceMissing, TranslationError
from pydron_ng.log import log
from pydron_ng.runtime.grain import Functional, mark_of
from pydron_ng.runtime.process import said_without_source


def innermost(function: FunctionType) -> FunctionType:
    """The function that decorators with functools.wraps have been put around."""
    inner: Any = function
    while type(inner.__dict__.get("__wrapped__")) is FunctionType:
        inner = inner.__dict__["__wrapped__"]
    return inner  # type: ignore[no-any-return]


def scheduled(function: FunctionType, *, speculate: bool) -> FunctionType:
    """A scheduled function beside `function`, which is what it wraps."""
    copy = _copy(function)
    _install(copy, function, speculate=speculate)
    copy.__wrapped__ = function  # type: ignore[attr-defined]
    copy.__dict__.setdefault("__pydron_scheduled__", True)
    return copy


def schedule_in_place(function: FunctionType, *, speculate: bool) -> FunctionType:
    """Schedule `function` itself, which others hold on to; the original."""
    original = _copy(function)
    _install(function, original, speculate=speculate)
    function.__wrapped__ = original  # type: ignore[attr-defined]
    function.__dict__.setdefault("__pydron_scheduled__", True)
    return original


def _copy(function: FunctionType) -> FunctionType:
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__dict__.update(function.__dict__)
    for name in ("__module__", "__qualname__", "__doc__", "__annotations__", "__type_params__"):
        if hasattr(function, name):
            setattr(copy, name, getattr(function, name))
    mark = mark_of(function)
    if mark is not None:
        again = Functional(copy, reads=mark.reads, limits=mark.limits)
        copy.__functional__ = again  # type: ignore[attr-defined]
    return copy


def _install(target: FunctionType, original: FunctionType, *, speculate: bool) -> None:
    """Give `target` the code of the commit program; leave it alone if that cannot be had."""
    from pydron_ng.runtime.entry import install  # not needed in all workers

    try:
        install(target, original, speculate=speculate)
    except SourceMissing as error:
        _say_once(original, error)
    except TranslationError as error:
        log().info("%s runs undecorated: %s", original.__qualname__, error)
    except Exception as error:  # a function that cannot be translated is left alone
        log().warning("%s runs undecorated: %r", original.__qualname__, error)


def _say_once(function: FunctionType, why: SourceMissing) -> None:
    """A prompt would hear it at each definition."""
    first = not said_without_source
    said_without_source.add(function.__qualname__)
    say = log().warning if first else log().info
    say("%s runs as if undecorated: %s", function.__qualname__, why)
