"""A functional call that has failed, under a debugger, at the line that raised.

Where the call was made in this process its frames are alive, and nothing is made again. Those of a
worker are gone, but the traceback has the arguments (``failures.hold_arguments``): so it is made
again, and its new frames take their place below those of the program.
"""

from __future__ import annotations

import gc
import inspect
import pdb  # noqa: T100  a debugger is what was asked for
import sys
from collections.abc import Iterator
from reprlib import Repr
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any, NamedTuple

from pydron_ng.errors import NothingToRerun, WorkerLost
from pydron_ng.runtime.failures import Space
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.process import apart
from pydron_ng.runtime.sequential import sequential
from pydron_ng.translation.codes import VARARGS, VARKEYWORDS


class Failed(NamedTuple):
    """A functional call, and what came out of it.

    caller: the traceback's steps down to the call. step: the first one of the call itself.
    function: what to call to make it again; None where its frames are those of the call.
    """

    failure: BaseException
    caller: list[TracebackType]
    step: TracebackType
    function: Any

    @property
    def frame(self) -> FrameType:
        return self.step.tb_frame


def rerun(failure: BaseException | None) -> None:
    """Debug the functional call that `failure` came from; for None, the latest one there is.

    Raises: NothingToRerun.
    """
    failed = failed_call(*_latest() if failure is None else [failure])
    steps: TracebackType | None = failed.failure.__traceback__
    if failed.function is None:
        _say(f"{_label(failed)} was made in this process, and raised {_text(failed.failure)}")
    else:
        steps = _made_again(failed, failed.function)
    if steps is not None:
        pdb.post_mortem(steps)


def _latest() -> list[BaseException]:
    """What is being handled, and what has last come out at the prompt.

    pdb handles an exception of its own while it does what it is told.
    """
    last = (sys.exception(), getattr(sys, "last_exc", None), getattr(sys, "last_value", None))
    if found := [one for one in last if isinstance(one, BaseException)]:
        return found
    raise NothingToRerun(
        "no exception is being handled, and none has ended anything at this prompt\n"
        "  try: pydron_ng.rerun(error), where the program handles it; or `python -i SCRIPT`"
    )


# --- which call it was ---


def failed_call(*failures: BaseException) -> Failed:
    """The functional call that the first of these, or one that it goes back to, came from.

    Raises: NothingToRerun.
    """
    seen: list[BaseException] = []
    for one in (origin for failure in failures for origin in _origins(failure, seen)):
        steps = list(_steps(one.__traceback__))
        marked = _functional_codes(steps)
        for place, step in enumerate(steps):
            space = step.tb_frame.f_globals
            if type(space) is Space:
                return _checked(Failed(one, steps[:place], step, getattr(space, "function", None)))
            if step.tb_frame.f_code in marked:
                return _checked(Failed(one, steps[:place], step, None))
    raise NothingToRerun(_no_call(failures[-1]))


def _origins(failure: BaseException, seen: list[BaseException]) -> Iterator[BaseException]:
    """The exception, those that it was raised from, and those that it is a group of."""
    if any(failure is one for one in seen):
        return
    seen.append(failure)
    yield failure
    context = None if failure.__suppress_context__ else failure.__context__
    inner = failure.exceptions if isinstance(failure, BaseExceptionGroup) else ()
    for one in (failure.__cause__, context, *inner):
        if one is not None:
            yield from _origins(one, seen)


def _steps(step: TracebackType | None) -> Iterator[TracebackType]:
    while step is not None:
        yield step
        step = step.tb_next


def _functional_codes(steps: list[TracebackType]) -> set[CodeType]:
    """The code of functional functions among that of these frames."""
    codes = {step.tb_frame.f_code for step in steps}
    functions = [f for f in gc.get_referrers(*codes) if type(f) is FunctionType]
    return {f.__code__ for f in functions if mark_of(f) is not None}


def _checked(failed: Failed) -> Failed:
    """Raises: NothingToRerun."""
    is_made_up = type(failed.frame.f_globals) is Space
    lost = _is_lacking(failed.frame) if is_made_up else _is_empty(failed)
    if lost or (is_made_up and failed.function is None):
        raise NothingToRerun(
            f"{failed.frame.f_code.co_name}() has failed with {_text(failed.failure)}, but its"
            " arguments are gone: its frames were cleared, or it is no Python function\n"
            "  try: PYDRON=off and `python -m pdb`; or rerun() where the exception is handled"
        )
    return failed


def _is_lacking(frame: FrameType) -> bool:
    return not set(_parameters(frame.f_code)) <= frame.f_locals.keys()


def _is_empty(failed: Failed) -> bool:
    steps = list(_steps(failed.step))
    had = any(step.tb_frame.f_code.co_nlocals for step in steps)
    return had and not any(step.tb_frame.f_locals for step in steps)


def _no_call(failure: BaseException) -> str:
    if isinstance(failure, WorkerLost):
        return (
            f"{failure}\n  a call that ends the process it is made in is not made again here\n"
            "  try: PYDRON=off python -X faulthandler, with that call alone"
        )
    if failure.__traceback__ is None:
        return f"{_text(failure)} has no traceback, so nobody knows where it came from"
    return (
        f"{_text(failure)} did not come from a functional call\n"
        "  try: pdb.post_mortem(error.__traceback__), for the frames that it has"
    )


# --- making it again ---


def _made_again(failed: Failed, function: FunctionType) -> TracebackType | None:
    """The traceback as it were had the call been made here; None if it does not fail now."""
    args, kwargs = _arguments(failed.frame)
    value, failure = _outcome(function, args, kwargs)
    if failure is None:
        _say(
            f"{_label(failed)} was made again, and returned {_shown(value)}; it had raised"
            f" {_text(failed.failure)}\n"
            "  try: PYDRON_CHECK=1, which finds out whether the function is functional"
        )
        return None
    same = type(failure) is type(failed.failure) and _said(failure) == _said(failed.failure)
    before = "" if same else f"; it had raised {_text(failed.failure)}"
    _say(f"{_label(failed)} was made again, and raises {_text(failure)}{before}")
    return _below(failed.caller, _own(failure, function))


def _outcome(
    function: FunctionType, args: list[Any], kwargs: dict[str, Any]
) -> tuple[Any, BaseException | None]:
    values: list[Any] = []
    try:
        with sequential():
            value = function(*args, **kwargs)
            if not inspect.iscoroutine(value):
                return value, None
            apart(lambda: values.append(_run(value)))
    except BaseException as failure:  # Ctrl-C, too: to look where it hangs
        return None, failure
    return values[0], None


def _run(coroutine: Any) -> Any:
    import asyncio

    return asyncio.run(coroutine)


def _own(failure: BaseException, function: FunctionType) -> TracebackType:
    """The traceback from the frame of the function on."""
    steps = list(_steps(failure.__traceback__))
    file, name = function.__code__.co_filename, function.__code__.co_name
    own = (
        s
        for s in steps
        if (s.tb_frame.f_code.co_filename, s.tb_frame.f_code.co_name) == (file, name)
    )
    return next(own, steps[-1])


def _below(caller: list[TracebackType], own: TracebackType) -> TracebackType:
    for step in reversed(caller):
        own = TracebackType(own, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return own


def _arguments(frame: FrameType) -> tuple[list[Any], dict[str, Any]]:
    """What to call the function with, as its frame has it."""
    code, values = frame.f_code, frame.f_locals
    names = list(_parameters(code))
    keywords = names[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    args = [values[name] for name in names[: code.co_argcount]]
    kwargs = {name: values[name] for name in keywords}
    if code.co_flags & VARKEYWORDS:
        kwargs |= values[names.pop()]
    if code.co_flags & VARARGS:
        args += values[names.pop()]
    return args, kwargs


def _parameters(code: CodeType) -> tuple[str, ...]:
    stars = code.co_flags & (VARARGS | VARKEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + stars.bit_count()]


# --- what is said ---


def _say(what: str) -> None:
    print(f"rerun: {what}")


def _label(failed: Failed) -> str:
    """Function and arguments, shortened."""
    frame = failed.frame
    args: list[Any] = []
    if _is_lacking(frame):  # the function has deleted some
        names = [name for name in _parameters(frame.f_code) if name in frame.f_locals]
        kwargs = {name: frame.f_locals[name] for name in names}
    else:
        args, kwargs = _arguments(frame)
    shown = [_shown(value) for value in args]
    shown += [f"{name}={_shown(value)}" for name, value in kwargs.items()]
    return f"{frame.f_code.co_qualname}({', '.join(shown)})"


def _shown(value: object) -> str:
    short = Repr()
    short.maxother = short.maxstring = 40
    try:
        return " ".join(short.repr(value).split())
    except Exception:  # an integer that is too long to be written, at any depth
        return f"<{type(value).__name__}>"


def _text(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {_said(failure)}".splitlines()[0].removesuffix(": ")


def _said(failure: BaseException) -> str:
    try:
        return str(failure)
    except Exception:  # of the program's own __str__
        return ""
