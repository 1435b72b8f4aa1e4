"""What each method that changes a container does to one that run-ahead made itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from pydron_ng.translation.runahead.constructs.access import get_item
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import is_hashable, is_plain_atom
from pydron_ng.translation.runahead.own import (
    OwnCounter,
    OwnDefaultDict,
    OwnDeque,
    OwnDict,
    OwnList,
    OwnSet,
    plain,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    Promise,
    Refused,
)

_OWN_OF: dict[type, type] = {list: OwnList, dict: OwnDict, set: OwnSet}
_LARGEST = 1_000  # items of a container that is copied to be changed


def operation_of(container: Any, method: str) -> Callable[..., Any]:
    """What `method` does to an own container; it takes the container and the arguments.

    Raises:
        Refused: it is not known, or the container is one of the program's.
    """
    operation = _CHANGES.get((type(container), method))
    if operation is None:
        raise Refused(method)
    return operation


def adopted(container: Any) -> Any:
    """A copy of one of the program's containers, which run-ahead may change.

    Raises:
        Refused: it holds more than atoms, or a lot of them.
    """
    kind = _OWN_OF.get(type(container))
    if kind is None or len(container) > _LARGEST:
        raise Refused("a container of the program")
    items = container.items() if kind is OwnDict else container
    if not all(map(is_hashable, items)):
        raise Refused("a container of the program")
    return kind(container)


def inside(container: Any, key: Any, *missing: Any) -> Any:
    """What is at `key`, where `missing` is put if there is nothing.

    Raises:
        Refused: looking could run code, or it is not known yet.
    """
    if missing:
        return _set_default(container, key, *missing)
    found = get_item(container, key)
    if type(found) is not Promise:
        return found
    if not found.kept or found.failure is not None:
        raise Refused("a promise")
    return found.value


def _set_item(container: Any, key: Any, value: Any) -> None:
    kind = shape(container)
    if kind is dict:
        container[_key(plain(key, {}))] = value
    elif type(key) is slice and kind is list:
        container[key] = items_of(value.result() if type(value) is Promise else value)
    elif kind is list and type(key) is int:
        container[key] = value
    else:
        raise Refused("item assignment")


def _delete_item(container: Any, key: Any) -> None:
    if shape(container) is dict:
        key = _key(plain(key, {}))
    elif type(key) not in {int, slice}:
        raise Refused("item deletion")
    del container[key]


def _key(key: Any) -> Any:
    if not is_hashable(key):
        raise Refused("key")
    return key


def _set_default(container: Any, key: Any, missing: Any = None) -> Any:
    if type(container) not in {OwnDict, OwnDefaultDict, OwnCounter}:
        raise Refused("setdefault")  # above all: it may be one of the program's
    return container.setdefault(_key(key), missing)


def _pop_key(container: Any, key: Any, *missing: Any) -> Any:
    return container.pop(_key(key), *missing)


def _pop_at(container: OwnList, place: Any = -1) -> Any:
    return container.pop(_place_in(place))


def _place_in(number: Any) -> int:
    if type(number) is not int:
        raise Refused("place")
    return number


def _update(container: OwnDict, *others: Any) -> None:
    if not all(shape(other) is dict and all(map(is_hashable, other)) for other in others):
        raise Refused("update")
    for other in others:
        container.update(other)


def _count(method: Callable[..., None]) -> Callable[..., None]:
    def count(container: OwnCounter, other: Any) -> None:
        if shape(other) is dict:
            items = [part for pair in other.items() for part in pair]
        else:
            items = other = [plain(item, {}) for item in items_of(other)]
        if not all(map(is_hashable, items)):
            raise Refused("count")
        method(container, other)

    return count


def _add(container: OwnSet, item: Any) -> None:
    container.add(_key(plain(item, {})))


def _discard(container: OwnSet, item: Any) -> None:
    container.discard(_key(plain(item, {})))


def _remove(container: Any, item: Any) -> None:
    known = [plain(part, {}) for part in (item, *container)]
    if not all(map(is_plain_atom, known)):
        raise Refused("remove")
    del container[known[1:].index(known[0])]


def _remove_key(container: OwnSet, item: Any) -> None:
    container.remove(_key(plain(item, {})))


def _sort(container: OwnList, reverse: Any = False) -> None:
    known = [plain(item, {}) for item in container]
    if not all(map(is_ordered, known)) or type(reverse) is not bool:
        raise Refused("sort")
    container[:] = sorted(known, reverse=reverse)


def is_ordered(value: Any) -> bool:
    """Is it an atom or a tuple of atoms, so that comparing it runs no code of the user's?"""
    return all(map(is_ordered, value)) if type(value) is tuple else is_plain_atom(value)


def _set_update(container: OwnSet, other: Any) -> None:
    for item in items_of(other):
        _add(container, item.result() if type(item) is Promise else item)


def _clear(container: Any) -> None:
    container.clear()


def _extend(container: Any, other: Any) -> None:
    container.extend(items_of(other))


_DICT: dict[str, Any] = {
    "update": _update,
    "clear": _clear,
    "setdefault": _set_default,
    "pop": _pop_key,
    "popitem": lambda own: own.popitem(),
    "__setitem__": _set_item,
    "__delitem__": _delete_item,
}
_LIST: dict[str, Any] = {
    "append": lambda own, item: own.append(item),
    "insert": lambda own, place, item: own.insert(_place_in(place), item),
    "extend": _extend,
    "clear": _clear,
    "reverse": lambda own: own.reverse(),
    "remove": _remove,
    "__setitem__": _set_item,
    "__delitem__": _delete_item,
}
_METHODS: dict[type, dict[str, Any]] = {
    OwnList: {**_LIST, "pop": _pop_at, "sort": _sort},
    OwnDeque: {
        **_LIST,
        "pop": deque.pop,
        "popleft": deque.popleft,
        "appendleft": deque.appendleft,
        "extendleft": lambda own, other: own.extendleft(items_of(other)),
        "rotate": lambda own, count=1: own.rotate(_place_in(count)),
    },
    OwnDict: _DICT,
    OwnDefaultDict: _DICT,
    OwnCounter: {
        **_DICT,
        "update": _count(OwnCounter.update),
        "subtract": _count(OwnCounter.subtract),
    },
    OwnSet: {
        "add": _add,
        "update": _set_update,
        "clear": _clear,
        "discard": _discard,
        "remove": _remove_key,
        "pop": lambda own: own.pop(),
    },
}
_CHANGES: dict[tuple[type, str], Callable[..., Any]] = {
    (kind, method): operation
    for kind, methods in _METHODS.items()
    for method, operation in methods.items()
}
