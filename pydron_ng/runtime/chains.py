"""How exceptions travel that were raised from, or while handling, others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydron_ng.runtime.failures import Step, check_sent, take_frames, traceback_from


class Link(NamedTuple):
    """What one exception of a chain knows of the others, by their numbers; -1: none."""

    steps: tuple[Step, ...]
    cause: int
    context: int
    is_suppressed: bool


#: All exceptions of a chain, the raised one first, each on its own; and what joins them.
Chain = tuple[tuple[BaseException, ...], tuple[Link, ...]]


def is_chained(failure: BaseException) -> bool:
    """Does it refer to others, or not to the one that was being handled?"""
    if failure.__suppress_context__:  # which a cause sets
        return True
    return failure.__context__ is not None or failure.__cause__ is not None


def taken_apart(failure: BaseException, steps: tuple[Step, ...]) -> Chain:
    """The chain of an exception whose own frames, `steps`, have been taken already.

    Raises:
        Unshippable: one of the others may be due to the worker.
    """
    parts: list[BaseException] = [failure]
    links: list[Link] = []
    for one in parts:  # which grows
        if one is not failure:
            check_sent(one)
            steps = take_frames(one, one.__traceback__)
        cause, context = _number(one.__cause__, parts), _number(one.__context__, parts)
        links.append(Link(steps, cause, context, one.__suppress_context__))
    for one in parts:
        one.__cause__ = one.__context__ = None
        one.__suppress_context__ = False
    return tuple(parts), tuple(links)


def _number(other: BaseException | None, parts: list[BaseException]) -> int:
    if other is None:
        return -1
    number = next((n for n, one in enumerate(parts) if one is other), len(parts))
    if number == len(parts):
        parts.append(other)
    return number


def joined(parts: Sequence[BaseException], links: Sequence[Link]) -> BaseException:
    """The raised exception, with all others where they were."""
    for one, link in zip(parts, links, strict=True):
        one.__traceback__ = traceback_from(link.steps)
        one.__cause__ = None if link.cause < 0 else parts[link.cause]
        one.__context__ = None if link.context < 0 else parts[link.context]
        one.__suppress_context__ = link.is_suppressed
    return parts[0]
