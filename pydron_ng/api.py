"""The decorators."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pydron_ng.errors import SourceMissing, TranslationError
from pydron_ng.runtime.grain import Functional, mark_of
from pydron_ng.runtime.session import (
    functional_names,
    in_worker,
    said_without_source,
)

if TYPE_CHECKING:
    from pydron_ng.runtime.program import Program

_LOG = logging.getLogger("pydron_ng")
F = TypeVar("F", bound=Callable[..., Any])


@overload
def functional(function: F, /) -> F: ...
@overload
def functional(*, reads: bool = False) -> Callable[[F], F]: ...
def functional(function: Any = None, /, *, reads: bool = False) -> Any:
    """`function` itself, marked as pure: the same arguments give the same result, and no effect.

    reads: it depends on more than its arguments in a way that cannot be seen (a database, a
        C library that opens files): its calls stay behind the sync-points before them.

    What it prints, warns and logs is fine: that is replayed in its place.

    Raises:
        TypeError: it is no function that Python code defines.
    """
    if function is None:
        return partial(_mark, reads=reads)
    return _mark(function, reads=reads)


def _mark(function: Any, *, reads: bool) -> Any:
    inner = function.__func__ if isinstance(function, staticmethod | classmethod) else function
    if type(inner) is not FunctionType:
        kind = type(inner).__name__
        raise TypeError(f"@functional takes a function written in Python, not a {kind}")
    inner.__functional__ = Functional(inner, reads=reads)  # type: ignore[attr-defined]
    functional_names.add(inner.__name__)
    return function


@overload
def schedule(function: F, /) -> F: ...
@overload
def schedule() -> Callable[[F], F]: ...
def schedule(function: Any = None, /) -> Any:
    """A function that does exactly what `function` does, its functional calls in parallel.

    It is a function of its own right: same name, signature, defaults and closure;
    ``__wrapped__`` is the original. Where it cannot be translated (no source text, it reads its
    own frame) it is the original, and the log of ``pydron_ng`` says why.

    Raises:
        TypeError: it is no function that Python code defines.
    """
    if function is None:
        return schedule
    if isinstance(function, staticmethod | classmethod):
        return type(function)(schedule(function.__func__))
    if type(function) is not FunctionType:
        kind = type(function).__name__
        raise TypeError(f"@schedule takes a function written in Python, not a {kind}")
    if in_worker() or "__pydron_scheduled__" in function.__dict__:
        return function
    wrapped = _innermost(function)
    return _scheduled(function) if wrapped is function else _inside(function, wrapped)


def _innermost(function: FunctionType) -> FunctionType:
    """The function that decorators with functools.wraps have been put around."""
    inner: Any = function
    while type(inner.__dict__.get("__wrapped__")) is FunctionType:
        inner = inner.__dict__["__wrapped__"]
    return inner  # type: ignore[no-any-return]


def _scheduled(function: FunctionType) -> FunctionType:
    copy = _copy(function)
    _install(copy, function)
    copy.__wrapped__ = function  # type: ignore[attr-defined]
    copy.__dict__.setdefault("__pydron_scheduled__", True)
    return copy


def _inside(outer: FunctionType, inner: FunctionType) -> FunctionType:
    """Schedule the function inside of other decorators, which hold on to it: in its place."""
    original = _copy(inner)
    _install(inner, original)
    inner.__wrapped__ = original  # type: ignore[attr-defined]
    inner.__dict__.setdefault("__pydron_scheduled__", True)
    return outer


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
        copy.__functional__ = Functional(copy, reads=mark.reads)  # type: ignore[attr-defined]
    return copy


def _install(target: FunctionType, original: FunctionType) -> None:
    """Give `target` the code of the commit program; leave it alone if that cannot be had."""
    from pydron_ng.runtime.entry import install  # not needed in workers

    try:
        install(target, original)
    except SourceMissing as error:
        _say_once(original, error)
    except TranslationError as error:
        _LOG.info("%s runs undecorated: %s", original.__qualname__, error)
    except Exception as error:  # a function that cannot be translated is left alone
        _LOG.warning("%s runs undecorated: %r", original.__qualname__, error)


def _say_once(function: FunctionType, why: SourceMissing) -> None:
    """A prompt would hear it at each definition."""
    first = not said_without_source
    said_without_source.add(function.__qualname__)
    level = logging.WARNING if first else logging.INFO
    _LOG.log(level, "%s runs as if undecorated: %s", function.__qualname__, why)


@dataclass(frozen=True, slots=True)
class Translation:
    """What became of a scheduled function, as text. ``str()`` of it is all three parts."""

    graph: str
    commit: str
    run_ahead: str
    program: Program

    def __str__(self) -> str:
        parts = (("graph", self.graph), ("commit", self.commit), ("run-ahead", self.run_ahead))
        return "\n\n".join(f"# --- {title} ---\n{text}" for title, text in parts)


def translate(function: Callable[..., Any]) -> Translation:
    """The dataflow graph and the two programs that @schedule makes of `function`.

    Raises:
        TranslationError: it cannot be translated.
    """
    from pydron_ng.runtime.program import Program
    from pydron_ng.translation import pipeline

    plain: Any = _innermost(function)  # type: ignore[arg-type]
    program = Program(plain, frozenset(functional_names))
    graph, run_ahead = program.translated()
    commit = pipeline.commit_text(program.analysis)
    return Translation(graph.text(), commit, run_ahead.source, program)


__all__ = ["Translation", "functional", "schedule", "translate"]
