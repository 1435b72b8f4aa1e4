"""What a translation depends on, in a few bytes: two that differ in anything have others."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import CodeType
from typing import Any

from pydron_ng.values.hashing import blake2b

_SIZE = 20
#: Where the translation is written down: code and tables.
_PACKAGES = "translation", "purity"


def fingerprint(*parts: object) -> bytes:
    """That of plain values: numbers, texts, bytes, None, and tuples of them."""
    return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=_SIZE).digest()


def fingerprint_of(code: CodeType) -> bytes | None:
    """That of the code of a function, of its source text, and of who translates it.

    None where there is no source text, or no telling who translates.
    """
    first, last = _lines(code)
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename)[first - 1 : last]
    by = translator()
    if not lines or by is None:
        return None
    return fingerprint(by, "".join(lines), tuple(_described(code)))


def _lines(code: CodeType) -> tuple[int, int]:
    """The first and the last line of a function, inner functions included."""
    ends = [end or 0 for _, end, _, _ in code.co_positions()]
    inner = [_lines(c)[1] for c in code.co_consts if isinstance(c, CodeType)]
    return code.co_firstlineno, max([code.co_firstlineno, *ends, *inner])


def _described(code: CodeType) -> Iterator[Any]:
    """All that there is in a code object: marshal says the same in different ways."""
    for name in dir(code):
        if not name.startswith("co_") or name == _OUT_OF_USE:
            continue
        value = getattr(code, name)
        if name == "co_consts":
            yield name, tuple(map(_constant, value))
        elif isinstance(value, str | bytes | int | tuple):
            yield name, value


_OUT_OF_USE = "co_lnotab"  # to ask for it is to be warned; co_linetable says the same


def _constant(value: object) -> Any:
    if isinstance(value, CodeType):
        return tuple(_described(value))
    if isinstance(value, tuple):
        return "tuple", tuple(map(_constant, value))
    if isinstance(value, frozenset):
        return "frozenset", tuple(sorted(repr(_constant(part)) for part in value))
    return type(value).__name__, repr(value)


@cache
def translator() -> bytes | None:
    """That of this version of the translation, of this Python, and of how it compiles."""
    hashed = blake2b(digest_size=_SIZE)
    hashed.update(repr((sys.version, sys.implementation.cache_tag, sys.flags.optimize)).encode())
    try:
        for path in files():
            with open(path, "rb") as file:
                hashed.update(file.read())
            hashed.update(b"\0" + os.path.basename(path).encode() + b"\0")
    except OSError:
        return None
    return hashed.digest()


def files() -> Iterable[str]:
    """The files that say how to translate."""
    package = os.path.dirname(os.path.dirname(__file__))
    for part in _PACKAGES:
        for folder, inner, names in os.walk(os.path.join(package, part)):
            inner.sort()
            for file in sorted(names):
                if file.endswith((".py", ".json")):
                    yield os.path.join(folder, file)
