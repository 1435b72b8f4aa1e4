"""The session: a configuration and all that belongs to it, made when first asked for."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from pydron_ng.backends.engines.ending import call_last
from pydron_ng.runtime.process import (
    arriving,
    audience,
    guests,
    in_worker,
    wake_all,
    waker,
    watch,
)
from pydron_ng.runtime.whole import FRAMES_TO_CLOSE

if TYPE_CHECKING:
    from types import FunctionType

    from pydron_ng.config import Configuration
    from pydron_ng.runtime.cache import Cache
    from pydron_ng.runtime.driver import Driver
    from pydron_ng.runtime.monitor.served import Hired
    from pydron_ng.runtime.monitor.server import Server
    from pydron_ng.runtime.outcome import Raised, Returned
    from pydron_ng.runtime.surroundings import Surroundings
    from pydron_ng.values.blob import Blob
    from pydron_ng.values.library import Library

PERFORMER = "pydron_ng.runtime.perform:Performer"


class Session:
    """A configuration, and the workers and definitions that belong to it.

    is_nested: is it the one of a worker, whose calls may hand calls on?
    """

    is_nested = False

    def __init__(
        self,
        config: Configuration | None = None,
        library: Library | None = None,
        performer: str = PERFORMER,
    ) -> None:
        """config: None means what pydron.conf says when it is first needed; library: a new one."""
        self._config = config
        self._library = library
        self._performer = performer
        self._driver: Driver | None = None
        self._making = threading.Lock()
        self._cache: Cache | None = None
        self._is_cache_known = False
        self._surrounded: tuple[Driver, Surroundings] | None = None
        self._hired: Hired | None = None

    @property
    def is_ready(self) -> bool:
        """Is there a driver?"""
        return self._driver is not None and not self._driver.closed

    @property
    def config(self) -> Configuration:
        """Raises: ConfigError."""
        if self._config is None:
            from pydron_ng import config
            from pydron_ng.backends import registry

            self._config = config.in_force(registry.model())
        return self._config

    @property
    def cache(self) -> Cache | None:
        """Where translations are kept; None where they are not to be.

        A configuration that is wrong says so when it is needed for more.
        """
        if not self._is_cache_known:
            self._cache = _make_cache() if self._caches() else None
            self._is_cache_known = True
        return self._cache

    def _caches(self) -> bool:
        if self._config is None:
            from pydron_ng import config
            from pydron_ng.errors import ConfigError

            try:
                return config.find() is None or self.config.cache == "on"
            except ConfigError:
                return False
        return self._config.cache == "on"

    @property
    def library(self) -> Library:
        if self._library is None:
            from pydron_ng.values.library import Library

            self._library = Library()
        return self._library

    @library.setter
    def library(self, library: Library) -> None:
        self._library = library

    def postpone(self, function: FunctionType, *, speculates: bool) -> None:
        """In a worker: schedule it when somebody may call it, if calls may be handed on here."""
        if self._library is not None:
            from pydron_ng.values.library import Arrival

            self._library.arrive(Arrival(function, is_scheduled=True, speculates=speculates))

    @property
    def sends_all(self) -> bool:
        """Is every functional call to be dispatched, however small it is?"""
        return self.config.inline is False

    @property
    def window(self) -> int:
        """How many issued and not yet committed calls there may be."""
        return self.config.window

    @property
    def driver(self) -> Driver:
        """Its workers start with the first task. Raises: ConfigError, BackendError."""
        if self._driver is None or self._driver.closed:
            with self._making:
                if self._driver is None or self._driver.closed:
                    self._driver = self._make_driver()
        return self._driver

    def foresee(self) -> None:
        """Have a driver, workers if all calls are to be sent, and every host that is required.

        Raises: as `driver`; WorkerLost.
        """
        driver = self.driver
        required = any(getattr(worker, "required", False) for worker in self.config.workers)
        if self.config.inline is False or required:
            with driver.lock:
                driver.hire()
                driver.muster()

    def _make_driver(self) -> Driver:
        from pydron_ng.backends import registry
        from pydron_ng.runtime.declared import declare
        from pydron_ng.runtime.driver import Driver  # a worker never needs it

        declare(self.config)
        workers = [worker for worker in self.config.workers if worker.enabled]
        backends = [registry.create(worker, self._performer) for worker in workers]
        welcome = partial(_welcome, self.config)
        driver = Driver(backends, self.library.blob, audience, welcome=welcome)
        if self.config.monitor == "all":
            from pydron_ng.runtime.monitor.served import Hired

            self._dismiss()
            self._hired = Hired(driver)
            monitor().serve(self._hired)
        return driver

    def _dismiss(self) -> None:
        if self._hired is not None:
            monitor().dismiss(self._hired)

    def usable(self) -> bool:
        """Whether calls may go to workers, as seen by the calling thread, right now.

        Not in a worker, not with PYDRON=off, not at the interpreter's shutdown, not where the
        driver is at work already further up this thread's stack (signal handlers, finalizers),
        not for those who hear what becomes of other calls.
        """
        return not (
            is_off()
            or in_worker()
            or getattr(threading.current_thread(), "is_pydron_worker", False)
            or not threading.main_thread().is_alive()
            or self._making.locked()
            or (self._driver is not None and self._driver.entered)
            or (audience.telling and threading.get_ident() in audience.telling)
        )

    def surround(self, surroundings: Surroundings) -> None:
        """Calls issued from now on are made in these surroundings; the lock is held."""
        driver = self.driver
        if self._surrounded is None or self._surrounded[0] is not driver:
            self._surrounded = None
        if self._surrounded is None or self._surrounded[1] != surroundings:
            self._surrounded = driver, surroundings
            driver.settings(surroundings.blob)

    def has_read(self, outcome: Returned | Raised) -> None:
        """The outcome of a call was taken, and with it whatever that has read."""

    def rest(self) -> None:
        """The program is about to fork."""
        if self._driver is not None:
            self._driver.rest()

    def resume(self) -> None:
        """The program has forked, and this is the parent."""
        if self._driver is not None:
            self._driver.resume()

    def discard(self) -> None:
        """Throw the driver away with all its workers; the next use makes a new one.

        After an exception inside of driver code nothing in there can be relied on any more.
        """
        driver, self._driver = self._driver, None
        most_frames = sys.getrecursionlimit()
        sys.setrecursionlimit(most_frames + FRAMES_TO_CLOSE)  # there may be none left
        try:
            self._dismiss()
            if driver is not None:
                # What was interrupted may fail; the program may have closed descriptors.
                with driver.lock, suppress(Exception):
                    driver.close()
        finally:
            sys.setrecursionlimit(most_frames)

    def forked(self) -> Session:
        """The session of a forked child, which has no workers yet; the parent's are forgotten."""
        if self._driver is not None:
            self._driver.forget()
        return Session(self._config, self._library, self._performer)


def _welcome(config: Configuration, workers: int) -> Blob:
    """What workers are told whose calls may hand calls on. workers: how many there are."""
    from pydron_ng.runtime.nested.words import Told

    return Told(workers, config.window, is_kept=config.cache == "on").blob()


def _make_cache() -> Cache | None:
    from pydron_ng.runtime.cache import Cache, folder

    where = folder()
    return None if where is None else Cache(where)


_session = Session()

#: Who answers those who ask from outside how this program is; usually there is nobody.
_monitors: list[Server] = []


def monitor() -> Server:
    """Who answers those who ask from outside."""
    if not _monitors:
        from pydron_ng.runtime.monitor.server import Server

        _monitors.append(Server())
    return _monitors[0]


def is_off() -> bool:
    """Does everything run undecorated in this process: a worker, or with PYDRON=off?

    Not in a worker whose calls may hand calls on.
    """
    return os.environ.get("PYDRON") == "off" or (in_worker() and not _session.is_nested)


def session() -> Session:
    """The one that is in force."""
    return _session


def move_in(nest: Session) -> None:
    """In a worker: this is its session from now on."""
    global _session
    _session = nest


def configure(config: Mapping[str, Any] | None = None, **overrides: Any) -> _Configured:
    """Use this configuration from now on, or, as a context manager, until the end of the block.

    The workers there were are ended.

    What neither the one nor the others name stays as it is. In a worker all of it does.

    config: what pydron.conf would hold.
    overrides: single keys of it.

    Raises:
        ConfigError: with all mistakes at once.
    """
    global _session
    before = _session
    if before.is_nested:
        return _Configured(before, before)
    _session = Session(_merged(before, {**(config or {}), **overrides}), before.library)
    wake_all()
    before.discard()
    return _Configured(before, _session)


def _merged(before: Session, values: dict[str, Any]) -> Configuration:
    """The configuration that is in force, with the given keys in place of its own."""
    from pydron_ng.backends import registry
    from pydron_ng.config import from_dict

    new = from_dict(values, registry.model(), "configure()")
    if values.keys() >= set(new._fields) - {"source"}:
        return new
    changed = {key: getattr(new, key) for key in values}
    return before.config._replace(source=new.source, **changed)


class _Configured:
    """Restores the session that was in force before."""

    def __init__(self, before: Session, now: Session) -> None:
        self._before = before
        self._now = now

    def __enter__(self) -> Session:
        return self._now

    def __exit__(self, *_: object) -> None:
        global _session
        if self._before is self._now:
            return
        _session = self._before
        wake_all()
        self._now.discard()


def _rest() -> None:
    waker.stop()
    for server in _monitors:
        server.rest()
    for guest in list(guests):
        guest.rest()
    _session.rest()


def _resume() -> None:
    _session.resume()
    for guest in list(guests):
        guest.resume()
    watch.resume()
    for server in _monitors:
        server.resume()


def _forget() -> None:
    global _session
    _session = _session.forked()
    for guest in list(guests):
        guest.forget()
    arriving.clear()
    audience.clear()
    watch.forget()
    for server in _monitors:
        server.forget()


def _close() -> None:
    watch.close()
    try:
        for guest in list(guests):
            guest.end()
    finally:
        _session.discard()
        for server in _monitors:
            server.close()


atexit.register(_close)
call_last(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_rest, after_in_parent=_resume, after_in_child=_forget)
