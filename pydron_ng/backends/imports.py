"""Which packages a program imports, and in which version they are installed, here or elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from pydron_ng.values.installed import is_among_libraries

#: They travel to other hosts, so what is installed there does not matter.
TRAVEL = frozenset({"cloudpickle", __name__.partition(".")[0]})


def imported_by(script: Path) -> set[str]:
    """The packages and modules of others that the script names, or a module of its own does.

    Found without running any of it; top-level names, nothing of the standard library.

    Raises:
        OSError, SyntaxError, ValueError: the script cannot be read as Python.
    """
    return _closure(script, [str(script.resolve().parent), *sys.path])


def used_by_this_program() -> set[str]:
    """The installed packages that it has imported, and the ones that its main file names."""
    loaded = {name for name in list(sys.modules) if name.isidentifier() and _is_installed(name)}
    return (loaded | _of_main()) - TRAVEL - sys.stdlib_module_names


def _of_main() -> set[str]:
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    try:
        return set(_names_in(Path(file).read_bytes())) if isinstance(file, str) else set()
    except (OSError, SyntaxError, ValueError):
        return set()


def _is_installed(name: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and is_among_libraries(file)


def _closure(script: Path, path: list[str]) -> set[str]:
    names = set(_names_in(script.read_bytes()))
    found: set[str] = set()
    while names:
        name = names.pop()
        if name in found or name in TRAVEL or name in sys.stdlib_module_names:
            continue
        found.add(name)
        for file in _own_files(PathFinder.find_spec(name, path)):
            found.discard(name)
            names |= _names_in_own(file) - {name}
    return found


def _own_files(spec: ModuleSpec | None) -> Iterator[Path]:
    """The source of a module of the program's; nothing of one that is installed."""
    if spec is None or spec.origin is None or is_among_libraries(spec.origin):
        return
    if spec.origin.endswith(".py"):
        is_package = spec.submodule_search_locations is not None
        yield from Path(spec.origin).parent.rglob("*.py") if is_package else [Path(spec.origin)]


def _names_in_own(file: Path) -> set[str]:
    try:
        return set(_names_in(file.read_bytes()))
    except (OSError, SyntaxError, ValueError):
        return set()


def _names_in(source: bytes) -> Iterator[str]:
    import ast  # slow, and agents never need it

    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                pass


# --- versions ---


def has(module: str) -> bool:
    """Whether Python would find it here, without being given anything by the program."""
    return PathFinder.find_spec(module) is not None


def versions_of(modules: Iterable[str]) -> dict[str, str | None]:
    """By the name of a top-level module, the version of the package that it belongs to."""
    from importlib.metadata import packages_distributions

    found = {module: version_of(module) for module in modules}
    if unlike := [module for module, version in found.items() if version is None and has(module)]:
        packages: Mapping[str, list[str]] = packages_distributions()
        found |= {module: version_of(packages.get(module, [module])[0]) for module in unlike}
    return found


def version_of(package: str) -> str | None:
    """As pip knows it; None if it does not."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except (PackageNotFoundError, ValueError):
        return None
