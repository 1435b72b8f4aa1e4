"""How an exception travels: as itself, with the frames that it came through."""

from __future__ import annotations

import sys
from functools import lru_cache
from itertools import islice
from types import CodeType, FunctionType, GeneratorType, TracebackType
from typing import Any

from pydron_ng.values.unshippable import Unshippable

#: What a worker raises for reasons of its own; the program is to find out for itself.
_OF_THE_WORKER = (MemoryError, RecursionError, ImportError, OSError)

#: Frames of ours in a worker: those of functions of ``os``, and of who steps through a coroutine.
_OURS = frozenset({"pydron_ng.runtime.reads", "pydron_ng.runtime.steps"})

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
        if module in _OURS:
            traceback = traceback.tb_next
            continue
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
    """A traceback that reads as the original did, carets included; its frames hold no locals.

    Nor do they know who made them: those frames hold the exception, which would never go.
    """
    traceback: TracebackType | None = None
    for step in reversed(steps):
        code, instruction = _code(step)
        frame = _unbegun(code, _space(step[0], step[1])).gi_frame
        assert frame is not None
        traceback = TracebackType(traceback, frame, instruction, step[5])
    return traceback


class _Here(Exception):
    """Raised in a frame to learn where it stops."""


@lru_cache(maxsize=512)
def _code(step: Step) -> tuple[CodeType, int]:
    """Code that bears the names of the original and raises at its place; that instruction."""
    import ast  # slow, and not needed before something fails

    _, file, name, qualname, first, line, end, column, end_column = step
    tree = ast.parse("def made():\n    raise here\n    yield")
    made = tree.body[0]
    made.lineno = made.end_lineno = first
    for node in ast.walk(made):
        if isinstance(node, ast.Raise | ast.Name):
            node.lineno, node.end_lineno = line, end
            node.col_offset, node.end_col_offset = column, end_column
    whole = compile(tree, file, "exec")
    code = next(c for c in whole.co_consts if isinstance(c, CodeType))
    return code.replace(co_name=name, co_qualname=qualname), _stops_at(code)


def _stops_at(code: CodeType) -> int:
    try:
        next(_unbegun(code, {"here": _Here}))
    except _Here as caught:
        assert caught.__traceback__ is not None
        assert caught.__traceback__.tb_next is not None
        return caught.__traceback__.tb_next.tb_lasti
    raise AssertionError("the frame did not stop")


def _unbegun(code: CodeType, space: dict[str, Any]) -> GeneratorType[Any, Any, Any]:
    """A generator: while it has not begun, nobody has called its frame."""
    generator: GeneratorType[Any, Any, Any] = FunctionType(code, space)()
    return generator


def _space(module: str, file: str) -> dict[str, Any]:
    """The globals of a frame: what is asked for its source text."""
    known = getattr(sys.modules.get(module), "__dict__", {})
    space: dict[str, Any] = {"__name__": module, "__file__": known.get("__file__", file)}
    if "__loader__" in known:
        space["__loader__"] = known["__loader__"]
    return space
