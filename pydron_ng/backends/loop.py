"""The I/O loop: which descriptor is ready, and whom to tell."""

from __future__ import annotations

import selectors
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar, NamedTuple

from pydron_ng.backends.descriptors import Bell
from pydron_ng.memory.descriptor import Descriptor

Ready = Sequence[tuple[selectors.SelectorKey, int]]


class _Callbacks(NamedTuple):
    on_readable: Callable[[], object]
    on_writable: Callable[[], object]


class SelectorLoop:
    """Descriptors stay registered; ``poll`` is called without the lock, all else with it."""

    #: Selectors that the program has closed: to let go of one closes what has its number now.
    _lost: ClassVar[list[selectors.BaseSelector]] = []

    def __init__(self) -> None:
        """Raises: OSError when no descriptor is left."""
        self._selector = selectors.DefaultSelector()
        number = getattr(self._selector, "fileno", lambda: None)()
        self._descriptor = None if number is None else Descriptor(number)
        self._bell = Bell()
        self.register(self._bell.fileno(), self._bell.hear, self._bell.hear)

    def register(
        self, fd: int, on_readable: Callable[[], object], on_writable: Callable[[], object]
    ) -> None:
        self._selector.register(fd, selectors.EVENT_READ, _Callbacks(on_readable, on_writable))

    def want_write(self, fd: int, wanted: bool) -> None:
        """Whether to tell when the descriptor can be written to."""
        mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
        self._selector.modify(fd, mask, self._selector.get_key(fd).data)

    def unregister(self, fd: int) -> None:
        """Forget the descriptor; one that was not registered is none, after an interrupt."""
        with suppress(KeyError):
            self._selector.unregister(fd)

    def wake(self) -> None:
        """Make a ``poll`` that is under way return."""
        self._bell.ring()

    def poll(self, timeout: float | None) -> Ready:
        """What is ready, after `timeout` seconds at the latest."""
        return self._selector.select(timeout)

    def dispatch(self, ready: Ready) -> None:
        """Tell those concerned, unless they have gone in the meantime."""
        registered = self._selector.get_map()
        for key, mask in ready:
            callbacks: _Callbacks = key.data
            if mask & selectors.EVENT_WRITE and _is_registered(key, registered):
                callbacks.on_writable()
            if mask & selectors.EVENT_READ and _is_registered(key, registered):
                callbacks.on_readable()

    def close(self) -> None:
        """Close its own descriptors; the registered ones are their owners'."""
        if self._descriptor is None or self._descriptor.is_ours():
            self._selector.close()
        else:
            self._lost.append(self._selector)
        self._bell.close()


def _is_registered(key: selectors.SelectorKey, registered: object) -> bool:
    """The descriptor's number may be another file's by now: then its data differ."""
    now = registered.get(key.fd)  # type: ignore[attr-defined]  # a Mapping of descriptors to keys
    return now is not None and now.data is key.data
