"""What a definition that travels whole needs of modules that are imported where it arrives.

Only its own code is sent: what it names in other modules of the program is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydron_ng.values.digest import Walk, digest_of, named_globals
from pydron_ng.values.importable import follow, module_of, plain
from pydron_ng.values.installed import is_installed
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

#: A module and a dotted name in it.
Place = tuple[str, str]


class Expected(NamedTuple):
    """The places, and the digest of all that they hold in the program."""

    places: tuple[Place, ...]
    digest: bytes


def expect(walk: Walk, library: Library) -> Expected:
    """What the program has now, at all places of importable modules that the walk came by."""
    places = tuple(dict.fromkeys(_places(walk, library)))
    return Expected(places, _digest(places, library) if places else b"")


def check(expected: Expected, library: Library) -> None:
    """Nothing, if what is imported here is what the program has.

    Raises:
        Unshippable: it is not.
    """
    if expected.places and _digest(expected.places, library) != expected.digest:
        names = ", ".join(sorted({module for module, _ in expected.places}))
        why = f"{names}: something differs between the program and the worker"
        raise Unshippable("other-definition", why)


def _digest(places: Iterable[Place], library: Library) -> bytes:
    return digest_of(tuple(plain(follow(*place)) for place in places), library)


def _places(walk: Walk, library: Library) -> Iterator[Place]:
    for definition in walk.definitions:
        if library.is_importable(definition):
            yield module_of(definition), definition.__qualname__
        elif isinstance(definition, FunctionType):
            yield from _attributes(definition)


def _attributes(function: FunctionType) -> Iterator[Place]:
    """What it names in modules; its own globals are sent along."""
    for space, name in named_globals(function):
        module: Any = space.get("__name__")
        if space is not function.__globals__ and not is_installed(module):
            yield module, name
