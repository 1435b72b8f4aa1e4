"""ahead(): an iterator whose items may be read before their turn comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterable[Item]) -> Iterable[Item]:
    """`items` itself; in a scheduled function, also leave to read on before the loop gets there.

    The word of the user that reading the next items early is fine: lines of a file, rows of a
    cursor, what a generator yields.
    """
    return items


class SharedItems:
    """One iterator for two readers: the loop, and run-ahead before it. Each sees every item."""

    def __init__(self, items: Iterable[object]) -> None:
        self._source = iter(items)
        self._early: deque[object] = deque()
        self._failure: BaseException | None = None
        self._ended = False

    def __iter__(self) -> Iterator[object]:
        return self

    def __next__(self) -> object:
        if self._early:
            return self._early.popleft()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if self._ended:
            raise StopIteration
        return next(self._source)

    def ahead_items(self) -> Iterator[object]:
        """The items from here on, kept for the loop; the source's exceptions wait for it."""
        for item in list(self._early):
            yield item
        while not self._ended and self._failure is None:
            try:
                item = next(self._source)
            except StopIteration:
                self._ended = True
                return
            except BaseException as failure:
                self._failure = failure
                return
            self._early.append(item)
            yield item


def share(items: Iterable[object]) -> Iterable[object]:
    """What ``ahead(items)`` is in a scheduled function: re-iterable values stay themselves."""
    if type(items) in {list, tuple, dict, set, frozenset, str, bytes, range}:
        return items
    if not _is_iterable(type(items)):
        return items  # which the loop is to find out
    return SharedItems(items)


def _is_iterable(cls: type) -> bool:
    return any("__iter__" in vars(base) or "__getitem__" in vars(base) for base in cls.__mro__)
