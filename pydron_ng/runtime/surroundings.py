"""What surrounds the program and may change what its functions compute."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from pydron_ng.runtime.reads import unchanged
from pydron_ng.values.blob import Blob
from pydron_ng.values.importable import follow

__all__ = ["Surroundings", "apply", "capture", "unchanged"]


class Surroundings:
    """A snapshot. Equal snapshots surround a function equally."""

    def __init__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surroundings) and self._state == other._state

    def __hash__(self) -> int:
        raise TypeError("surroundings are compared, not looked up")

    @cached_property
    def blob(self) -> Blob:
        """The snapshot as bytes, to be applied in a worker."""
        packed = tuple(aspect.pack(was) for aspect, was in zip(_ASPECTS, self._state, strict=True))
        return (pickle.dumps(packed, 5),)


def capture(last: Surroundings | None = None) -> Surroundings:
    """The surroundings as they are now; `last` itself if nothing changed since."""
    now = Surroundings(tuple([aspect.read() for aspect in _ASPECTS]))
    return last if last is not None and last == now else now


def apply(blob: Blob) -> None:
    """Put this process into those surroundings, in so far as they differ."""
    for aspect, wanted in zip(_ASPECTS, pickle.loads(blob[0]), strict=True):
        if wanted is not None and aspect.read() != wanted:
            aspect.write(wanted)


def in_force(blob: Blob) -> bool:
    """Are the surroundings of this process the wanted ones, as far as they can be compared?"""
    pairs = zip(_ASPECTS, pickle.loads(blob[0]), strict=True)
    return all(a.thread or a.pack is not _as_it_is or w in (None, a.read()) for a, w in pairs)


def _as_it_is(state: Any) -> Any:
    return state


def apply_to_thread(blob: Blob) -> None:
    """Put this thread into those surroundings that belong to a thread."""
    for aspect, wanted in zip(_ASPECTS, pickle.loads(blob[0]), strict=True):
        if aspect.thread and wanted is not None and aspect.read() != wanted:
            aspect.write(wanted)


def _replace(items: list[str], wanted: list[str]) -> None:
    items[:] = wanted


def _read_directory() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return None


def _read_environment() -> dict[Any, Any]:
    return dict(os.environ._data)  # type: ignore[attr-defined]  # noqa: SLF001  3 times faster


def _write_environment(wanted: dict[Any, Any]) -> None:
    decode = os.environ.decodevalue
    decoded = {decode(name): decode(value) for name, value in wanted.items()}
    for name in set(os.environ) - set(decoded):
        del os.environ[name]
    os.environ.update(decoded)


def _read_locale() -> str:
    import _locale

    return _locale.setlocale(_locale.LC_ALL, None)


def _write_locale(wanted: str) -> None:
    import _locale

    _locale.setlocale(_locale.LC_ALL, wanted)


def _read_decimal() -> Any:
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    context = decimal.getcontext()
    traps = tuple(signal for signal, trapped in context.traps.items() if trapped)
    limits = context.prec, context.rounding, context.Emin, context.Emax
    return *limits, context.capitals, context.clamp, traps


def _write_decimal(wanted: Any) -> None:
    import decimal

    *limits, traps = wanted
    prec, rounding, low, high, capitals, clamp = limits
    decimal.setcontext(decimal.Context(prec, rounding, low, high, capitals, clamp, [], list(traps)))


def _read_errstate() -> Any:
    numpy = sys.modules.get("numpy")
    return None if numpy is None or not hasattr(numpy, "geterr") else numpy.geterr()


def _write_errstate(wanted: dict[str, Any]) -> None:
    import numpy as np

    np.seterr(**wanted)


def _read_logging() -> Any:
    logging = sys.modules.get("logging")
    if logging is None:
        return None
    loggers = logging.root.manager.loggerDict
    levels = {name: level for name, logger in loggers.items() if (level := _level_of(logger))}
    return logging.root.level, logging.root.manager.disable, levels


def _level_of(logger: Any) -> tuple[int, bool] | None:
    if not getattr(logger, "level", 0) and not getattr(logger, "disabled", False):
        return None
    return logger.level, logger.disabled


def _write_logging(wanted: Any) -> None:
    import logging

    level, disable, levels = wanted
    logging.root.setLevel(level)
    logging.disable(disable)
    unset = dict.fromkeys(_read_logging()[2], (logging.NOTSET, False))
    for name, (own, disabled) in (unset | levels).items():
        logging.getLogger(name).setLevel(own)
        logging.getLogger(name).disabled = disabled


def _read_filters() -> tuple[Any, ...]:
    warnings = sys.modules.get("warnings")
    return () if warnings is None else (warnings.defaultaction, *warnings.filters)


def _pack_filters(filters: tuple[Any, ...]) -> tuple[Any, ...]:
    """The filters as plain data: a category by module and name."""
    default, *rest = filters or ("default",)
    return default, *((f[0], f[1], f[2].__module__, f[2].__qualname__, *f[3:]) for f in rest)


def _write_filters(wanted: tuple[Any, ...]) -> None:
    """Filters whose category cannot be imported here match nothing that could be warned of."""
    import warnings

    warnings.defaultaction, *packed = wanted  # type: ignore[attr-defined]
    warnings.filters[:] = [f for each in packed for f in _unpack_filter(*each)]  # type: ignore[index]
    warnings._filters_mutated()  # type: ignore[attr-defined]  # noqa: SLF001


def _unpack_filter(
    action: str, message: Any, module: str, name: str, where: Any, line: int
) -> list[tuple[Any, ...]]:
    try:
        return [(action, message, follow(module, name), where, line)]
    except (ImportError, AttributeError):
        return []


@dataclass(frozen=True, slots=True)
class _Aspect:
    """One of the surroundings. thread: it is that of a thread, not of the process."""

    read: Callable[[], Any]
    write: Callable[[Any], None]
    pack: Callable[[Any], Any] = _as_it_is
    thread: bool = False


_ASPECTS: Final = (
    _Aspect(_read_directory, os.chdir),
    _Aspect(_read_environment, _write_environment),
    _Aspect(lambda: list(sys.path), partial(_replace, sys.path)),
    _Aspect(lambda: list(sys.argv), partial(_replace, sys.argv)),
    _Aspect(_read_locale, _write_locale),
    _Aspect(_read_decimal, _write_decimal, thread=True),
    _Aspect(_read_errstate, _write_errstate, thread=True),
    _Aspect(_read_filters, _write_filters, _pack_filters),
    _Aspect(sys.getrecursionlimit, sys.setrecursionlimit),
    _Aspect(sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    _Aspect(_read_logging, _write_logging),
)
