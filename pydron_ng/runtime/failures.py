"""How an exception travels: as itself, with the frames that it came through."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from itertools import islice
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

from pydron_ng.values.unshippable import Unshippable

#: What a worker raises for reasons of its own; the program is to find out for itself.
_OF_THE_WORKER = (MemoryError, RecursionError, ImportError, OSError)

#: One frame: module, file, name, qualified name, first line; then where it was in there: line,
#: end line, column, end column, as code positions have them.
Step = tuple[str, str, str, str, int, int, int, int, int]


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
        steps.append((module, *name, code.co_firstlineno, *_position(traceback)))
        traceback = traceback.tb_next
    return tuple(steps)


def _position(traceback: TracebackType) -> tuple[int, int, int, int]:
    positions = traceback.tb_frame.f_code.co_positions()
    line, end, column, end_column = next(islice(positions, traceback.tb_lasti // 2, None))
    start = line or traceback.tb_lineno
    return start, end or start, column or 0, end_column or 0


def traceback_from(steps: tuple[Step, ...]) -> TracebackType | None:
    """A traceback that reads as the original did, carets included; its frames hold no locals."""
    traceback: TracebackType | None = None
    for step in reversed(steps):
        frame = _frame(step)
        traceback = TracebackType(traceback, frame, frame.f_lasti, step[5])
    return traceback


class _Here(Exception):
    """Raised in a frame to get hold of it."""


def _frame(step: Step) -> FrameType:
    """A frame of finished code that bears the names of the original, stopped at its place."""
    return _run(_code(step), step[0], step[1])


@lru_cache(maxsize=512)
def _code(step: Step) -> CodeType:
    """Code that raises at the place of the step."""
    _, file, name, qualname, first, line, end, column, end_column = step
    tree = ast.parse("def made():\n    raise here")
    made = tree.body[0]
    made.lineno = made.end_lineno = first
    for node in ast.walk(made):
        if isinstance(node, ast.Raise | ast.Name):
            node.lineno, node.end_lineno = line, end
            node.col_offset, node.end_col_offset = column, end_column
    whole = compile(tree, file, "exec")
    code = next(c for c in whole.co_consts if isinstance(c, CodeType))
    return code.replace(co_name=name, co_qualname=qualname)


def _run(code: CodeType, module: str, file: str) -> FrameType:
    known = getattr(sys.modules.get(module), "__dict__", {})
    space: dict[str, Any] = {"__name__": module, "__file__": known.get("__file__", file)}
    if "__loader__" in known:
        space["__loader__"] = known["__loader__"]
    try:
        FunctionType(code, space | {"here": _Here})()
    except _Here as caught:
        assert caught.__traceback__ is not None
        assert caught.__traceback__.tb_next is not None
        return caught.__traceback__.tb_next.tb_frame
    raise AssertionError("the frame did not stop")
