"""Objects that pydron.conf names as ``module:attribute``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from pydron_ng.errors import ConfigError


def find(name: str, key: str) -> Callable[..., Any]:
    """What can be called by that name. Raises: ConfigError, which says which key has it."""
    module, _, attribute = name.partition(":")
    if not (module and attribute):
        raise ConfigError(f'"{key}": {name!r} is not of the form "module:callable"')
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        why = f'"{key}": {module!r} cannot be imported: {error}'
        raise ConfigError(
            f"{why}\n  try: pip install it, or put its folder on PYTHONPATH"
        ) from error
    called = getattr(found, attribute, None)
    if not callable(called):
        what = "has no" if called is None else "cannot call its"
        raise ConfigError(f'"{key}": module {module!r} {what} {attribute!r}')
    return called  # type: ignore[no-any-return]
