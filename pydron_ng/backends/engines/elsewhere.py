"""Functions of ours that an engine can carry, whatever its Python, and where this package is not.

A scheduler unpickles what it passes on; and code of one Python means nothing to another one.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

_SOURCE = "lambda *arguments: __import__({module!r}, fromlist=[{name!r}]).{name}(*arguments)"


class Elsewhere:
    """The function; pickled it is text, of which one is made that imports it once it is called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._module, self._name = function.__module__, function.__name__

    def __call__(self, *arguments: Any) -> Any:
        return getattr(importlib.import_module(self._module), self._name)(*arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return eval, (_SOURCE.format(module=self._module, name=self._name),)
