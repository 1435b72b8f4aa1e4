"""What a worker does with one call, and how the program reads what came of it."""

from __future__ import annotations

import pickle
from time import perf_counter
from typing import Any, Final, Literal, NamedTuple

from pydron_ng.runtime.aliases import check_fresh, check_nans
from pydron_ng.runtime.capture import Capture, Spoken, capture_for
from pydron_ng.runtime.failures import Step, check_raised, take_steps, traceback_from
from pydron_ng.runtime.outcome import Files, Outcome, Raised, Refused, Returned
from pydron_ng.runtime.reads import reads
from pydron_ng.runtime.surroundings import in_force
from pydron_ng.values.blob import Blob, Token
from pydron_ng.values.foreign import is_foreign
from pydron_ng.values.functions import Identity, identify
from pydron_ng.values.library import Library, WorkerLibrary
from pydron_ng.values.pack import Packed, is_thorough, pack, unpack
from pydron_ng.values.unshippable import Unshippable

__all__ = ["Outcome", "Performer", "Raised", "Refused", "Returned", "call_blob", "decode"]

_RETURNED: Final = 0
_RAISED: Final = 1
_REFUSED: Final = 2


def call_blob(identity: Identity, packed: Packed) -> Blob:
    """The bytes of one call."""
    return identity.token, *packed.blob


def decode(blob: Blob, library: Library) -> Outcome:
    """What became of a call."""
    kind, seconds, records, files, steps = pickle.loads(blob[0])
    if kind == _REFUSED:
        return Refused(records, files, seconds)
    try:
        value = unpack(blob[1:], library)
        said = tuple(unpack(records, library)) if records else ()
    except Exception as failure:
        if is_foreign(failure):
            raise
        return Refused("undecodable", f"the outcome cannot be read: {failure!r}", seconds)
    if kind == _RETURNED:
        return Returned(value, said, seconds, files)
    value.__traceback__ = traceback_from(steps)
    return Raised(value, said, seconds, files)


class Performer:
    """One worker's side of all calls. captures: whether it has a process of its own."""

    def __init__(self, captures: Literal["process", "thread"] = "process") -> None:
        self._library = _library_for(captures)
        self._reads = reads()
        self._capture: Capture = capture_for(captures, self._copy)
        self._settings: Blob | None = None

    def define(self, token: Token, blob: Blob) -> None:
        if isinstance(self._library, WorkerLibrary):
            self._library.define(token, blob)

    def settings(self, blob: Blob) -> None:
        self._settings = blob
        self._capture.apply(blob)

    def _copy(self, value: Any) -> Any:
        return unpack(pack(value, self._library).blob, self._library)

    def perform(self, blob: Blob) -> Blob:
        """The outcome of one call; never raises for what the call does."""
        started = perf_counter()
        try:
            return self._perform(blob)
        except Unshippable as refusal:
            return _refusal(refusal.code, refusal.why, perf_counter() - started)
        except BaseException as failure:  # whatever it is, the worker goes on
            why = f"{type(failure).__qualname__}: {failure}"
            return _refusal("not-performed", why, perf_counter() - started)

    def _perform(self, blob: Blob) -> Blob:
        function = self._resolve(blob[0])
        args, kwargs = unpack(blob[1:], self._library)
        ended = self._run(function, args, kwargs)
        self._resolve(blob[0])
        said = pack(ended.records, self._library).blob if ended.records else ()
        if ended.kind == _RAISED:
            check_raised(ended.box[0], ended.steps)
        check_fresh(ended.box, (args, kwargs), function, self._library)
        result = pack(ended.box[0], self._library)
        if is_thorough(result.blob):
            check_nans(ended.box, (args, kwargs))
        header = ended.kind, ended.seconds, said, ended.files, ended.steps
        return pickle.dumps(header, 5), *result.blob

    def _resolve(self, token: bytes) -> Any:
        """The function, if it still is what the token was made for.

        Asked before and after the call: a thread calls the program's own function, whose
        globals and closure the program may change at any moment.
        """
        function = self._library.resolve(token)
        if isinstance(self._library, WorkerLibrary):
            return function
        if identify(function, self._library).token != token:
            raise Unshippable("changed-function", "the function changed since it was issued")
        if self._settings is not None and not in_force(self._settings):
            raise Unshippable("changed-surroundings", "they changed since the call was issued")
        return function

    def _run(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Ended:
        kind = _RETURNED
        steps: tuple[Step, ...] = ()
        self._reads.begin()
        self._capture.begin()
        started = perf_counter()
        try:
            box = [function(*args, **kwargs)]
        except BaseException as caught:
            kind, box = _RAISED, [caught]
            steps = take_steps(caught)
        finally:
            seconds = perf_counter() - started
            files = self._reads.end()
            records = self._capture.end()
        return _Ended(kind, box, steps, seconds, records, files)


class _Ended(NamedTuple):
    """A call that has ended, seen from within the worker.

    box: the value or exception; nothing else of ours refers to that.
    """

    kind: int
    box: list[Any]
    steps: tuple[Step, ...]
    seconds: float
    records: Spoken
    files: Files


def _library_for(captures: str) -> Library:
    """A worker of its own knows what it was told; a thread of the program what that knows."""
    if captures == "process":
        return WorkerLibrary()
    from pydron_ng.runtime.session import session

    return session().library


def _refusal(code: str, why: str, seconds: float) -> Blob:
    return (pickle.dumps((_REFUSED, seconds, code, why, ()), 5),)
