"""Functions and classes as bytes: by reference to a module, or whole."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

from pydron_ng.values.blob import Blob
from pydron_ng.values.digest import digest_of
from pydron_ng.values.expected import Expected, check
from pydron_ng.values.foreign import is_foreign
from pydron_ng.values.importable import follow, plain
from pydron_ng.values.pickler import ValueUnpickler
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library

_REFERENCE = b"R"
_WHOLE = b"W"


def refer(module: str, qualname: str, digest: bytes) -> Blob:
    """A definition by reference: the worker imports it and compares the digest."""
    return _REFERENCE, pickle.dumps((module, qualname, digest), 5)


def whole(definition: Any, expected: Expected, library: Library) -> Blob:
    """A definition by value. expected: what it needs of modules that the worker imports.

    Raises:
        Unshippable: it holds something that would not arrive as it left.
    """
    from pydron_ng.values.whole import DefinitionPickler

    file = io.BytesIO()
    try:
        DefinitionPickler(file, library).dump(definition)
    except Unshippable:
        raise
    except Exception as failure:
        if is_foreign(failure):
            raise
        why = f"{definition.__qualname__} cannot be sent: {failure}"
        raise Unshippable("unshippable-function", why) from None
    return _WHOLE, file.getvalue(), pickle.dumps(expected, 5)


def is_whole(blob: Blob) -> bool:
    """Whether a definition is by value: to load it imports nothing of the program's."""
    return bool(blob[0] == _WHOLE)


def load(blob: Blob, library: Library) -> Any:
    """The function or class that a definition defines.

    Raises:
        Unshippable: what is imported here is not what the program has.
    """
    if blob[0] == _REFERENCE:
        module, qualname, digest = pickle.loads(blob[1])
        return _load_reference(module, qualname, digest, library)
    definition = ValueUnpickler(blob[1], (), library).load()
    check(pickle.loads(blob[2]), library)
    return definition


def _load_reference(module: str, qualname: str, digest: bytes, library: Library) -> Any:
    definition = plain(follow(module, qualname))
    if digest and digest_of(definition, library) != digest:
        why = f"{module}.{qualname} differs between the program and the worker"
        raise Unshippable("other-definition", why)
    return definition
