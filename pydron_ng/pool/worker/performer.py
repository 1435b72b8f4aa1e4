"""What a worker does with a task of a pool."""

from __future__ import annotations

import pickle
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from time import time
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final

from pydron_ng.backends.base import Conversation, Say
from pydron_ng.memory.arena import SHARE_BYTES, Arena
from pydron_ng.pool.parcels import (
    AWAITED,
    LARGE_FUNCTION,
    LARGE_FUNCTIONS,
    LAST,
    Answer,
    Asked,
    Portable,
    Raised,
    Unpicklable,
    dumps,
    packed,
    unpacked,
    words_of,
)
from pydron_ng.pool.said import Said
from pydron_ng.pool.worker.calling import call_all, call_apart, call_once, in_time, raised
from pydron_ng.pool.worker.folder import left_in, working_in
from pydron_ng.pool.worker.hearing import Hearing
from pydron_ng.pool.worker.reporting import reporting
from pydron_ng.values.blob import Blob, Token, memory_of
from pydron_ng.values.recent import Recent

#: So many functions that were sent along with tasks are remembered.
_MOST_FUNCTIONS = 256
#: Others may hold what a call changes, which the next one is not to see.
_LASTING: Final = frozenset({FunctionType, BuiltinFunctionType, type})


class Performer:
    """One worker's side. captures: what the worker is; threads print as the program does."""

    hold_seconds = 0.0  # what was done has an outcome, whatever the next call does to its worker

    def __init__(self, captures: str) -> None:
        self._hearing = None if captures == "thread" else Hearing()
        self._arena: Arena | None = None
        self._home = ""
        self._defined: dict[bytes, bytes] = {}
        self._recent = Recent(LARGE_FUNCTIONS)
        self._functions: dict[bytes, Any] = {}
        self._trouble: Raised | None = None  # of the initializer
        self._cleanup = b""

    def share(self, arena: Arena) -> None:
        """Put large results there."""
        self._arena = arena

    def nest(self, conversation: Conversation, told: Blob) -> None:
        """Tasks keep their calls to themselves."""

    def dwell(self, folder: str) -> None:
        """Tasks with files have directories there."""
        self._home = folder

    def define(self, token: Token, blob: Blob) -> None:
        self._defined[token] = data = bytes(memory_of(blob[0]))
        for gone in self._recent.add(token, len(data)):
            del self._defined[gone]

    def settings(self, blob: Blob) -> None:
        """The initializer, which is called before the first task, and what is called at the end."""
        initializer, cleanup, *given = blob
        try:
            if initializer:
                _, (arguments, _) = unpacked(given)
                pickle.loads(memory_of(initializer))(*arguments)
            self._cleanup = bytes(memory_of(cleanup))
        except BaseException as failure:
            with suppress(BaseException):  # its class is the user's
                failure.add_note("raised by the initializer of the pool")
            self._trouble = raised(failure)._replace(is_first=True)

    def perform(self, blob: Blob, say: Say) -> Blob | Coroutine[Any, Any, Blob]:
        """The answer to a task; never raises for what that does."""
        began = time()
        if blob[0] == LAST:
            return self._clean_up(began)
        if self._trouble is not None:
            return self._answer(Answer([self._trouble], False, began, time(), ()))
        try:
            function = self._function(blob[0])
            how, given, *asked = unpacked(blob[1:])
        except BaseException as failure:
            return self._answer(Answer([raised(failure)], False, began, time(), ()))
        if how == AWAITED:
            return self._await(function, *given, say=say if asked and asked[0].reports else None)
        if asked:
            return self._perform_asked(function, how, given, asked[0], say, blob)
        with self._heard() as said:
            outcomes, is_fine = call_all(function, how, given)
        return self._answer(Answer(outcomes, is_fine, began, time(), tuple(said)))

    def _perform_asked(
        self, function: Any, how: int, given: Any, asked: Asked, say: Say, blob: Blob
    ) -> Blob:
        """The same, and see to what is asked for besides."""
        began = time()
        outcomes: list[Any] = []
        files: Sequence[Any] = ()
        with self._heard() as said:
            try:
                with self._minded(asked, say, said, blob) as folder:
                    outcomes = self._call_asked(function, how, given, asked, said)
                    if asked.outputs and Raised not in map(type, outcomes):
                        files = left_in(folder, asked.outputs)
            except BaseException as failure:  # there is no room for a file, for one
                outcomes = [raised(failure)]
        is_fine = Raised not in map(type, outcomes)
        return self._answer(Answer(outcomes, is_fine, began, time(), tuple(said), files))

    @contextmanager
    def _minded(self, asked: Asked, say: Say, said: Said, blob: Blob) -> Iterator[str]:
        """See to it meanwhile; the directory of the task, if it has one of its own."""
        with ExitStack() as meanwhile:
            if asked.reports:
                meanwhile.enter_context(reporting(say, is_alone=self._hearing is not None))
            if asked.capture and self._hearing is not None:
                meanwhile.enter_context(self._hearing.beneath(said))
            folder = ""
            if asked.files or asked.outputs:
                if self._hearing is None:  # a thread, that was added when the task was there
                    raise ValueError("threads share the working directory with the program")
                contents = blob[len(blob) - len(asked.files) :]
                folder = meanwhile.enter_context(working_in(self._home, asked.files, contents))
            yield folder

    def _call_asked(
        self, function: Any, how: int, given: Any, asked: Asked, said: Said
    ) -> list[Any]:
        hearing = self._hearing
        if not asked.capture or hearing is None:
            return call_all(function, how, given)[0]
        return call_apart(function, how, given, lambda: hearing.cut(said))

    def _clean_up(self, began: float) -> Blob:
        """Nothing, where the initializer has failed; nobody wants what it returns."""
        with self._heard() as said:
            outcome = call_once(pickle.loads(self._cleanup), (), {}) if self._cleanup else None
        has_failed = type(outcome) is Raised
        outcomes = [outcome if has_failed else None]
        return self._answer(Answer(outcomes, not has_failed, began, time(), tuple(said)))

    def _heard(self) -> AbstractContextManager[Said]:
        return nullcontext([]) if self._hearing is None else self._hearing.of_call()

    def _function(self, data: Any) -> Any:
        data = self._defined.get(data, data)
        known = self._functions.get(data)
        if known is None:
            known = pickle.loads(data)
            if _is_lasting(known) and len(data) <= LARGE_FUNCTION:
                self._remember(data, known)
        return known

    def _remember(self, data: bytes, function: Any) -> None:
        if len(self._functions) >= _MOST_FUNCTIONS:
            self._functions.pop(next(iter(self._functions)))
        self._functions[data] = function

    async def _await(
        self,
        function: Any,
        args: Any,
        kwargs: Any,
        seconds: float | None,
        tries: int,
        *,
        say: Say | None,
    ) -> Blob:
        began = time()
        quiet: AbstractContextManager[Said] = nullcontext([])
        reports = nullcontext() if say is None else reporting(say, is_alone=False)
        with quiet if self._hearing is None else self._hearing.of_coroutine() as said, reports:
            try:
                value = await in_time(lambda: function(*args, **kwargs), seconds, tries)
                outcomes, is_fine = [value], True
            except BaseException as failure:
                outcomes, is_fine = [raised(failure)], False
        return self._answer(Answer(outcomes, is_fine, began, time(), tuple(said)))

    def _answer(self, answer: Answer) -> Blob:
        """As bytes; what cannot travel is told instead."""
        if answer.is_fine:
            try:
                return packed(tuple(answer), self._store)
            except BaseException:
                answer = answer._replace(is_fine=False)
        told = [_travelling(outcome) for outcome in answer.outcomes]
        return packed(tuple(answer._replace(outcomes=told)), self._store)

    def _store(self, memory: memoryview) -> Any:
        if self._arena is not None and memory.nbytes >= SHARE_BYTES:
            stretch = self._arena.store([memory])
            if stretch is not None:
                return stretch
        return bytes(memory)


def _is_lasting(function: Any) -> bool:
    return type(function) in _LASTING and not getattr(function, "__closure__", None)


def _travelling(outcome: Any) -> Any:
    """The outcome if it can travel, else what is told of it."""
    try:
        data = dumps(outcome)
        if type(outcome) is Raised:
            pickle.loads(data)  # many exceptions can be written and not be read
    except BaseException as failure:
        if type(outcome) is Raised and (told := _taken_apart(outcome)) is not None:
            return told
        kind = type(outcome.exception if type(outcome) is Raised else outcome)
        why = outcome.text if type(outcome) is Raised else words_of(failure)
        return Unpicklable(f"{kind.__module__}.{kind.__qualname__}", why)
    return outcome


def _taken_apart(outcome: Raised) -> Raised | None:
    """The same with what the exception consists of; None if that cannot travel either."""
    failure = outcome.exception
    assert isinstance(failure, BaseException)
    told = outcome._replace(exception=Portable(type(failure), failure.args, vars(failure)))
    try:
        pickle.loads(dumps(told)).exception.exception()
    except BaseException:
        return None
    return told
