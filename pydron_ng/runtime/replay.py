"""What a call said in its worker, said in the program, in the same order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydron_ng.runtime.outcome import Records


def replay(records: Records) -> None:
    """Print, warn and log, as the program's own settings of this moment have it.

    Raises: what the program's streams, filters and handlers raise.
    """
    for kind, *what in records:
        _SAY[kind](*what)


def _print_out(text: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(text)


def _print_err(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(text)


def _warn(
    message: Warning, category: type[Warning], filename: str, line: int, module: str | None
) -> None:
    import warnings

    space = getattr(sys.modules.get(module or ""), "__dict__", {})
    registry = space.setdefault("__warningregistry__", {})
    ascribed = filename.removesuffix(".py") if module is None else module  # as Python does
    warnings.warn_explicit(message, category, filename, line, ascribed, registry)


def _log(name: str, state: dict[str, Any]) -> None:
    import logging

    logger = logging.getLogger(name)
    record = logging.makeLogRecord(state | _here(logging))
    if logger.isEnabledFor(record.levelno):
        logger.handle(record)


def _here(logging: Any) -> dict[str, Any]:
    """What a record says of the process and thread, as if it had been logged here."""
    own = logging.makeLogRecord({})
    names = ("process", "processName", "thread", "threadName", "taskName", "relativeCreated")
    return {name: getattr(own, name) for name in names if hasattr(own, name)}


_SAY: Final[Mapping[str, Callable[..., None]]] = {
    "out": _print_out,
    "err": _print_err,
    "warning": _warn,
    "log": _log,
}


def is_ascribed_to_worker(records: Records) -> bool:
    """Does a warning or log record name, as the caller, a place that only the worker has?"""
    for kind, *what in records:
        if kind == "warning" and str(what[2]).endswith(_WORKER):
            return True
        if kind == "log" and str(what[1].get("pathname")).endswith(_WORKER):
            return True
    return False


_WORKER: Final = "/pydron_ng/runtime/perform.py"
