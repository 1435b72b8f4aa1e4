"""What a worker does with a task of a pool."""

from __future__ import annotations

import io
import pickle
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import starmap
from time import time
from typing import Any

from pydron_ng.memory.arena import SHARE_BYTES, Arena
from pydron_ng.pool.parcels import ITEMS, ONE, Answer, Raised, Unpicklable, dumps, packed, unpacked
from pydron_ng.runtime.grain import is_coroutine_function
from pydron_ng.values.blob import Blob, Token, memory_of

#: So many functions that were sent along with tasks are remembered.
_MOST_FUNCTIONS = 256


class Performer:
    """One worker's side. captures: what the worker is; threads print as the program does."""

    def __init__(self, captures: str) -> None:
        self._listens = captures != "thread"
        self._arena: Arena | None = None
        self._defined: dict[Token, Any] = {}
        self._functions: dict[bytes, Any] = {}
        self._trouble: Raised | None = None  # of the initializer

    def share(self, arena: Arena) -> None:
        """Put large results there."""
        self._arena = arena

    def define(self, token: Token, blob: Blob) -> None:
        self._defined[token] = pickle.loads(memory_of(blob[0]))

    def settings(self, blob: Blob) -> None:
        """The initializer and its arguments: called before the first task."""
        try:
            initializer, arguments = unpacked(blob)
            initializer(*arguments)
        except BaseException as failure:
            self._trouble = _raised(failure)

    def perform(self, blob: Blob) -> Blob | Coroutine[Any, Any, Blob]:
        """The answer to a task; never raises for what that does."""
        began = time()
        if self._trouble is not None:
            return self._answer(Answer([self._trouble], False, began, time(), ()))
        try:
            function = self._function(blob[0])
            how, given = unpacked(blob[1:])
        except BaseException as failure:
            return self._answer(Answer([_raised(failure)], False, began, time(), ()))
        if how == ONE and is_coroutine_function(function):
            return self._await(function, *given)
        with self._heard() as said:
            outcomes, is_fine = _called(function, how, given)
        return self._answer(Answer(outcomes, is_fine, began, time(), tuple(said)))

    def _function(self, data: Any) -> Any:
        if data in self._defined:
            return self._defined[data]
        known = self._functions.get(data)
        if known is None:
            known = pickle.loads(data)
            if len(self._functions) >= _MOST_FUNCTIONS:
                self._functions.pop(next(iter(self._functions)))
            self._functions[data] = known
        return known

    async def _await(self, function: Any, args: Any, kwargs: Any) -> Blob:
        began = time()
        try:
            outcomes, is_fine = [await function(*args, **kwargs)], True
        except BaseException as failure:
            outcomes, is_fine = [_raised(failure)], False
        return self._answer(Answer(outcomes, is_fine, began, time(), ()))

    @contextmanager
    def _heard(self) -> Iterator[list[tuple[str, str]]]:
        """What is printed meanwhile, in order."""
        said: list[tuple[str, str]] = []
        if not self._listens:
            yield said
            return
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Ear("out", said), _Ear("err", said)
        try:
            yield said
        finally:
            sys.stdout, sys.stderr = streams

    def _answer(self, answer: Answer) -> Blob:
        """As bytes; what cannot travel is told instead."""
        if answer.is_fine:
            with suppress(BaseException):
                return packed(tuple(answer), self._store)
        told = [_travelling(outcome) for outcome in answer.outcomes]
        return packed(tuple(answer._replace(outcomes=told, is_fine=False)), self._store)

    def _store(self, memory: memoryview) -> Any:
        if self._arena is not None and memory.nbytes >= SHARE_BYTES:
            stretch = self._arena.store([memory])
            if stretch is not None:
                return stretch
        return bytes(memory)


def _called(function: Any, how: int, given: Any) -> tuple[list[Any], bool]:
    """The outcome of each call, and whether all are values."""
    if how == ONE:
        args, kwargs = given
        outcome = _outcome(function, args, kwargs)
        return [outcome], type(outcome) is not Raised
    return _each(map if how == ITEMS else starmap, function, given)


def _each(apply: Any, function: Any, given: Sequence[Any]) -> tuple[list[Any], bool]:
    """Each call is made once, whatever others raise."""
    outcomes: list[Any] = []
    left, is_fine = iter(given), True
    while len(outcomes) < len(given):
        try:
            outcomes.extend(apply(function, left))
            if len(outcomes) < len(given):  # it ended by the StopIteration of a call
                raise StopIteration
        except BaseException as failure:
            outcomes.append(_raised(failure))
            is_fine = False
    return outcomes, is_fine


def _outcome(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except BaseException as failure:
        return _raised(failure)


def _raised(failure: BaseException) -> Raised:
    """The exception without its frames, which hold what it was computed from; and their text."""
    text = "".join(traceback.format_exception(failure))
    return Raised(failure.with_traceback(None), text)


def _travelling(outcome: Any) -> Any:
    """The outcome if it can travel, else what is told of it."""
    try:
        data = dumps(outcome)
        if type(outcome) is Raised:
            pickle.loads(data)  # many exceptions can be written and not be read
    except BaseException as failure:
        kind = type(outcome.exception if type(outcome) is Raised else outcome)
        why = outcome.text if type(outcome) is Raised else f"{type(failure).__name__}: {failure}"
        return Unpicklable(f"{kind.__module__}.{kind.__qualname__}", why)
    return outcome


class _Ear(io.TextIOBase):
    """Stands in for a stream of the worker's."""

    encoding = "utf-8"

    def __init__(self, kind: str, said: list[tuple[str, str]]) -> None:
        super().__init__()
        self._kind = kind
        self._said = said

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._said.append((self._kind, text))
        return len(text)
