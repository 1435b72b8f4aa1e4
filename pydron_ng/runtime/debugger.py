"""Is a debugger watching? Then scheduled functions run as they are written, line by line."""

from __future__ import annotations

import sys
from types import FunctionType, MethodType
from typing import Any

_DEBUGGERS = ("bdb", "pydevd", "_pydevd")


def is_watching() -> bool:
    """Does a debugger follow this thread? Coverage and profilers are none."""
    trace = sys.gettrace()
    if trace is not None and any(map(_is_debugger, _modules_of(trace))):
        return True
    monitoring: Any = getattr(sys, "monitoring", None)  # since Python 3.12
    return monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None


def _modules_of(trace: Any) -> list[str]:
    """The modules that define a trace function, or the classes of the object that it belongs to."""
    if type(trace) is FunctionType:
        return [trace.__module__]
    owner = trace.__self__ if type(trace) is MethodType else trace
    return [base.__module__ for base in type(owner).__mro__]


def _is_debugger(module: str) -> bool:
    return module.partition(".")[0].startswith(_DEBUGGERS)
