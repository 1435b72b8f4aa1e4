"""What the commit program calls in place of a functional: takes an outcome, or makes the call.

A stub's frame looks as if it were the caller's: the same file, line and globals. So what the
functional says about its caller (a warning's stacklevel, a log record's line) stays true, and
tracebacks lose these frames before anyone sees them. Stubs that may outlive the scheduled function
see to that themselves: a bare ``raise`` does not add the frame that it stands in again.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from time import perf_counter
from types import CodeType, FunctionType, TracebackType
from typing import Any

from pydron_ng.translation.runahead.promises import RUN_AHEAD
from pydron_ng.values.foreign import is_handler


class _Inline:
    """Says: make the call yourself."""


INLINE: Any = _Inline()
#: Takes the outcome of one call, or makes it.
STUB = """
def make(call, f, take, gave, INLINE, clock, bare):
    def stub(*args, **kwargs):
        outcome = take(call, f, args, kwargs)
        if outcome is INLINE:
            began = clock()
            try:
                outcome = f(*args, **kwargs)
            except BaseException as failure:
                gave(call, failure, clock() - began, True)
                raise
            gave(call, outcome, clock() - began, False)
        return outcome
    return stub
"""
#: Stands for a function that is called for one item after the other: asks anew what to call.
EACH = """
def make(call, f, take, gave, INLINE, clock, bare):
    def stub(*args, **kwargs):
        try:
            return take(call, f)(*args, **kwargs)
        except BaseException as failure:
            bare(failure)
            raise
    return stub
"""
#: The same for coroutine functions: compares and takes when the coroutine begins.
COROUTINE = """
def make(call, f, take, gave, INLINE, clock, bare):
    async def begun(args, kwargs):
        try:
            outcome = await take.take(call, f, args, kwargs)
            if outcome is INLINE:
                began = clock()
                try:
                    outcome = await f(*args, **kwargs)
                except BaseException as failure:
                    gave(call, failure, clock() - began, True)
                    raise
                gave(call, outcome, clock() - began, False)
            return outcome
        except BaseException as failure:
            bare(failure)
            raise
    def stub(*args, **kwargs):
        f(*args, **kwargs).close()
        return take.named(begun(args, kwargs), f)
    return stub
"""
_MARK = "\0pydron_ng stub\0"
Stub = Callable[..., Any]


def stub_maker(
    spot: tuple[int, int, int, int], caller: CodeType, names: dict[str, Any], text: str
) -> Callable[[Any, Any, Any, Any], Stub]:
    """Makes the stubs of one site: ``maker(call, callee, take, gave)``.

    spot: first and last line, first and last column of the call.
    """
    first, last, column, end = spot
    where = ast.Pass(lineno=first, end_lineno=last, col_offset=column, end_col_offset=end)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is not tree.body[0]:
            node.body.insert(0, ast.Expr(ast.Constant(_MARK)))
    for node in ast.walk(tree):
        _place(node, where)
    ast.fix_missing_locations(tree)
    module = compile(tree, caller.co_filename, "exec", dont_inherit=True)
    code = next(c for c in module.co_consts if isinstance(c, CodeType))
    make = FunctionType(_with_name(code, caller), names)

    def maker(call: Any, callee: Any, take: Any, gave: Any) -> Stub:
        stub: Stub = make(call, callee, take, gave, INLINE, perf_counter, bare)
        return stub

    return maker


def _with_name(code: CodeType, caller: CodeType) -> CodeType:
    """The code of ``make``, whose inner functions bear the name of the caller."""
    constants = tuple(
        c.replace(co_name=caller.co_name, co_qualname=caller.co_qualname)
        if isinstance(c, CodeType)
        else c
        for c in code.co_consts
    )
    return code.replace(co_consts=constants)


def _place(node: ast.AST, where: ast.stmt) -> None:
    if isinstance(node, ast.expr | ast.stmt | ast.arg | ast.excepthandler | ast.keyword):
        ast.copy_location(node, where)


def tidy() -> None:
    """Take the frames of ours, and those of what they use, out of the exception in flight.

    Left are the user's frames: callers, functionals, frames of workers, signal handlers.
    """
    exception = sys.exception()
    if exception is not None:
        _tidy(exception)


def bare(exception: BaseException) -> None:
    """As `tidy`, for an exception that is caught in a frame of ours: without that frame, too."""
    _tidy(exception)
    step = exception.__traceback__
    while step is not None and _is_ours(step):
        step = step.tb_next
    exception.__traceback__ = step


def _tidy(exception: BaseException) -> None:
    if issubclass(type(exception), BaseExceptionGroup):
        for one in vars(BaseExceptionGroup)["exceptions"].__get__(exception):
            _tidy(one)
    elif type(exception) is RuntimeError and isinstance(exception.__cause__, _ENDS):
        _tidy(exception.__cause__)  # Python has made the one of the other, in a generator
    above: TracebackType | None = None
    buried = False  # below a frame of ours that calls no code of the user's
    step = exception.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        ours = _is_ours(step)
        buried = not _is_gate(code) if ours else buried and not is_handler(code)
        if (ours or buried) and above is not None:
            above.tb_next = step.tb_next
        else:
            above = step
        step = step.tb_next


_ENDS = StopIteration, StopAsyncIteration


def _is_gate(code: CodeType) -> bool:
    """Do frames of the user's follow below a frame of this code of ours?"""
    return code.co_consts[:1] == (_MARK,) or code.co_name == "delivered"


def _is_ours(step: TracebackType) -> bool:
    code = step.tb_frame.f_code
    if code.co_consts[:1] == (_MARK,) or code.co_filename == RUN_AHEAD:
        return True
    name = step.tb_frame.f_globals.get("__name__")
    return type(name) is str and name.startswith(_OURS)


_LAYERS = "runtime", "translation", "values", "backends", "contract"
_OURS = tuple(f"pydron_ng.{layer}." for layer in _LAYERS)
