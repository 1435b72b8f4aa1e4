"""What surrounds the program and may change what its functions compute."""

from __future__ import annotations

import _locale
import os
import pickle
import sys
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, Final, NamedTuple

from pydron_ng.runtime.reads import go_astray, unchanged
from pydron_ng.runtime.session import session
from pydron_ng.values.blob import Blob
from pydron_ng.values.importable import follow

__all__ = ["Surroundings", "apply", "aspects", "capture", "unchanged"]


class Surroundings:
    """A snapshot. Equal snapshots surround a function equally."""

    def __init__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Surroundings) and self._state == other._state

    def __hash__(self) -> int:
        raise TypeError("surroundings are compared, not looked up")

    def hold(self) -> bool:
        """Are they still the same?"""
        for aspect, was in zip(_ASPECTS, self._state, strict=True):  # noqa: SIM110  half the time
            if not aspect.still(was):
                return False
        return True

    @cached_property
    def blob(self) -> Blob:
        """The snapshot as bytes, to be applied in a worker."""
        packed = tuple(aspect.pack(was) for aspect, was in zip(_ASPECTS, self._state, strict=True))
        return (pickle.dumps(packed, 5),)


def capture(last: Surroundings | None = None) -> Surroundings:
    """The surroundings as they are now; `last` itself if nothing changed since."""
    if last is not None and last.hold():
        return last
    return Surroundings(tuple([aspect.read() for aspect in _ASPECTS]))


def aspects() -> dict[str, object]:
    """What they are now, by what each is called."""
    return {aspect.name: aspect.read() for aspect in _ASPECTS}


def apply(blob: Blob) -> None:
    """Put this process into those surroundings, in so far as they differ."""
    for aspect, wanted in zip(_ASPECTS, pickle.loads(blob[0]), strict=True):
        if wanted is not None and aspect.pack(aspect.read()) != wanted:
            aspect.write(wanted)


def apply_elsewhere(blob: Blob) -> str:
    """The same on another host, as far as it has them; in words what it cannot have.

    It has an import path of its own. Where it does not have the working directory, what calls
    make of that does not count. What only concerns a library that it does not have is no loss.
    """
    lacking = []
    for aspect, wanted in zip(_ASPECTS, pickle.loads(blob[0]), strict=True):
        if wanted is None or aspect.write is _write_path:
            continue
        try:
            if aspect.pack(aspect.read()) != wanted:
                aspect.write(wanted)
            failure: Exception | None = None
        except ImportError:
            continue
        except Exception as caught:
            failure = caught
        if aspect.write is os.chdir:
            go_astray(failure is not None)
        elif failure is not None:
            lacking.append(f"{aspect.name}: {failure}")
    return "; ".join(lacking)


def in_force(blob: Blob) -> bool:
    """Are the surroundings of this process the wanted ones, as far as they can be compared?"""
    pairs = zip(_ASPECTS, pickle.loads(blob[0]), strict=True)
    return all(a.thread or a.unequal or w in (None, a.pack(a.read())) for a, w in pairs)


def _as_it_is(state: Any) -> Any:
    return state


def apply_to_thread(blob: Blob) -> None:
    """Put this thread into those surroundings that belong to a thread."""
    for aspect, wanted in zip(_ASPECTS, pickle.loads(blob[0]), strict=True):
        if aspect.thread and wanted is not None and aspect.pack(aspect.read()) != wanted:
            aspect.write(wanted)


def _replace(items: list[str], wanted: list[str]) -> None:
    items[:] = wanted


def _write_path(wanted: list[str]) -> None:
    _replace(sys.path, wanted)


def _read_directory() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return None


def _environment() -> dict[Any, Any]:
    return os.environ._data  # type: ignore[attr-defined, no-any-return]  # noqa: SLF001  3 times faster


def _write_environment(wanted: dict[Any, Any]) -> None:
    decode = os.environ.decodevalue
    decoded = {decode(name): decode(value) for name, value in wanted.items()}
    for name in set(os.environ) - set(decoded):
        del os.environ[name]
    os.environ.update(decoded)


def _read_locale() -> str:
    return _locale.setlocale(_locale.LC_ALL, None)


def _write_locale(wanted: str) -> None:
    _locale.setlocale(_locale.LC_ALL, wanted)


def _read_decimal() -> Any:
    decimal = sys.modules.get("decimal")
    if decimal is None:
        return None
    context = decimal.getcontext()
    return *_limits(context), dict(context.traps)


def _limits(context: Any) -> tuple[Any, ...]:
    limits = context.prec, context.rounding, context.Emin, context.Emax
    return *limits, context.capitals, context.clamp


def _same_decimal(was: Any) -> bool:
    decimal = sys.modules.get("decimal")
    if decimal is None or was is None:
        return decimal is was
    context = decimal.getcontext()
    return bool(context.traps == was[-1]) and _limits(context) == was[:-1]


def _pack_decimal(state: Any) -> Any:
    """The signals that are trapped by their names: the module is not imported for it."""
    if state is None:
        return None
    return *state[:-1], tuple(signal.__name__ for signal, trapped in state[-1].items() if trapped)


def _write_decimal(wanted: Any) -> None:
    import decimal

    *limits, names = wanted
    traps = [getattr(decimal, name) for name in names]
    prec, rounding, low, high, capitals, clamp = limits
    decimal.setcontext(decimal.Context(prec, rounding, low, high, capitals, clamp, [], traps))


_UNSET: Final = object()


class _Numpys:
    """What numpy answers, and the object that it keeps for that; another answer is another one."""

    __slots__ = ("answer", "kept")

    def __init__(self, answer: Any, kept: object) -> None:
        self.answer, self.kept = answer, kept

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Numpys) and bool(self.answer == other.answer)

    def __hash__(self) -> int:
        raise TypeError("surroundings are compared, not looked up")


class _OfNumpy:
    """One of numpy's settings. asked: the function that tells it."""

    def __init__(self, module: str, variable: str, asked: str) -> None:
        """module, variable: where numpy keeps it."""
        self._module, self._variable, self._asked = f"numpy.{module}", variable, asked

    def read(self) -> _Numpys | None:
        numpy = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, self._asked):
            return None
        return _Numpys(getattr(numpy, self._asked)(), self._kept())

    def still(self, was: _Numpys | None) -> bool:
        if was is not None and was.kept is not None and was.kept is self._kept():
            return True
        return self.read() == was

    def _kept(self) -> object:
        variable = getattr(sys.modules.get(self._module), self._variable, None)
        return None if variable is None else variable.get(_UNSET)


def _answer(was: _Numpys | None) -> Any:
    return None if was is None else was.answer


def _write_errstate(wanted: dict[str, Any]) -> None:
    import numpy as np

    np.seterr(**wanted)


def _pack_printing(was: _Numpys | None) -> Any:
    """The options as they are, or as bytes where functions of the program's are among them."""
    options = _answer(was)
    if options is None or not any(options.get(name) for name in ("formatter", "override_repr")):
        return options
    import cloudpickle

    return cloudpickle.dumps(options, 5)


def _write_printing(wanted: Any) -> None:
    import numpy as np

    np.set_printoptions(**(pickle.loads(wanted) if type(wanted) is bytes else wanted))


_WARNING: Final = 30


def _read_logging() -> Any:
    logging = sys.modules.get("logging")
    if logging is None:
        return _WARNING, 0, {}  # as it will be when somebody imports it
    root = logging.root
    levels = {
        name: (logger.level, logger.disabled)
        for name, logger in root.manager.loggerDict.items()
        if getattr(logger, "level", 0) or getattr(logger, "disabled", False)
    }
    return root.level, root.manager.disable, levels


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
    return () if warnings is None else (warnings.defaultaction, list(warnings.filters))


def _same_filters(was: tuple[Any, ...]) -> bool:
    warnings = sys.modules.get("warnings")
    if warnings is None or not was:
        return warnings is None and not was
    return bool(warnings.defaultaction == was[0] and warnings.filters == was[1])


def _pack_filters(filters: tuple[Any, ...]) -> tuple[Any, ...]:
    """The filters as plain data: a category by module and name."""
    default, rest = filters or ("default", [])
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


def _read_trusted() -> tuple[str, ...]:
    return session().library.trusted


def _write_trusted(wanted: tuple[str, ...]) -> None:
    session().library.take_trusted(wanted)


class _Aspect(NamedTuple):
    """One of the surroundings.

    still: whether it still is what was read; may be cheaper than to read it again.
    thread: it is that of a thread, not of the process.
    unequal: what a thread of the program finds there differs from what was sent.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], None]
    pack: Callable[[Any], Any]
    still: Callable[[Any], bool]
    thread: bool = False
    unequal: bool = False


def _aspect(
    name: str,
    read: Callable[[], Any],
    write: Callable[[Any], None],
    pack: Callable[[Any], Any] = _as_it_is,
    still: Callable[[Any], bool] | None = None,
    **how: bool,
) -> _Aspect:
    return _Aspect(name, read, write, pack, still or (lambda was: bool(read() == was)), **how)


_ERRSTATE: Final = _OfNumpy("_core.umath", "_extobj_contextvar", "geterr")
_PRINTING: Final = _OfNumpy("_core.printoptions", "format_options", "get_printoptions")
_ASPECTS: Final = (
    _aspect("the working directory", _read_directory, os.chdir),
    _aspect(
        "the environment",
        lambda: dict(_environment()),
        _write_environment,
        still=lambda was: _environment() == was,
    ),
    _aspect(
        "sys.path",
        lambda: list(sys.path),
        _write_path,
        still=lambda was: sys.path == was,
    ),
    _aspect(
        "sys.argv",
        lambda: list(sys.argv),
        partial(_replace, sys.argv),
        still=lambda was: sys.argv == was,
    ),
    _aspect("the locale", _read_locale, _write_locale),
    _aspect("the value types", _read_trusted, _write_trusted),
    _aspect(
        "the decimal context",
        _read_decimal,
        _write_decimal,
        _pack_decimal,
        thread=True,
        still=_same_decimal,
    ),
    _aspect(
        "numpy's error state",
        _ERRSTATE.read,
        _write_errstate,
        _answer,
        _ERRSTATE.still,
        thread=True,
    ),
    _aspect(
        "numpy's print options", _PRINTING.read, _write_printing, _pack_printing, _PRINTING.still
    ),
    _aspect(
        "the warning filters",
        _read_filters,
        _write_filters,
        _pack_filters,
        unequal=True,
        still=_same_filters,
    ),
    _aspect("the recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    _aspect("the digits of integers", sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    _aspect("the levels of loggers", _read_logging, _write_logging),
)
