"""Where calls wait for one another; a module of its own, so that functions name it by reference."""

from __future__ import annotations

import threading

PATIENCE = 5.0  # seconds until calls that should be in flight together are given up

_changed = threading.Condition()
_expected = 0
_begun = 0


def expect(calls: int) -> None:
    """The next `calls` calls wait until all of them have begun; 0 lets every call through."""
    global _expected, _begun
    with _changed:
        _expected, _begun = calls, 0


def enter() -> None:
    """A call has begun: wait for the others."""
    global _expected, _begun
    with _changed:
        _begun += 1
        _changed.notify_all()
        if not _changed.wait_for(lambda: _begun >= _expected, PATIENCE):
            _expected = 0  # the others need not be as patient


def took_place(calls: int) -> bool:
    """Have all that were expected been in flight together?"""
    with _changed:
        return _expected == calls and _begun >= calls
