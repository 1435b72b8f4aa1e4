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
#: So many bytes of large functions each worker keeps.
LARGE_FUNCTIONS: Final = 64 << 20
#: How the arguments of the calls of a task are given: (args, kwargs); a list of items, each the
#: one argument; a list of tuples; or, to be awaited, (args, kwargs, timeout, tries).
ONE, ITEMS, STARRED, AWAITED = 0, 1, 2, 3
#: In place of a function: the worker is about to end.
LAST: Final = b"last"
_MAIN: Final = b"__main__"
#: Keeps the bytes of a large buffer elsewhere, if it can.
Store = Callable[[memoryview], Any]


class Asked(NamedTuple):
    """What a task is to do beside its calls; goes along with those of which something is asked.

    reports: what it reports is told. capture: what each call prints is told apart, also what
        programs print that it starts.
    files: names and permissions of those that it finds in a directory of its own; their contents
        are the last parts of its blob. outputs: patterns of those that it leaves there.
    """

    reports: bool = False
    capture: bool = False
    files: Sequence[tuple[str, int]] = ()
    outputs: Sequence[str] = ()


class Unpicklable(NamedTuple):
    """In place of an outcome that cannot travel: what it was, and why."""

    what: str
    why: str


class Portable(NamedTuple):
    """An exception that pickle writes and cannot read, as what it consists of."""

    kind: type[BaseException]
    args: tuple[Any, ...]
    state: dict[str, Any]

    def exception(self) -> BaseException:
        """The exception, made without its ``__init__``, which may want other arguments."""
        made = self.kind.__new__(self.kind)
        made.args = self.args
        made.__dict__.update(self.state)
        return made


class Raised(NamedTuple):
    """A call raised. text: the traceback on the worker. is_first: it was the initializer."""

    exception: BaseException | Portable
    text: str
    is_first: bool = False


class Answer(NamedTuple):
    """What became of a task.

    outcomes: of each call its value; `Raised` or `Unpicklable` only where `is_fine` is False.
    began, ended: by the worker's wall clock. said: what it printed, see ``said.Said``.
    files: name, permissions and content of each that it has left.
    """

    outcomes: list[Any]
    is_fine: bool
    began: float
    ended: float
    said: tuple[tuple[str, str], ...]
    files: Sequence[tuple[str, int, Any]] = ()


def words_of(failure: BaseException) -> str:
    """Its class, and what it says; that is the user's code."""
    name = type(failure).__name__
    try:
        return f"{name}: {failure}"
    except BaseException as trouble:
        return f"{name}, whose text cannot be had: {type(trouble).__name__}"


def dumps(value: object, buffers: list[pickle.PickleBuffer] | None = None) -> bytes:
    """As pickle does; what that cannot, as cloudpickle does.

    Raises: whatever the value's own reduction raises, PicklingError and TypeError mostly.
    """
    take = None if buffers is None else buffers.append
    try:
        data = pickle.dumps(value, 5, buffer_callback=take)
    except Exception:
        return _by_cloudpickle(value, buffers)
    # The main module of others is another one.
    return data if _MAIN not in data else _by_cloudpickle(value, buffers)


def _by_cloudpickle(value: object, buffers: list[pickle.PickleBuffer] | None) -> bytes:
    take = None
    if buffers is not None:
        buffers.clear()
        take = buffers.append
    file = io.BytesIO()
    cloudpickle.CloudPickler(file, 5, buffer_callback=take).dump(value)
    return file.getvalue()


def function_of(function: Any) -> bytes:
    """The bytes of a function: its name where others can import it, else all of it.

    Raises: PicklingError.
    """
    try:
        data: bytes = cloudpickle.dumps(function, 5)
    except Exception as failure:
        name = getattr(function, "__qualname__", None) or type(function).__qualname__
        why = words_of(failure)
        raise pickle.PicklingError(f"{name} cannot be sent to a worker: {why}") from failure
    return data


def packed(value: object, store: Store) -> Blob:
    """The value as a pickle, then its buffers. Raises: as `dumps`."""
    buffers: list[pickle.PickleBuffer] = []
    data = dumps(value, buffers)
    return (data, *[store(buffer.raw()) for buffer in buffers]) if buffers else (data,)


def packed_call(given: Any, store: Store, label: str) -> Blob:
    """How and with what a function is called, and what is asked of it, as a blob.

    Raises: PicklingError, which says what cannot be sent.
    """
    try:
        return packed(given, store)
    except Exception as failure:
        why = words_of(failure)
        what = _culprit(*given)
        said = f"{label}: {what} cannot be sent to a worker: {why}"
        raise pickle.PicklingError(said) from failure


def _culprit(how: int, given: Any, *_: Asked) -> str:
    """What of it cannot be pickled."""
    if how in (ITEMS, STARRED):
        parts = [("an item", item) for item in given]
    else:
        args, kwargs, *_ = given
        parts = [(f"argument {n}", value) for n, value in enumerate(args, 1)]
        parts += [(f"argument {name!r}", value) for name, value in kwargs.items()]
    for name, value in parts:
        try:
            dumps(value, [])
        except Exception:
            return f"{name}, of type {type(value).__qualname__},"
    return "what it is called with"


def unpacked(blob: Sequence[Any]) -> Any:
    """The value, of fresh objects; its arrays may be written to."""
    if len(blob) == 1:
        return pickle.loads(memory_of(blob[0]))
    data, *buffers = blob  # there may be more of them, which are not its own
    return pickle.loads(memory_of(data), buffers=(bytearray(memory_of(b)) for b in buffers))


def answered(blob: Blob) -> Answer:
    """The answer in the bytes that a worker sent."""
    return Answer(*unpacked(blob))


def call_blob(function: bytes | Token, given: Blob) -> Blob:
    """The bytes of a task."""
    return function, *given
