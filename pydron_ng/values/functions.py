"""Which function it is that a call calls: its content, not its name or address."""

from __future__ import annotations

import os
import weakref
from threading import get_ident
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydron_ng.values.blob import Blob, Token
from pydron_ng.values.culprit import describe_failure
from pydron_ng.values.definitions import refer, whole
from pydron_ng.values.digest import Walk
from pydron_ng.values.expected import expect
from pydron_ng.values.hashing import blake2b
from pydron_ng.values.importable import module_of
from pydron_ng.values.unshippable import Unshippable
from pydron_ng.values.watch import Watch, watch

if TYPE_CHECKING:
    from pydron_ng.values.library import Library


class Identity(NamedTuple):
    """A function as it was when it was identified; equal content has an equal token.

    tokens: all that a worker has to know before, the function's own token last.
    asks: it may ask which exception is being handled, which is none in a worker.
    """

    token: Token
    tokens: tuple[Token, ...]
    name: str
    definition: weakref.ref[Any]
    watches: tuple[Watch, ...]
    asks: bool

    def holds(self, function: Any) -> bool:
        """Whether code, defaults, closure and named globals are still the same."""
        if self.definition() is not function:
            return False
        for watched in self.watches:  # noqa: SIM110  a generator would double the time
            if not watched.holds():
                return False
        return True


def identify(definition: Any, library: Library) -> Identity:
    """What identifies the function (or class) now, remembered until it changes.

    Raises:
        Unshippable: a worker cannot have the same one.
    """
    here = get_ident(), id(definition)
    if here in library.identifying:
        why = f"{_name_of(definition)} holds objects that hold it"
        raise Unshippable("unshippable-cycle", why)
    library.identifying.add(here)
    try:
        known = library.identities.get(id(definition))
        if known is not None and known[1].holds(definition):
            return known[1]
        identity = _identify(definition, library)
    except Exception as failure:
        raise describe_failure(failure, definition) from None
    finally:
        library.identifying.discard(here)
    library.identities[id(definition)] = identity.definition, identity
    return identity


def _identify(definition: Any, library: Library) -> Identity:
    if not (isinstance(definition, (FunctionType, type)) or library.is_importable(definition)):
        why = f"{_name_of(definition)} is no function that another process can be told of"
        raise Unshippable("unshippable-callable", why)
    walk = Walk(library, definition)
    token = _token_for(definition, walk)
    ref = _weakly(definition, library)
    library.publish(token, ref, _blob_for(definition, walk, library))
    tokens = *_tokens_of_classes(walk, definition, library), token
    asks = any(_asks(d.__code__) for d in walk.definitions if isinstance(d, FunctionType))
    return Identity(token, tokens, _name_of(definition), ref, watch(walk, library), asks)


def _asks(code: CodeType) -> bool:
    names = [code.co_names, *(c for c in code.co_consts if type(c) is tuple)]  # of arguments, too
    if any(name in _ASKING for some in names for name in some):
        return True
    return any(_asks(c) for c in code.co_consts if type(c) is CodeType)


def _blob_for(definition: Any, walk: Walk, library: Library) -> Blob:
    if library.is_importable(definition):
        compared = isinstance(definition, FunctionType) or not library.is_same_by_name(definition)
        digest = walk.digest() if compared else b""
        return refer(module_of(definition), definition.__qualname__, digest)
    return whole(definition, expect(walk, library), library)


def _token_for(definition: Any, walk: Walk) -> Token:
    """The digest; of a class also which class it is, for two that look alike are two.

    So are two functions that refer to them. With the files, which tracebacks name: no part of the
    digest, other hosts have other paths.
    """
    is_class = isinstance(definition, type)
    classes = [definition] if is_class else walk.classes
    kind = (b"C" if is_class else b"F") + b",".join(str(id(cls)).encode() for cls in classes)
    codes = [d.__code__ for d in walk.definitions if isinstance(d, FunctionType)]
    files = "\0".join(code.co_filename for code in codes)
    return Token(kind + walk.digest() + blake2b(os.fsencode(files), digest_size=8).digest())


def _tokens_of_classes(walk: Walk, definition: Any, library: Library) -> list[Token]:
    others = [cls for cls in walk.classes if cls is not definition]
    return [token for cls in others for token in _own_token(cls, library)]


def _own_token(cls: type, library: Library) -> tuple[Token, ...]:
    """Published on its own; classes that name each other must not wait for each other."""
    if (known := library.token_of(cls)) is not None:
        return (known,)
    try:
        walk = Walk(library, cls)
        token = _token_for(cls, walk)
        library.publish(token, weakref.ref(cls), whole(cls, expect(walk, library), library))
    except Unshippable:  # then none of its objects can come back, which is told when one tries
        return ()
    return (token,)


def _weakly(definition: Any, library: Library) -> Any:
    """A weak reference that takes the memory of its identity along; builtins live for ever."""
    key = id(definition)
    try:
        return weakref.ref(definition, lambda _: library.identities.pop(key, None))
    except TypeError:
        return lambda: definition


def _name_of(definition: Any) -> str:
    return str(getattr(definition, "__qualname__", type(definition).__qualname__))


#: Names of functions, methods and arguments that have to do with the exception being handled.
_ASKING: Final = ("exc_info", "exception", "format_exc", "print_exc")
