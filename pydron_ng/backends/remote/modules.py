"""The program's side of modules that workers on other hosts ask for: which travel, and which not.

What belongs to the program travels as source: files below the entries of ``sys.path`` that hold no
installed packages. No code of the program's is run to find it, and nothing is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from pkgutil import get_importer
from typing import NamedTuple

from pydron_ng.backends.remote.asking import Source
from pydron_ng.values.installed import is_among_libraries

#: Told the name of a package that is installed here, and that the program uses.
Missing = Callable[[str], None]


def source_of(name: str, missing: Missing) -> Source | None:
    """The module as it is on disk now; None if it does not travel, or is not here either."""
    place = _place_of(name)
    if place is None:
        return None
    if place.file is None:
        return None if all(map(is_among_libraries, place.folders)) else Source(None, b"", True)
    if not place.file.endswith(".py") or is_among_libraries(place.file):
        if name in sys.modules:
            missing(name)
        return None
    try:
        text = Path(place.file).read_bytes()
    except OSError:
        return None
    return Source(place.file, text, place.is_package)


class _Place(NamedTuple):
    """Where a module is. file: None if it is a package of nothing but folders."""

    file: str | None
    folders: Sequence[str]  # in which its submodules are
    is_package: bool


def _place_of(name: str) -> _Place | None:
    """Where the program has it, or would have it; None if it is of another kind."""
    if (module := sys.modules.get(name)) is not None:
        spec = getattr(module, "__spec__", None)
        return None if spec is None else _as_place(spec)
    parent, _, _ = name.rpartition(".")
    if not parent:
        return _search(name, sys.path)
    above = _place_of(parent)
    return _search(name, above.folders) if above is not None and above.is_package else None


def _search(name: str, path: Iterable[str]) -> _Place | None:
    """The import system does the same, but wants the packages above to be imported."""
    folders: list[str] = []
    for entry in filter(lambda entry: isinstance(entry, str), path):
        finder = get_importer(entry or os.curdir)
        spec = None if finder is None else finder.find_spec(name)
        if spec is not None and spec.loader is not None:
            return _as_place(spec)
        if spec is not None:
            folders += spec.submodule_search_locations or ()
    return _Place(None, folders, is_package=True) if folders else None


def _as_place(spec: ModuleSpec) -> _Place | None:
    folders = spec.submodule_search_locations
    if spec.has_location or (spec.origin is None and folders is not None):
        return _Place(spec.origin, list(folders or ()), folders is not None)
    return None
