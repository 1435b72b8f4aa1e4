"""What the commit program calls in place of a functional: takes an outcome, or makes the call.

A stub's frame looks as if it were the caller's: the same file, line and globals. So what the
functional says about its caller (a warning's stacklevel, a log record's line) stays true, and
tracebacks lose these frames before anyone sees them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from time import perf_counter
from types import CodeType, FunctionType, TracebackType
from typing import Any

from pydron_ng.translation.outline import Site


class _Inline:
    """Says: make the call yourself."""


INLINE: Any = _Inline()
_STUB = '''
def make(call, f, take, gave, INLINE, clock):
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
'''
_MARK = "\0pydron_ng stub\0"
Stub = Callable[..., Any]


def stub_maker(
    site: Site, caller: CodeType, names: dict[str, Any]
) -> Callable[[Any, Any, Any, Any], Stub]:
    """Makes the stubs of one site: ``maker(call, callee, take, gave)``."""
    tree = ast.parse(_STUB)
    made = tree.body[0]
    assert isinstance(made, ast.FunctionDef)
    inner = made.body[0]
    assert isinstance(inner, ast.FunctionDef)
    inner.body.insert(0, ast.Expr(ast.Constant(_MARK)))
    for node in ast.walk(tree):
        _place(node, site.node)
    inner.name, made.body[1] = caller.co_name, ast.Return(ast.Name(caller.co_name, ast.Load()))
    ast.fix_missing_locations(tree)
    module = compile(tree, caller.co_filename, "exec", dont_inherit=True)
    code = next(c for c in module.co_consts if isinstance(c, CodeType))
    make = FunctionType(code, names)

    def maker(call: Any, callee: Any, take: Any, gave: Any) -> Stub:
        stub: Stub = make(call, callee, take, gave, INLINE, perf_counter)
        return stub

    return maker


def _place(node: ast.AST, where: ast.Call) -> None:
    if "lineno" in node._attributes:
        ast.copy_location(node, where)


def tidy(*also: CodeType) -> None:
    """Take the frames of stubs, and those below them, out of the exception that is in flight.

    also: code of ours that stubs call.
    """
    exception = sys.exception()
    if exception is None:
        return
    user: TracebackType | None = None
    step = exception.__traceback__
    while step is not None:
        if _is_ours(step, also):
            if user is not None:
                user.tb_next = step.tb_next
        else:
            user = step
        step = step.tb_next


def _is_ours(step: TracebackType, also: tuple[CodeType, ...]) -> bool:
    code = step.tb_frame.f_code
    if code in also:
        return True
    if code.co_consts[:1] == (_MARK,):
        return True
    return bool(step.tb_frame.f_globals.get("__name__", "").startswith("pydron_ng.runtime."))
