"""How an exception travels: as itself, with the frames that it came through."""

from __future__ import annotations

import sys
from types import CodeType, FrameType, TracebackType
from typing import Any

from pydron_ng.values.unshippable import Unshippable

#: What a worker raises for reasons of its own; the program is to find out for itself.
_OF_THE_WORKER = (MemoryError, RecursionError, ImportError, OSError)

#: One frame: module, file, name, qualified name, first line, line table, last instruction, line.
Step = tuple[str, str, str, str, int, bytes, int, int]


def check_raised(failure: BaseException, steps: tuple[Step, ...]) -> None:
    """Nothing, if the exception may be raised in the program as it is.

    Raises:
        Unshippable: the call has to be made again inline.
    """
    name = type(failure).__qualname__
    if not steps:
        raise Unshippable("no-frame", f"{name} came before the function's first line")
    if not isinstance(failure, Exception) or isinstance(failure, _OF_THE_WORKER):
        raise Unshippable("workers-exception", f"{name} may be due to the worker")
    if failure.__cause__ is not None or failure.__context__ is not None:
        raise Unshippable("chained-exception", f"{name} comes with other exceptions")
    if failure.__suppress_context__:
        raise Unshippable("chained-exception", f"{name} was raised from None")


def take_steps(failure: BaseException) -> tuple[Step, ...]:
    """The frames that an exception came through below the one that caught it, outermost first.

    They are taken off it, for they would keep the arguments of the call alive.
    """
    steps = []
    traceback = failure.__traceback__.tb_next if failure.__traceback__ else None
    failure.__traceback__ = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        name = code.co_filename, code.co_name, code.co_qualname
        where = code.co_firstlineno, code.co_linetable, traceback.tb_lasti, traceback.tb_lineno
        steps.append((module, *name, *where))
        traceback = traceback.tb_next
    return tuple(steps)


def traceback_from(steps: tuple[Step, ...]) -> TracebackType | None:
    """A traceback that reads as the original did, carets included; its frames hold no locals."""
    traceback: TracebackType | None = None
    for step in reversed(steps):
        *_, instruction, line = step
        traceback = TracebackType(traceback, _frame(step), instruction, line)
    return traceback


class _Here(Exception):
    """Raised in a frame to get hold of it."""


def _frame(step: Step) -> FrameType:
    """A frame of finished code that bears the names of the original."""
    module, file, name, qualname, first, table, *_ = step
    code = compile("raise here", file, "exec").replace(
        co_name=name, co_qualname=qualname, co_firstlineno=first, co_linetable=table
    )
    return _run(code, module, file)


def _run(code: CodeType, module: str, file: str) -> FrameType:
    known = getattr(sys.modules.get(module), "__dict__", {})
    space: dict[str, Any] = {"__name__": module, "__file__": known.get("__file__", file)}
    if "__loader__" in known:
        space["__loader__"] = known["__loader__"]
    try:
        exec(code, space | {"here": _Here})
    except _Here as caught:
        assert caught.__traceback__ is not None
        assert caught.__traceback__.tb_next is not None
        return caught.__traceback__.tb_next.tb_frame
    raise AssertionError("the frame did not stop")
