"""The pool: what users see of it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, NoReturn, Self

from pydron_ng.backends import registry
from pydron_ng.config import from_dict, in_force
from pydron_ng.pool.delivery import Delivery, Lifeline
from pydron_ng.pool.desk import Desk
from pydron_ng.pool.future import PoolFuture
from pydron_ng.pool.jobs import label_of
from pydron_ng.pool.making import Making
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import ITEMS, ONE, STARRED, function_of, packed_call
from pydron_ng.pool.places import workers_from
from pydron_ng.pool.room import Auto, Room
from pydron_ng.pool.stream import Stream

if TYPE_CHECKING:
    from pydron_ng.pool.asynchronous import AsyncStream


class Pool(Executor):
    """Workers of your own: processes, threads, hosts by SSH, whatever pydron.conf can name.

    ``Pool()`` has the workers of pydron.conf, ``Pool(4)`` four processes,
    ``Pool(4, "ssh://me@node1/8")`` also eight on a host, ``Pool(config={...})`` what is said there.
    They start with the first task, and end with ``shutdown()`` or the ``with`` block.

    What is submitted is made once: a task whose worker dies fails with WorkerLost, unless
    ``options(retries=...)`` says that it may be made again. `scheduled functions` need no pool.
    """

    def __init__(
        self,
        *places: int | str,
        config: Mapping[str, Any] | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        """initializer: called with `initargs` in each worker before its first task.

        Raises: ConfigError; TypeError, PicklingError for the initializer.
        """
        prepared = _prepared(initializer, initargs)
        self._desk = Desk(_configured(places, config))
        self._delivery = Delivery(self._desk)
        self._lifeline = Lifeline(self._delivery)
        self._options = Options()
        if prepared is not None:
            self._desk.prepare(prepared)

    def options(self, **changes: Any) -> Pool:
        """The same pool, whose tasks are made with other options.

        timeout: seconds that one may take on its worker, which is ended then: TimeoutError.
        retries: how often one is made again if its worker dies or it takes too long.
        priority: those with a larger one begin before others that wait.
        capture: what it prints is in ``future.info``, instead of being printed.

        Raises: TypeError, ValueError.
        """
        try:
            options = self._options._replace(**changes)
        except ValueError:
            known = ", ".join(Options._fields)
            wrong = ", ".join(sorted(changes.keys() - set(Options._fields)))
            raise TypeError(f"options() takes {known}; not {wrong}") from None
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._options = options.checked()
        return view

    # --- one task ---

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> PoolFuture:
        """The future of a call in a worker; of a coroutine function what it returns.

        Raises: RuntimeError after shutdown; what pickling raises.
        """
        return self._delivery.submit(self._desk.function(function), args, kwargs, self._options)

    async def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What the call returns, for ``await``. Raises: what it raises."""
        from pydron_ng.pool.asynchronous import awaited

        return await awaited(self.submit(function, *args, **kwargs))

    # --- many ---

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | Auto = 1,
        buffersize: int | None = None,
    ) -> Iterator[Any]:
        """As of Executor: the results in order, of items that are read as there is room for them.

        chunksize: how many calls make one task; "auto": as many as make a good one.
        buffersize: how many items are read at most whose results were not taken; None: a few
            tasks for each worker.
        timeout: seconds from now until TimeoutError.
        """
        is_one = len(iterables) == 1
        source = iter(iterables[0]) if is_one else zip(*iterables, strict=False)
        making = self._making(fn, star=not is_one)
        return self._stream(making, source, chunksize, buffersize, timeout=timeout)

    def imap(
        self,
        fn: Callable[..., Any],
        iterable: Iterable[Any],
        *,
        chunksize: int | Auto = "auto",
        buffersize: int | None = None,
        star: bool = False,
        indexed: bool = False,
    ) -> Iterator[Any]:
        """The results in order, one by one; an exception is raised in its place, others go on.

        star: items are tuples of arguments. indexed: each result with the number of its item.
        """
        making = self._making(fn, star=star)
        return self._stream(making, iter(iterable), chunksize, buffersize, indexed=indexed)

    def imap_unordered(
        self,
        fn: Callable[..., Any],
        iterable: Iterable[Any],
        *,
        chunksize: int | Auto = "auto",
        buffersize: int | None = None,
        star: bool = False,
        indexed: bool = False,
    ) -> Iterator[Any]:
        """The same in the order in which they come."""
        making = self._making(fn, star=star)
        how = {"indexed": indexed, "ordered": False}
        return self._stream(making, iter(iterable), chunksize, buffersize, **how)

    def amap(
        self,
        fn: Callable[..., Any],
        iterable: Iterable[Any] | AsyncIterable[Any],
        *,
        ordered: bool = True,
        chunksize: int | Auto = "auto",
        buffersize: int | None = None,
        star: bool = False,
        indexed: bool = False,
    ) -> AsyncStream:
        """The results for ``async for``, which may also come from what is read so."""
        from pydron_ng.pool.asynchronous import AsyncStream

        making = self._making(fn, star=star)
        room = self._room(making, chunksize, buffersize)
        later = self._later()
        return AsyncStream(making, iterable, room, later, ordered=ordered, indexed=indexed)

    def _stream(
        self,
        making: Making,
        source: Iterator[Any],
        chunksize: int | Auto,
        buffersize: int | None,
        **how: Any,
    ) -> Stream:
        return Stream(
            making, source, self._room(making, chunksize, buffersize), self._later(), **how
        )

    def _making(self, fn: Callable[..., Any], *, star: bool) -> Making:
        how = STARRED if star else ITEMS
        return Making(self._desk, self._desk.function(fn), self._options, how)

    def _room(self, making: Making, chunksize: int | Auto, buffersize: int | None) -> Room:
        capacity = lambda: self._desk.capacity  # noqa: E731
        worth = making.desk.frame_seconds
        return Room(chunksize, buffersize, capacity, suspends=making.suspends, frame_seconds=worth)

    def _later(self) -> Callable[[Callable[[], object]], None]:
        """Who drops what nobody wants, in a thread that is there from now on."""
        self._delivery.begin()
        return self._lifeline.later

    # --- the end ---

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, and end the workers when those that there are are done.

        cancel_futures: those that no worker has begun are cancelled.
        wait: return when all that has been done.
        """
        self._delivery.shutdown(wait=wait, cancels=cancel_futures)

    def __exit__(self, *failure: object) -> None:
        """Wait for what was submitted; where the block has failed, nobody wants that any more."""
        if failure[0] is None:
            self.shutdown()
        else:
            self._delivery.abort()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        import asyncio

        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.__exit__, *failure)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Pool cannot be sent to a worker: it is the workers")


def _configured(places: tuple[int | str, ...], config: Mapping[str, Any] | None) -> Any:
    model = registry.model()
    if places:
        return from_dict({**(config or {}), "workers": workers_from(places)}, model, "Pool()")
    return in_force(model) if config is None else from_dict(dict(config), model, "Pool()")


def _prepared(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> Any:
    if initializer is None:
        return None
    if not callable(initializer):
        raise TypeError(f"initializer {initializer!r} cannot be called")
    given: tuple[int, Any] = ONE, ((function_of(initializer), initargs), {})
    return packed_call(given, bytes, label_of(initializer))
