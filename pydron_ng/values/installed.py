"""Whether a module is installed, the same for every process, or part of the program."""

from __future__ import annotations

import os
import sys
import sysconfig
from functools import cache
from typing import Final


def is_installed(module: str) -> bool:
    """Whether the module of that name is a library's: nobody assigns to what it holds.

    So are the interpreter's own ones, and what never was imported.
    """
    home = module.partition(".")[0]
    if home in _ALWAYS or module not in sys.modules:
        return True
    file = getattr(sys.modules[module], "__file__", None)
    if isinstance(file, str):
        return is_among_libraries(file)
    parent = module.rpartition(".")[0]  # a module that another one made up
    return bool(parent) and is_installed(parent)


@cache
def is_among_libraries(file: str) -> bool:
    """Whether the file is the interpreter's, or one of an installed package."""
    path = os.path.abspath(file)
    return path.startswith(_folders()) or not _LIBRARIES.isdisjoint(path.split(os.sep))


@cache
def _folders() -> tuple[str, ...]:
    paths = [sysconfig.get_path(name) for name in _PATHS] + [os.path.dirname(os.__file__)]
    return tuple(os.path.join(path, "") for path in paths)


_ALWAYS: Final = frozenset({*sys.builtin_module_names, __name__.partition(".")[0]})
_LIBRARIES: Final = frozenset({"site-packages", "dist-packages"})
_PATHS: Final = ("stdlib", "platstdlib", "purelib", "platlib")
