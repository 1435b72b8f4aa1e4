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


# --- pairs of calls, each known by a tag ---

Tag = tuple[int, int]
_pair: frozenset[Tag] = frozenset()
_missed = False
_steps: list[tuple[str, Tag]] = []


def arrange(*pair: Tag) -> None:
    """From now on the calls of these tags wait for one another; what went before is forgotten."""
    global _pair, _missed
    with _changed:
        _pair, _missed = frozenset(pair), False
        _steps.clear()


def begin(tag: Tag) -> None:
    """The call begins; if it is one of the pair, it waits until the other has begun, too."""
    global _missed
    with _changed:
        _steps.append(("begin", tag))
        _changed.notify_all()
        if tag in _pair and not _changed.wait_for(lambda: _pair <= _begun_tags(), PATIENCE):
            _missed = True


def end(tag: Tag) -> None:
    """The call ends."""
    with _changed:
        _steps.append(("end", tag))


def steps() -> list[tuple[str, Tag]]:
    """What began and ended, in this order."""
    with _changed:
        return list(_steps)


def did_meet() -> bool:
    """Were both of the pair in flight together?"""
    with _changed:
        return not _missed and _pair <= _begun_tags()


def _begun_tags() -> frozenset[Tag]:
    return frozenset(tag for what, tag in _steps if what == "begin")
