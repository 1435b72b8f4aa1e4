"""The decorators."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from pydron_ng.runtime.decorating import innermost, schedule_in_place, scheduled
from pydron_ng.runtime.grain import mark
from pydron_ng.runtime.limits import Limits
from pydron_ng.runtime.process import checks, in_worker, reports, scheduled_names, watch
from pydron_ng.runtime.session import is_off, session

if TYPE_CHECKING:
    from pydron_ng.events import Event
    from pydron_ng.observe.explanation import Explanation
    from pydron_ng.observe.listening import Listening
    from pydron_ng.observe.records.recording import Recording
    from pydron_ng.runtime.watch import Teller

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)


@overload
def functional(function: F, /) -> F: ...
@overload
def functional(
    *, reads: bool = False, retries: int = 0, timeout: float | None = None
) -> Callable[[F], F]: ...
def functional(
    function: Any = None,
    /,
    *,
    reads: bool = False,
    retries: int = 0,
    timeout: float | None = None,
) -> Any:
    """`function` itself, marked as pure: the same arguments give the same result, and no effect.

    reads: it depends on more than its arguments in a way that cannot be seen (a database, a
        C library that opens files): no outcome counts that was computed before a sync-point.
    retries: so many times more than usual a call is tried whose workers die, or that takes too
        long.
    timeout: seconds after which a worker that is still at a call of it is ended; the call is
        tried once more, then made in the program itself, where it takes as long as it takes.

    What it prints, warns and logs is fine: that is replayed in its place. Functions of libraries
    can be marked by a call, ``functional(numpy.linalg.svd)``, compiled ones too.

    Raises:
        TypeError: it is no function, or a compiled one that no module has by its name.
        ValueError: retries is negative, or timeout is not positive.
    """
    limits = None if not retries and timeout is None else _limits(retries, timeout)
    if function is None:
        return partial(_mark, reads=reads, limits=limits)
    return _mark(function, reads=reads, limits=limits)


def _limits(retries: Any, timeout: Any) -> Limits:
    if not isinstance(retries, int) or isinstance(retries, bool) or retries < 0:
        raise ValueError(f"retries is a number of times, 0 or more, not {retries!r}")
    if timeout is not None and not timeout > 0:
        raise ValueError(f"timeout is a number of seconds above 0, not {timeout!r}")
    return Limits(retries, 0.0 if timeout is None else float(timeout))


def _mark(function: Any, *, reads: bool, limits: Limits | None) -> Any:
    inner = function.__func__ if isinstance(function, staticmethod | classmethod) else function
    mark(inner, reads=reads, limits=limits)
    return function


@overload
def value_type(cls: C, /, *, pure_methods: Iterable[str] = ()) -> C: ...
@overload
def value_type(*, pure_methods: Iterable[str] = ()) -> Callable[[C], C]: ...
def value_type(cls: Any = None, /, *, pure_methods: Iterable[str] = ()) -> Any:
    """`cls` itself, known as one whose objects arrive as they left although it pickles by itself.

    The word of the user that a copy made by pickle, in another process too, is as good as the
    object. Subclasses need a word of their own.

    pure_methods: methods that compute a value and change nothing: no sync-points.

    Raises:
        TypeError: it is no class, or has no such method of its own.
    """
    from pydron_ng.runtime.declared import declare_type

    if cls is None:
        return partial(value_type, pure_methods=pure_methods)
    declare_type(cls, pure_methods)
    return cls


@overload
def schedule(function: F, /) -> F: ...
@overload
def schedule(*, speculate: bool = False) -> Callable[[F], F]: ...
def schedule(function: Any = None, /, *, speculate: bool = False) -> Any:
    """A function that does exactly what `function` does, its functional calls in parallel.

    It is a function of its own right: same name, signature, defaults and closure;
    ``__wrapped__`` is the original. Where it cannot be translated (no source text, it reads its
    own frame) it is the original, and the log of ``pydron_ng`` says why.

    speculate: also make calls ahead that the function only comes to if it does not leave a loop,
        or itself, before: past a ``break``, ``continue``, ``return``, ``raise`` or ``assert`` that
        is not decided yet. The results are the same; some calls may be made for nothing.

    Raises:
        TypeError: it is no function that Python code defines.
    """
    if function is None:
        return partial(schedule, speculate=speculate)
    if isinstance(function, staticmethod | classmethod):
        return type(function)(schedule(speculate=speculate)(function.__func__))
    if type(function) is not FunctionType:
        kind = type(function).__name__
        raise TypeError(f"@schedule takes a function written in Python, not a {kind}")
    if "__pydron_scheduled__" in function.__dict__:
        return function
    wrapped = innermost(function)
    if in_worker():
        session().postpone(wrapped, speculates=speculate)
        return function
    _heed_environment()
    scheduled_names.add(wrapped.__name__)
    if wrapped is function:
        return scheduled(function, speculate=speculate)
    schedule_in_place(wrapped, speculate=speculate)
    return function


def _heed_environment() -> None:
    """Begin what is asked for by a variable, or by where the program runs, for all of it."""
    if os.environ.get("PYDRON_CHECK") == "1" and not checks:
        from pydron_ng.contract.watching import check_to_the_end

        check_to_the_end()
    report = os.environ.get("PYDRON_REPORT")
    if report and not reports and not is_off() and not _is_child():
        from pydron_ng.observe.records.recording import report_at_exit

        report_at_exit(report)
    if "IPython" in sys.modules:
        from pydron_ng.observe.notebook import show_scheduled

        show_scheduled()


def _is_child() -> bool:
    """Was this process started by multiprocessing? The one that did so is the program."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    return multiprocessing is not None and multiprocessing.parent_process() is not None


class Translation(NamedTuple):
    """What became of a scheduled function, as text. ``str()`` of it is all three parts."""

    graph: str
    commit: str
    run_ahead: str
    program: Any  # runtime.program.Program

    def __str__(self) -> str:
        parts = (("graph", self.graph), ("commit", self.commit), ("run-ahead", self.run_ahead))
        return "\n\n".join(f"# --- {title} ---\n{text}" for title, text in parts)


def translate(function: Callable[..., Any]) -> Translation:
    """The dataflow graph and the two programs that @schedule makes of `function`.

    Raises:
        TranslationError: it cannot be translated.
    """
    from pydron_ng.runtime.program import Program
    from pydron_ng.runtime.reading import Reading, known_names
    from pydron_ng.translation import pipeline

    plain: Any = innermost(function)  # type: ignore[arg-type]
    reading = Reading(plain, known_names())
    program = Program(reading, plain.__code__, speculate=_speculates(function))
    graph, run_ahead = program.graph, program.run_ahead
    commit = pipeline.commit_text(program.analysis)
    return Translation(graph.text(), commit, run_ahead.source, program)


def explain(function: Callable[..., Any]) -> Explanation:
    """What runs ahead in a function, what waits for what, and what to change; ``str()`` shows it.

    Where the function has run in this process, with what those runs have recorded.

    Raises:
        TypeError: it is no function that Python code defines.
        TranslationError: it cannot be translated, and runs undecorated.
    """
    from pydron_ng.observe.explain import explanation_of

    return explanation_of(function)


def on_event(hearer: Callable[[Event], None], *, singly: bool = False) -> Listening:
    """Call `hearer` with each event of ``pydron_ng.events`` until the result of this is closed.

    The result is a context manager, too. `hearer` is called at once, in whatever thread of the
    program deals with workers, which waits for it: it had better do little. If it raises, the log
    of ``pydron_ng`` says so, and it hears no more. Scheduled functions that it calls run as if
    undecorated, and are told to nobody.

    singly: short calls of a loop have events of their own each; else, many travel together and
        are told as one. They take longer then.
    """
    from pydron_ng.observe.listening import Listening

    return Listening(hearer, singly=singly)


def record() -> Recording:
    """Record what scheduled functions do from now on, until its ``with`` block ends.

    After that ``print(run)`` is a report: where the time went, what speed-up was reached and what
    is possible, and the time to expect of other workers. ``run.figures`` has the numbers,
    ``run.predict(16)`` the seconds with 16 workers, ``run.save("run.html")`` writes a page with a
    timeline, ``run.save("run.json")`` what ``pydron report`` reads.
    """
    from pydron_ng.observe.records.recording import Recording

    return Recording()


def rerun(failure: BaseException | None = None) -> None:
    """Debug the functional call that an exception came from: pdb at the line that raised.

    A call that a worker made is made once more, here, with its own arguments; one that was made
    here is looked at as it is. Above its frames are those of the program, as ever.

    failure: the exception; None: the one that is being handled, or was last shown at a prompt.

    Raises:
        NothingToRerun: it did not come from a functional call, or the arguments are gone.
    """
    from pydron_ng.observe.rerun import rerun

    rerun(failure)


def _wants_progress() -> bool:
    from pydron_ng.observe.progress import is_wanted

    return is_wanted()


def _progress() -> Teller:
    from pydron_ng.observe.progress.told import Progress

    return Progress()


if not in_worker():
    watch.listen(_wants_progress, _progress)


def _speculates(function: Any) -> bool:
    """Was the function, or the one inside of its decorators, scheduled to speculate?"""
    from pydron_ng.runtime.scheduled import entry_of

    while type(function) is FunctionType:
        entry = entry_of(function)
        if entry is not None and entry.program.speculate:
            return True
        function = function.__dict__.get("__wrapped__")
    return False


__all__ = [
    "Translation",
    "explain",
    "functional",
    "on_event",
    "record",
    "rerun",
    "schedule",
    "translate",
    "value_type",
]
