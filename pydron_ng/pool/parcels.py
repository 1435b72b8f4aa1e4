"""Tasks and their outcomes as bytes: pickles, with large buffers beside them."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import cloudpickle

from pydron_ng.values.blob import Blob, Token, memory_of

#: A function of more bytes is sent to each worker once; smaller ones go along with each task.
LARGE_FUNCTION: Final = 4096
#: How the arguments of the calls of a task are given: (args, kwargs); a list of items, each the
#: one argument; or a list of tuples.
ONE, ITEMS, STARRED = 0, 1, 2
#: Keeps the bytes of a large buffer elsewhere, if it can.
Store = Callable[[memoryview], Any]


class Unpicklable(NamedTuple):
    """In place of an outcome that cannot travel: what it was, and why."""

    what: str
    why: str


class Raised(NamedTuple):
    """A call raised. text: the traceback on the worker."""

    exception: BaseException
    text: str


class Answer(NamedTuple):
    """What became of a task.

    outcomes: of each call its value; `Raised` or `Unpicklable` only where `is_fine` is False.
    began, ended: by the worker's wall clock. said: what it printed, each with "out" or "err".
    """

    outcomes: list[Any]
    is_fine: bool
    began: float
    ended: float
    said: tuple[tuple[str, str], ...]


def dumps(value: object, buffers: list[pickle.PickleBuffer] | None = None) -> bytes:
    """As pickle does; what that cannot, as cloudpickle does.

    Raises: whatever the value's own reduction raises, PicklingError and TypeError mostly.
    """
    take = None if buffers is None else buffers.append
    try:
        return pickle.dumps(value, 5, buffer_callback=take)
    except Exception:
        if buffers is not None:
            buffers.clear()
        return _by_cloudpickle(value, take)


def _by_cloudpickle(value: object, take: Any) -> bytes:
    file = io.BytesIO()
    cloudpickle.CloudPickler(file, 5, buffer_callback=take).dump(value)
    return file.getvalue()


def function_of(function: Any) -> bytes:
    """The bytes of a function: its name where others can import it, else all of it."""
    data: bytes = cloudpickle.dumps(function, 5)
    return data


def packed(value: object, store: Store) -> Blob:
    """The value as a pickle, then its buffers. Raises: as `dumps`."""
    buffers: list[pickle.PickleBuffer] = []
    data = dumps(value, buffers)
    return data, *[store(buffer.raw()) for buffer in buffers]


def unpacked(blob: Sequence[Any]) -> Any:
    """The value, of fresh objects; its arrays may be written to."""
    if len(blob) == 1:
        return pickle.loads(memory_of(blob[0]))
    data, *buffers = map(memory_of, blob)
    return pickle.loads(data, buffers=[bytearray(buffer) for buffer in buffers])


def answered(blob: Blob) -> Answer:
    """The answer in the bytes that a worker sent."""
    return Answer(*unpacked(blob))


def call_blob(function: bytes | Token, given: Blob) -> Blob:
    """The bytes of a task."""
    return function, *given
