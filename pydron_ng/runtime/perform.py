"""What a worker does with a call, or with several that came together."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Coroutine, Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pydron_ng.backends.base import Conversation, Say
from pydron_ng.memory.arena import Arena
from pydron_ng.runtime.aliases import Shared, shared_nans, shared_parts
from pydron_ng.runtime.answers import (
    CHAINED,
    LINKED,
    RAISED,
    RETURNED,
    ROW,
    SEVERAL,
    UNLINKED,
    Links,
    Plain,
    is_plain,
    plain_blob,
    refused,
    row_answer,
    several_blob,
)
from pydron_ng.runtime.capture import Capture, Kind, Spoken, capture_for
from pydron_ng.runtime.chains import is_chained, taken_apart
from pydron_ng.runtime.failures import Step, check_raised, take_steps
from pydron_ng.runtime.grain import is_coroutine_function
from pydron_ng.runtime.outcome import Files
from pydron_ng.runtime.reads import NOTHING_READ, be_elsewhere, reads, watch_os
from pydron_ng.runtime.surroundings import in_force
from pydron_ng.values.blob import Blob, Token, memory_of
from pydron_ng.values.functions import identify
from pydron_ng.values.keep import Keep, KeepShared, keep_here
from pydron_ng.values.library import Library, WorkerLibrary
from pydron_ng.values.pack import Packed, is_thorough, pack, pack_without, unpack
from pydron_ng.values.references import Part
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.runtime.nested.nest import Nest


class Performer:
    """One worker's side of all calls. captures: what the worker is."""

    hold_seconds = 0.001

    def __init__(self, captures: Kind = "process") -> None:
        self._library = _library_for(captures)
        self._is_apart = isinstance(self._library, WorkerLibrary)
        self._reads = reads()
        if captures != "thread":
            watch_os()
        if captures == "elsewhere":
            be_elsewhere()
        self._capture: Capture = capture_for(captures, self._copy)
        self._settings: Blob | None = None
        self._singly: set[bytes] = set()  # functions whose calls do more than return plain values
        self._keep: Keep = keep_here
        self._nest: Nest | None = None  # once a call may come to a scheduled function
        self._house: tuple[Conversation, Blob] | None = None

    def share(self, arena: Arena) -> None:
        """Put large results there."""
        self._keep = KeepShared(arena)

    def dwell(self, folder: str) -> None:
        """Its calls have the program's own directory."""

    def nest(self, conversation: Conversation, told: Blob) -> None:
        """Its calls have the other workers of the host make theirs."""
        self._house = conversation, told

    def define(self, token: Token, blob: Blob) -> None:
        if isinstance(self._library, WorkerLibrary):
            self._library.define(token, blob)

    def settings(self, blob: Blob) -> None:
        self._settings = blob
        self._capture.apply(blob)

    def _copy(self, value: Any) -> Any:
        return unpack(pack(value, self._library).blob, self._library)

    def perform(self, blob: Blob, say: Say) -> Blob | Coroutine[Any, Any, Blob]:  # noqa: ARG002
        """The outcome of the call, or the coroutine of it; never raises for what the call does."""
        token = blob[0]
        if token == LINKED:
            return several_blob(self._perform_linked(pickle.loads(memory_of(blob[1]))))
        if token.startswith(ROW):
            return self._perform_row(token.removeprefix(ROW), blob[1])
        if token.startswith(SEVERAL):
            return several_blob(self._perform_several(token.removeprefix(SEVERAL), blob[1:]))
        started = perf_counter()
        try:
            function = self._find(token)
            args, kwargs = unpack(blob[1:], self._library)
            if is_coroutine_function(function):
                return self._await(token, function, args, kwargs)
            answer = self._call(token, function, args, kwargs, self._capture.end)
            return plain_blob(answer) if type(answer[0]) is float else answer
        except BaseException as failure:  # whatever it is, the worker goes on
            lost = any(part is None for part in blob)  # there was no memory for them
            why = MemoryError("there is not enough for its arguments") if lost else failure
            return refused(why, perf_counter() - started)

    def _perform_several(self, token: bytes, calls: Blob) -> Sequence[Plain | Blob]:
        """Of each call the answer; none is believed if one of them has written past Python."""
        began = perf_counter()
        try:
            function = self._find(token)
            answers = [self._perform_one(token, function, data) for data in calls]
            self._capture.after_several()
        except BaseException as failure:
            return [refused(failure, perf_counter() - began)] * len(calls)
        return answers

    def _perform_linked(self, calls: Sequence[tuple[bytes, bytes, Links]]) -> Sequence[Any]:
        """The same where calls take results of those before them."""
        answers: list[Plain | Blob] = []
        began = perf_counter()
        try:
            for token, data, links in calls:
                taken = [(place, answers[number]) for place, number in links]
                if all(type(answer[0]) is float for _, answer in taken):
                    function = self._find(token)
                    answers.append(self._perform_one(token, function, data, taken))
                else:
                    answers.append(refused(Unshippable(UNLINKED, "what it takes is not plain"), 0))
            self._capture.after_several()
        except BaseException as failure:
            return [refused(failure, perf_counter() - began)] * len(calls)
        return answers

    def _perform_row(self, token: bytes, data: Any) -> Blob:
        """Calls with plain arguments: at a stretch, as long as they do nothing but return.

        Else all of them are made once more, one by one, to see which did what; they are pure.
        """
        calls, links = pickle.loads(memory_of(data))
        if token not in self._singly:
            answer = self._run_row(token, calls, links)
            if answer is not None:
                return row_answer(*answer)
            self._singly.add(token)
        single = [pickle.dumps((args, {}), 5) for args in calls]
        linked = [(token, one, links.get(n, ())) for n, one in enumerate(single)]
        return several_blob(self._perform_linked(linked))

    def _run_row(
        self, token: bytes, calls: Sequence[tuple[Any, ...]], links: Mapping[int, Links]
    ) -> tuple[float, list[Any]] | None:
        """Seconds and values, if all that the calls do is to return something plain."""
        try:
            function = self._find(token)  # which may read files: before all that is watched
        except BaseException:
            return None
        self._reads.begin()
        self._capture.begin()
        started = perf_counter()
        try:
            if self._nest is not None:
                self._nest.begin()
            values = _values(function, calls, links)
        except BaseException:
            values = None
        finally:
            if self._nest is not None:
                self._nest.end()
        seconds = perf_counter() - started
        read = self._reads.end()
        try:
            spoken = self._capture.end()
            if not self._is_apart:
                self._resolve(token)
        except BaseException:
            return None
        if values is None or spoken or read is not NOTHING_READ:
            return None
        return (seconds, values) if all(map(is_plain, values)) else None

    def _perform_one(
        self, token: bytes, function: Any, data: bytes, taken: Sequence[tuple[int, Any]] = ()
    ) -> Plain | Blob:
        """taken: the places of arguments that are the results of other calls, and their answers."""
        began = perf_counter()
        try:
            args, kwargs = unpack((data,), self._library)
            if taken:
                args = _with(args, [(place, answer[1]) for place, answer in taken])
            return self._call(token, function, args, kwargs, self._capture.between)
        except BaseException as failure:
            return refused(failure, perf_counter() - began)

    def _call(
        self,
        token: bytes,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        end: Callable[[], Spoken],
    ) -> Plain | Blob:
        ended = self._run(function, args, kwargs, end)
        if ended.kind == RETURNED and not ended.records and ended.read is NOTHING_READ:
            value = ended.box[0]
            if is_plain(value):
                if not self._is_apart:
                    self._resolve(token)
                return ended.seconds, value
        return self._answer(token, function, (args, kwargs), ended)

    async def _await(
        self, token: bytes, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Blob:
        started = perf_counter()
        try:
            ended = await self._run_in_steps(function, args, kwargs)
            return self._answer(token, function, (args, kwargs), ended)
        except BaseException as failure:
            return refused(failure, perf_counter() - started)

    def _answer(self, token: bytes, function: Any, arguments: object, ended: _Ended) -> Blob:
        self._resolve(token)
        said = pack(ended.records, self._library).blob if ended.records else ()
        if ended.kind == RAISED:
            check_raised(ended.box[0], ended.steps)
            if is_chained(ended.box[0]):
                ended = _in_parts(ended)
        result, parts = self._pack_result(ended.box, arguments, function)
        if parts and ended.kind != RETURNED:
            raise Unshippable("aliased-exception", "the exception holds a part of the arguments")
        header = (ended.kind, ended.seconds, said, *ended.read, ended.steps, parts)
        return pickle.dumps(header, 5), *result.blob

    def _pack_result(
        self, box: list[Any], arguments: object, function: object
    ) -> tuple[Packed, tuple[Part, ...]]:
        """The result without what is the arguments', and the parts that were left out."""
        shared = shared_parts(box, arguments, function, self._library)
        packed = self._without(box[0], shared)
        if is_thorough(packed.blob) and (nans := shared_nans(box, arguments, shared)):
            shared += nans
            packed = self._without(box[0], shared)
        return packed, tuple(part for _, part in shared)

    def _without(self, value: object, shared: Shared) -> Packed:
        if not shared:
            return pack(value, self._library, keep=self._keep)
        return pack_without(value, [obj for obj, _ in shared], self._library, self._keep)

    def _find(self, token: bytes) -> Any:
        """What is to be called: the function, and what it may call is scheduled."""
        function = self._resolve(token)
        if self._house is None or not isinstance(self._library, WorkerLibrary):
            return function
        if not self._library.scheduled or is_coroutine_function(function):
            return function
        if self._nest is None:
            from pydron_ng.runtime.nested.nest import Nest

            self._nest = Nest(*self._house, self._library, self._reads)
        return self._nest.meet(token, function)

    def _resolve(self, token: bytes) -> Any:
        """The function, if it still is what the token was made for.

        Asked before and after the call: a thread calls the program's own function, whose
        globals and closure the program may change at any moment.
        """
        function = self._library.resolve(token)
        if self._is_apart:
            return function
        if identify(function, self._library).token != token:
            raise Unshippable("changed-function", "the function changed since it was issued")
        if self._settings is not None and not in_force(self._settings):
            raise Unshippable("changed-surroundings", "they changed since the call was issued")
        return function

    def _run(
        self,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        end: Callable[[], Spoken],
    ) -> _Ended:
        kind = RETURNED
        steps: tuple[Step, ...] = ()
        self._reads.begin()
        self._capture.begin()
        started = perf_counter()
        try:
            if self._nest is not None:
                self._nest.begin()
            box = [function(*args, **kwargs)]
        except BaseException as caught:
            kind, box = RAISED, [caught]
            steps = take_steps(caught)
        finally:
            seconds = perf_counter() - started
            if self._nest is not None:
                self._nest.end()
            read = self._reads.end()
            records = end()
        return _Ended(kind, box, steps, seconds, records, read)

    async def _run_in_steps(
        self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> _Ended:
        from pydron_ng.runtime.steps import Ear

        kind = RETURNED
        steps: tuple[Step, ...] = ()
        ear = Ear(self._capture, self._reads)
        started = perf_counter()
        try:
            box = [await ear.listen(function(*args, **kwargs))]
        except BaseException as caught:
            kind, box = RAISED, [caught]
            steps = take_steps(caught)
        seconds = perf_counter() - started
        records, read = ear.end()
        return _Ended(kind, box, steps, seconds, records, read)


def _values(
    function: Any, calls: Sequence[tuple[Any, ...]], links: Mapping[int, Links]
) -> list[Any]:
    """What the calls return. Raises: whatever one of them does."""
    if not links:
        return [function(*args) for args in calls]
    values: list[Any] = []
    for number, args in enumerate(calls):
        taken = [(place, values[other]) for place, other in links.get(number, ())]
        values.append(function(*_with(args, taken)))
    return values


def _with(args: tuple[Any, ...], taken: Sequence[tuple[int, Any]]) -> tuple[Any, ...]:
    """The arguments with those values in their places."""
    completed = list(args)
    for place, value in taken:
        completed[place] = value
    return tuple(completed)


def _in_parts(ended: _Ended) -> _Ended:
    parts, links = taken_apart(ended.box.pop(), ended.steps)
    return ended._replace(kind=CHAINED, box=[parts], steps=links)


class _Ended(NamedTuple):
    """A call that has ended, seen from within the worker.

    box: the value, exception, or those of a chain; nothing else of ours refers to that.
    steps: the frames that it came through, or the links of a chain.
    read: the files that it looked at, and how it has read what nobody can watch.
    """

    kind: int
    box: list[Any]
    steps: tuple[Any, ...]
    seconds: float
    records: Spoken
    read: tuple[Files, str]


def _library_for(captures: str) -> Library:
    """A worker of its own knows what it was told; a thread of the program what that knows."""
    from pydron_ng.runtime.session import session

    if captures != "thread":
        session().library = WorkerLibrary()
    return session().library
