"""What the user declares of functions and classes that are not his own, in code or pydron.conf."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydron_ng.config.mistakes import Mistake, did_you_mean
from pydron_ng.errors import ConfigError
from pydron_ng.purity.table import table
from pydron_ng.runtime.grain import mark, mark_of
from pydron_ng.runtime.session import session

if TYPE_CHECKING:
    from pydron_ng.config import Configuration


def declare_type(cls: Any, pure_methods: Iterable[str] = ()) -> None:
    """Its objects are values that travel by pickle; these methods only compute.

    Raises:
        TypeError: it is no class, or has no such method of its own.
    """
    if not isinstance(cls, type):
        raise TypeError(f"value_type() takes a class, not a {type(cls).__name__}")
    for name in pure_methods:
        if name not in cls.__dict__:
            raise TypeError(f"{cls.__qualname__} has no method {name} of its own")
    table().declare_type(cls, pure_methods)
    session().library.trust(cls)


def declare(config: Configuration) -> None:
    """All that the configuration names.

    Raises:
        ConfigError: with everything that is not there, or is of the wrong kind.
    """
    found = list(_mistakes(config))
    if found:
        raise ConfigError(*found)


def _mistakes(config: Configuration) -> Iterator[Mistake]:
    ways: tuple[tuple[str, Callable[[Any], None]], ...] = (
        ("functional", _mark),
        ("pure", _declare_pure),
        ("value_types", declare_type),
    )
    for key, way in ways:
        for index, name in enumerate(getattr(config, key)):
            try:
                way(_find(name))
            except (LookupError, TypeError) as error:
                yield Mistake(config.source, f"$.{key}[{index}]", str(error.args[0]))


def _mark(function: Any) -> None:
    if mark_of(function) is None:
        mark(function)


def _declare_pure(function: Any) -> None:
    if not callable(function):
        raise TypeError(f"a {type(function).__name__} is no function")
    table().declare_function(function)


def _find(place: str) -> Any:
    """What ``module:name`` stands for. Raises: LookupError."""
    module, _, path = place.partition(":")
    try:
        found: Any = import_module(module)
    except ImportError as error:
        raise LookupError(f"module {module} cannot be imported: {error}") from None
    for name in path.split("."):
        if name not in (known := vars(found)):
            raise LookupError(f"{place}: there is no {name}{did_you_mean(name, known)}")
        found = known[name]
    return found
