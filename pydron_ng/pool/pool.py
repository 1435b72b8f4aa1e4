"""The pool: what users see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Any, Self

from pydron_ng.backends import registry
from pydron_ng.config import from_dict, in_force
from pydron_ng.pool.delivery import Delivery
from pydron_ng.pool.desk import Desk
from pydron_ng.pool.future import PoolFuture
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import ITEMS, STARRED, packed
from pydron_ng.pool.places import workers_from
from pydron_ng.pool.stream import Auto, Stream


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

        Raises: ConfigError.
        """
        self._desk = Desk(_configured(places, config))
        self._delivery = Delivery(self._desk)
        self._options = Options()
        if initializer is not None:
            self._desk.prepare(packed((initializer, initargs), bytes))

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
        import asyncio

        return await asyncio.wrap_future(self.submit(function, *args, **kwargs))

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
        source = zip(*iterables, strict=False) if len(iterables) != 1 else iter(iterables[0])
        how = STARRED if len(iterables) != 1 else ITEMS
        return Stream(
            self._desk,
            self._options,
            self._desk.function(fn),
            source,
            how,
            chunksize=chunksize,
            buffersize=buffersize,
            timeout=timeout,
        )

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
        return self._stream(fn, iterable, chunksize, buffersize, star=star, indexed=indexed)

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
        return self._stream(
            fn, iterable, chunksize, buffersize, star=star, indexed=indexed, ordered=False
        )

    def _stream(
        self,
        fn: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | Auto,
        buffersize: int | None,
        *,
        star: bool,
        **how: bool,
    ) -> Stream:
        return Stream(
            self._desk,
            self._options,
            self._desk.function(fn),
            iter(iterable),
            STARRED if star else ITEMS,
            chunksize=chunksize,
            buffersize=buffersize,
            **how,
        )

    # --- the end ---

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, and end the workers when those that there are are done.

        cancel_futures: those that no worker has begun are cancelled.
        wait: return when all that has been done.
        """
        self._delivery.shutdown(wait=wait, cancels=cancel_futures)

    def __exit__(self, *failure: object) -> None:
        """Wait for what was submitted; where the block has failed, nobody wants that any more."""
        self.shutdown(cancel_futures=failure[0] is not None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        import asyncio

        end = partial(self.shutdown, cancel_futures=failure[0] is not None)
        await asyncio.get_running_loop().run_in_executor(None, end)


def _configured(places: tuple[int | str, ...], config: Mapping[str, Any] | None) -> Any:
    model = registry.model()
    if places:
        return from_dict({**(config or {}), "workers": workers_from(places)}, model, "Pool()")
    return in_force(model) if config is None else from_dict(dict(config), model, "Pool()")
