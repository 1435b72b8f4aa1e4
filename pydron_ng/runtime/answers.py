"""Calls and outcomes as bytes: what a worker is sent, what it answers, and how that is read."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from pydron_ng.runtime.chains import joined
from pydron_ng.runtime.failures import traceback_from
from pydron_ng.runtime.outcome import Outcome, Raised, Refused, Returned
from pydron_ng.values.blob import Blob
from pydron_ng.values.foreign import is_foreign
from pydron_ng.values.functions import Identity
from pydron_ng.values.library import Library
from pydron_ng.values.pack import Packed, unpack
from pydron_ng.values.references import Part, find
from pydron_ng.values.unshippable import Unshippable

RETURNED: Final = 0
RAISED: Final = 1
REFUSED: Final = 2
#: Raised from, or while handling, other exceptions.
CHAINED: Final = 3
#: What the blob of several calls begins with; a token begins with another letter.
SEVERAL: Final = b"*"
#: The same, where each call has a token of its own, and some take the results of others.
LINKED: Final = b"+"
#: The same for calls of one function with plain arguments: all in one piece.
ROW: Final = b"="
#: Where a call among several takes another one's result: the place of the argument, and the number
#: of that call.
Links = tuple[tuple[int, int], ...]
#: Why a linked call was not made: what it takes has failed, or is not plain. It is sent by itself.
UNLINKED: Final = "unlinked"
#: Results of these types are their own bytes; nobody can tell one copy of them from another.
_ATOMS: Final = frozenset({int, float, bool, str, bytes, type(None)})
#: The seconds that a call took, and what it returned; it has said nothing and read nothing.
Plain = tuple[float, Any]


def call_blob(identity: Identity, packed: Packed) -> Blob:
    """The bytes of one call."""
    return identity.token, *packed.blob


def calls_blob(identity: Identity, calls: Sequence[Packed]) -> Blob:
    """The bytes of several calls of one function, each in one part."""
    return SEVERAL + identity.token, *[packed.blob[0] for packed in calls]


def linked_blob(calls: Sequence[tuple[bytes, bytes, Links]]) -> Blob:
    """The bytes of several calls: of each the token, the arguments, and what it takes."""
    return LINKED, pickle.dumps(list(calls), 5)


def row_blob(token: bytes, calls: Sequence[tuple[Any, ...]], links: Mapping[int, Links]) -> Blob:
    """The bytes of several calls of one function: of each the arguments, and what it takes."""
    return ROW + token, pickle.dumps((calls, links), 5)


def is_plain(value: object) -> bool:
    """May the result travel as it is? A nan may be an argument, and has to be it again."""
    return type(value) in _ATOMS and value == value  # noqa: PLR0124  nan is not itself


def plain_blob(answer: Plain) -> Blob:
    """The answer to one call with a plain result."""
    return (pickle.dumps(answer, 5),)


def several_blob(answers: Sequence[Plain | Blob]) -> Blob:
    """The answer to several calls."""
    return (pickle.dumps(list(answers), 5),)


def row_answer(seconds: float, values: list[Any]) -> Blob:
    """The answer to several calls that all have returned something plain."""
    return (pickle.dumps((seconds, values), 5),)


def row_values(blob: Blob) -> tuple[float, list[Any]] | None:
    """Seconds and values, if it is such an answer."""
    answer = pickle.loads(blob[0])
    return answer if type(answer) is tuple and type(answer[0]) is float else None


def refused(failure: BaseException, seconds: float) -> Blob:
    """The answer to a call whose outcome is not to be believed, or cannot be brought back."""
    code, why = "not-performed", f"{type(failure).__qualname__}: {failure}"
    if isinstance(failure, Unshippable):
        code, why = failure.code, failure.why
    return (pickle.dumps((REFUSED, seconds, code, why, "", (), ()), 5),)


def decode(blob: Blob, library: Library, arguments: object) -> Outcome:
    """What became of a call. arguments: those that were issued, a tuple and a dictionary."""
    head = pickle.loads(blob[0])
    if type(head[0]) is float:
        return Returned(head[1], (), head[0], ())
    return _decoded(head, blob, library, arguments)


def decode_several(blob: Blob, library: Library, arguments: Sequence[object]) -> Iterator[Outcome]:
    """What became of each of several calls."""
    answers = pickle.loads(blob[0])
    if type(answers) is tuple:
        seconds, values = answers
        answers = [(seconds / len(values), value) for value in values]
    for answer, given in zip(answers, arguments, strict=True):
        if type(answer[0]) is float:
            yield Returned(answer[1], (), answer[0], ())
        else:
            yield _decoded(pickle.loads(answer[0]), answer, library, given)


def _decoded(head: tuple[Any, ...], blob: Blob, library: Library, arguments: object) -> Outcome:
    kind, seconds, records, files, unseen, steps, parts = head
    if kind == REFUSED:
        return Refused(records, files, seconds)
    made_for = partial(_unpack, blob[1:], parts, library)
    try:
        value = made_for(arguments)
        said = tuple(unpack(records, library)) if records else ()
    except Exception as failure:
        if is_foreign(failure):
            raise
        return Refused("undecodable", f"the outcome cannot be read: {failure!r}", seconds)
    if kind == RETURNED:
        return Returned(value, said, seconds, files, unseen, made_for if parts else None)
    if kind == CHAINED:
        value = joined(value, steps)
    else:
        value.__traceback__ = traceback_from(steps)
    return Raised(value, said, seconds, files, unseen)


def _unpack(blob: Blob, parts: tuple[Part, ...], library: Library, arguments: object) -> Any:
    """The value, with the parts that it shares with the arguments."""
    return unpack(blob, library, [find(arguments, part) for part in parts])
