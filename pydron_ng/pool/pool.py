"""The pool: what users see of it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor
from contextlib import suppress
from os import PathLike
from typing import TYPE_CHECKING, Any, NoReturn, Self

from pydron_ng.backends import registry
from pydron_ng.backends.base import WorkerId
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.config import from_dict, in_force
from pydron_ng.errors import ConfigError
from pydron_ng.pool.choosing import Only
from pydron_ng.pool.delivery import Delivery, Lifeline
from pydron_ng.pool.desk import Desk
from pydron_ng.pool.future import PoolFuture
from pydron_ng.pool.making import Making
from pydron_ng.pool.options import Options
from pydron_ng.pool.parcels import ITEMS, STARRED
from pydron_ng.pool.places import host_of, workers_from
from pydron_ng.pool.room import Auto, Room
from pydron_ng.pool.setup import Setup
from pydron_ng.pool.stream import Stream
from pydron_ng.runtime.status import Status

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
        cleanup: Callable[[], object] | None = None,
    ) -> None:
        """initializer: called with `initargs` in each worker before its first task.

        cleanup: called in each worker that has had one when the pool ends, for 10 s at most.

        Raises: ConfigError; TypeError, PicklingError for the initializer and the cleanup.
        """
        setup = Setup(initializer, initargs, cleanup)
        self._desk = Desk(_configured(places, config))
        self._delivery = Delivery(self._desk)
        self._lifeline = Lifeline(self._delivery)
        self._options = Options()
        self._desk.prepare(setup)

    def options(self, **changes: Any) -> Pool:
        """The same pool, whose tasks are made with other options.

        timeout: seconds that one may take on its worker, which is ended then: TimeoutError.
        retries: how often one is made again if its worker dies or it takes too long.
        priority: those with a larger one begin before others that wait.
        capture: what it prints, and programs that it starts, is in ``future.info`` or in ``info``
            of a stream, instead of being printed.
        on_progress: called with the future and each value that the task reports while it goes on,
            in order, before the callbacks of the future; again if the task is made again.
        where: a label that workers have, or what is true of a worker, as told by `workers`, that
            may do it; if there is none: NoWorkerFits.
        files: paths, or a mapping of names to paths or bytes: which each task finds in a working
            directory of its own. It is removed after the task, whatever becomes of that.
        outputs: names and patterns of files there that come back if the task returns: their
            contents in ``future.info.files``; with `into` they are written to that directory.

        Raises: TypeError, ValueError.
        """
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._options = self._changed(changes)
        return view

    def _changed(self, changes: Mapping[str, Any]) -> Options:
        """Raises: TypeError, ValueError."""
        if wrong := changes.keys() - set(Options._fields):
            known = ", ".join(Options._fields)
            raise TypeError(f"options() takes {known}; not {', '.join(sorted(wrong))}")
        return self._options._replace(**changes).checked()

    # --- one task ---

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> PoolFuture:
        """The future of a call in a worker; of a coroutine function what it returns.

        Raises: RuntimeError after shutdown; what pickling raises.
        """
        return self._delivery.submit(self._desk.functions.of(function), args, kwargs, self._options)

    async def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What the call returns, for ``await``. Raises: what it raises."""
        from pydron_ng.pool.asynchronous import awaited

        return await awaited(self.submit(function, *args, **kwargs))

    def run_command(
        self,
        argv: Sequence[str | bytes | PathLike[str]],
        *,
        stdin: str | bytes | None = None,
        env: Mapping[str, str] | None = None,
        text: bool = False,
        check: bool = False,
        **options: Any,
    ) -> PoolFuture:
        """The future of a program: its ``returncode``, ``stdout``, ``stderr`` and ``files``.

        stdin: what it reads. env: variables that it has besides those of the worker.
        text: its output is text, not bytes. check: CalledProcessError unless it exits with 0.
        options: for this one, see `options`; `timeout`, `files` and `outputs` mostly.

        What it has started ends with it, and all of it if it is cancelled or takes too long.

        Raises: as `options` and `submit`; TypeError, ValueError.
        """
        from pydron_ng.pool.commands import Command, run_command

        if not self._desk.is_isolated:
            raise ValueError("threads cannot end a program; take workers that are processes")
        command = Command(argv, stdin, env, text=text, check=check)
        function = self._desk.functions.of(run_command)
        changed = self._changed(options)
        return self._delivery.submit(function, command.arguments, {}, changed, command.completed)

    # --- many ---

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int | Auto = 1,
        buffersize: int | None = None,
    ) -> Stream:
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
    ) -> Stream:
        """The results in order, one by one; an exception is raised in its place, others go on.

        star: items are tuples of arguments. indexed: each result with the number of its item.

        ``info`` of what is returned is that of the last result.
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
    ) -> Stream:
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
        return Making(self._desk, self._desk.functions.of(fn), self._options.for_many(), how)

    def _room(self, making: Making, chunksize: int | Auto, buffersize: int | None) -> Room:
        capacity = lambda: self._desk.capacity  # noqa: E731
        worth = making.desk.frame_seconds
        return Room(chunksize, buffersize, capacity, suspends=making.suspends, frame_seconds=worth)

    def _later(self) -> Callable[[Callable[[], object]], None]:
        """Who drops what nobody wants, in a thread that is there from now on."""
        self._delivery.begin()
        return self._lifeline.later

    # --- workers ---

    def run_on_all(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> list[Any]:
        """What the call returns in each worker, once all are there; in the order of `workers`.

        With ``options(where=...)`` in each of those that it takes.
        A worker that is busy does it next. Workers that come later do not; see `initializer`.

        Raises: what the call has raised in the first of those where it has failed; WorkerLost.
        """
        known = self._desk.functions.of(function)
        tasks = [
            self._delivery.submit(known, args, kwargs, self._options._replace(where=Only(worker)))
            for worker in self._desk.muster(self._options.where)
        ]
        for task in tasks:
            with suppress(CancelledError):  # by `shutdown`
                task.exception()
        return [task.result() for task in tasks]

    def add(self, *places: int | str, config: Mapping[str, Any] | None = None) -> None:
        """Have more workers, while others are at work: `places` and `config` as of the pool.

        Raises: ConfigError; RuntimeError after shutdown.
        """
        if not places and config is None:
            raise ConfigError("add() takes what Pool() takes: numbers, hosts, config={...}")
        self._desk.add(_configured(places, config).workers)

    def remove(self, *which: int | str, drain: bool = True) -> None:
        """Do without some workers; returns when they are gone. Nobody comes in their place.

        which: their numbers, as in ``future.info.worker``; hosts, with all workers there.
        drain: they do what they have begun; else that is lost with them.

        Raises: ValueError, if there is no such worker.
        """
        self._desk.remove(self._workers_of(which), drains=drain)

    def _workers_of(self, which: tuple[int | str, ...]) -> list[WorkerId]:
        there = self.workers()
        found: dict[WorkerId, None] = {}
        for one in which:
            name = host_of(one) if isinstance(one, str) else one
            named = [w.id for w in there if name in (w.host.name, w.id)]
            if not named:
                known = sorted({repr(w.host.name) for w in there if w.host.name})
                numbers = [str(w.id) for w in there]
                said = ", ".join(numbers + known) or "none yet"
                raise ValueError(f"there is no worker {one!r} in the pool; there are: {said}")
            found.update(dict.fromkeys(map(WorkerId, named)))
        return list(found)

    # --- how it is ---

    def workers(self) -> list[WorkerInfo]:
        """How the workers are that are there: pid, memory, labels, and their machine.

        Other hosts are asked, for a second at most; one that does not answer by then is told as
        it was. There are none before the first task.
        Raises: RuntimeError in a fork.
        """
        return [one.info for one in self.status().workers]

    def status(self) -> Status:
        """The same, with what each worker is at, and how many calls wait, run, are done, failed.

        Raises: RuntimeError in a fork.
        """
        return self._desk.status()

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
