"""How an exception travels: as itself, with the frames that it came through."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from types import CodeType, FunctionType, GeneratorType, MappingProxyType, TracebackType
from typing import Any

from pydron_ng.translation.codes import VARARGS, VARKEYWORDS
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
    if not steps:
        name = type(failure).__qualname__
        raise Unshippable("no-frame", f"{name} came before the function's first line")
    check_sent(failure)


def check_sent(failure: BaseException) -> None:
    """Nothing, if it is the call's own.

    Raises:
        Unshippable: it may be due to the worker.
    """
    if not isinstance(failure, Exception) or isinstance(failure, _OF_THE_WORKER):
        name = type(failure).__qualname__
        raise Unshippable("workers-exception", f"{name} may be due to the worker")


def take_steps(failure: BaseException) -> tuple[Step, ...]:
    """The frames that an exception came through below the one that caught it, outermost first."""
    return take_frames(failure, failure.__traceback__ and failure.__traceback__.tb_next)


def take_frames(failure: BaseException, traceback: TracebackType | None) -> tuple[Step, ...]:
    """The frames of an exception from `traceback` on, outermost first.

    They are taken off it, for they would keep the arguments of the call alive.
    """
    steps = []
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


def hold_arguments(
    failure: BaseException, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Give the frame of `function`, where the traceback begins, the arguments of its call.

    It has them, and keeps them alive, where the call is made here, too; debuggers show them.
    """
    step = failure.__traceback__
    if step is None or type(function) is not FunctionType or not _is_frame_of(step, function):
        return
    space = Space(step.tb_frame.f_globals)
    space.function = function
    code = _taking(step.tb_frame.f_code, function.__code__)
    frame = _unbegun(code, space, function, args, kwargs).gi_frame
    assert frame is not None
    failure.__traceback__ = TracebackType(step.tb_next, frame, step.tb_lasti, step.tb_lineno)


def _is_frame_of(step: TracebackType, function: FunctionType) -> bool:
    ours, real = step.tb_frame.f_code, function.__code__
    return (ours.co_qualname, ours.co_firstlineno, ours.co_filename) == (
        real.co_qualname,
        real.co_firstlineno,
        real.co_filename,
    )


def _taking(code: CodeType, real: CodeType) -> CodeType:
    """`code` with the parameters of `real`. Not cached: equal code may be in other files."""
    stars = real.co_flags & (VARARGS | VARKEYWORDS)
    count = real.co_argcount + real.co_kwonlyargcount + stars.bit_count()
    return code.replace(
        co_argcount=real.co_argcount,
        co_posonlyargcount=real.co_posonlyargcount,
        co_kwonlyargcount=real.co_kwonlyargcount,
        co_nlocals=count,
        co_varnames=real.co_varnames[:count],
        co_flags=code.co_flags | stars,
    )


class Space(dict[str, Any]):
    """The globals of a frame that was made here. function: whose call it stands for, if known."""

    __slots__ = ("function",)
    function: Any  # as FunctionType it would be taken for a method


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


def _unbegun(
    code: CodeType,
    space: dict[str, Any],
    like: FunctionType | None = None,
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any] = MappingProxyType({}),
) -> GeneratorType[Any, Any, Any]:
    """A generator: while it has not begun, nobody has called its frame.

    like: whose defaults count.
    """
    function = FunctionType(code, space)
    if like is not None:
        function.__defaults__, function.__kwdefaults__ = like.__defaults__, like.__kwdefaults__
    generator: GeneratorType[Any, Any, Any] = function(*args, **kwargs)
    return generator


def _space(module: str, file: str) -> dict[str, Any]:
    """The globals of a frame: what is asked for its source text."""
    known = getattr(sys.modules.get(module), "__dict__", {})
    space: dict[str, Any] = {"__name__": module, "__file__": known.get("__file__", file)}
    if "__loader__" in known:
        space["__loader__"] = known["__loader__"]
    return space
