"""What run-ahead makes itself: containers, records, functions; and what is known of their parts."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from types import FunctionType, SimpleNamespace
from typing import Any

from pydron_ng.purity.library_values import is_library_value
from pydron_ng.translation.runahead.promises import UNKNOWN, Promise, ToAwait
from pydron_ng.values.importable import is_module_class


class OwnList(list[Any]):
    """A list that run-ahead made itself, so it may change it."""

    __slots__ = ()


class OwnDict(dict[Any, Any]):
    """A dict that run-ahead made itself."""

    __slots__ = ()


class OwnSet(set[Any]):
    """A set that run-ahead made itself."""

    __slots__ = ()


class OwnTuple(tuple[Any, ...]):
    """A tuple that run-ahead made itself: it may hold promises."""

    __slots__ = ()


class OwnDeque(deque[Any]):
    """A deque that run-ahead made itself."""

    __slots__ = ()


class OwnDefaultDict(defaultdict[Any, Any]):
    """A defaultdict that run-ahead made itself: what it makes is run-ahead's own, too."""

    __slots__ = ()


class OwnCounter(Counter[Any]):
    """A Counter that run-ahead made itself."""


class LocalFunction:
    """A function that the scheduled one makes itself, as run-ahead has it: never called, entered.

    entry: of the function in the runtime. captured: the names of the enclosing function that it
    reads, as they were when it was made. defaults, named_defaults: of its parameters.
    """

    __slots__ = ("captured", "defaults", "entry", "named_defaults")

    def __init__(
        self,
        entry: Any,
        captured: dict[str, Any],
        defaults: tuple[Any, ...],
        named_defaults: dict[str, Any],
    ) -> None:
        self.entry = entry
        self.captured = captured
        self.defaults = defaults
        self.named_defaults = named_defaults


class OwnNamed(OwnTuple):
    """A named tuple that run-ahead made itself: `of` is its class."""

    of: type


class OwnRecord:
    """An instance that run-ahead made itself, of a class that only keeps what it is given."""

    __slots__ = ("fields", "of")

    def __init__(self, of: type, fields: dict[str, Any]) -> None:
        self.of, self.fields = of, fields

    def made(self, memo: dict[int, Any]) -> Any:
        """The instance itself, promises replaced."""
        if self.of is SimpleNamespace:
            made: Any = memo.setdefault(id(self), SimpleNamespace())
        else:
            made = memo.setdefault(id(self), object.__new__(self.of))
        for name, value in self.fields.items():
            object.__setattr__(made, name, plain(value, memo))
        return made


OWN: dict[type, type] = {
    OwnList: list,
    OwnDict: dict,
    OwnSet: set,
    OwnTuple: tuple,
    OwnNamed: tuple,
    OwnDeque: deque,
    OwnDefaultDict: defaultdict,
    OwnCounter: Counter,
}


_MAPPINGS = frozenset({OwnDict, OwnDefaultDict, OwnCounter})


#: What reading a container amounts to: of those that are more than a list or a dict.
_LIKE: dict[type, type] = {OwnDefaultDict: dict, OwnCounter: dict, OwnDeque: list}


ATOMS = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(...), type(NotImplemented)}
)


_DEEPEST = 40  # own containers inside of own containers


_HARMLESS = ATOMS | {range, slice, FunctionType, type, type(len)}


def shape(value: Any) -> type:
    """The builtin type that a container of run-ahead's own reads like; of all else, its type."""
    kind = type(value)
    return _LIKE.get(kind) or OWN.get(kind, kind)


def holes(value: Any, found: list[Promise], depth: int = 0) -> bool:
    """Collect the open promises in `value`; False if there is an UNKNOWN in it, or a failure."""
    kind = type(value)
    if kind in ATOMS:
        return True
    if kind is Promise:
        if not value.kept:
            found.append(value)
            return True
        return value.failure is None and holes(value.value, found, depth)
    if value is UNKNOWN or kind in {LocalFunction, ToAwait} or depth > _DEEPEST:
        return False
    if kind is OwnRecord:
        return holes_in(value.fields.values(), found, depth + 1)
    if kind not in OWN:
        return True
    return holes_in(value.values() if kind in _MAPPINGS else value, found, depth + 1)


def holes_in(values: Iterable[Any], found: list[Promise], depth: int = 0) -> bool:
    """Collect the open promises in all of `values`; False if one of them holds an UNKNOWN."""
    known = [holes(value, found, depth) for value in values]
    return all(known)


def plain(value: Any, memo: dict[int, Any]) -> Any:
    """`value` as the commit program would have it: builtin containers, promises replaced.

    Objects that run-ahead did not make stay themselves. Aliases stay aliases.
    """
    kind = type(value)
    if kind in ATOMS:
        return value
    if kind is Promise:
        return plain(value.value, memo)
    builtin = OWN.get(kind)
    if builtin is None and kind is not OwnRecord:
        return value
    known = memo.get(id(value))
    if known is None:
        known = value.made(memo) if builtin is None else _plain_container(value, builtin, memo)
    return known


def _plain_container(value: Any, builtin: type, memo: dict[int, Any]) -> Any:
    if type(value) in _MAPPINGS:
        made: Any = memo.setdefault(id(value), _empty(value, builtin))
        for key, item in value.items():
            made[plain(key, memo)] = plain(item, memo)
    elif builtin in {list, deque}:
        made = memo.setdefault(id(value), _empty(value, builtin))
        made.extend([plain(item, memo) for item in value])
    elif type(value) is OwnNamed:
        made = memo[id(value)] = tuple.__new__(value.of, [plain(item, memo) for item in value])
    else:
        made = memo[id(value)] = builtin([plain(item, memo) for item in value])
    return made


def _empty(value: Any, kind: type) -> Any:
    """A container of that kind with the settings of `value`, and nothing in it."""
    if type(value) is OwnDefaultDict:
        factory: Any = value.default_factory
        return kind(factory if kind is OwnDefaultDict else OWN.get(factory, factory))
    return kind(maxlen=value.maxlen) if type(value) is OwnDeque else kind()


def frozen(value: Any, memo: dict[int, Any]) -> Any:
    """`value` as it is now, promises kept as they are: later changes do not reach it."""
    kind = type(value)
    if kind not in OWN and kind is not OwnRecord:
        return value
    known = memo.get(id(value))
    if known is not None:
        return known
    if kind is OwnRecord:
        fields = {name: frozen(item, memo) for name, item in value.fields.items()}
        return memo.setdefault(id(value), OwnRecord(value.of, fields))
    if kind in _MAPPINGS:
        made: Any = memo.setdefault(id(value), _empty(value, kind))
        for key, item in value.items():
            made[key] = frozen(item, memo)
    elif kind in {OwnList, OwnDeque}:
        made = memo.setdefault(id(value), _empty(value, kind))
        made.extend([frozen(item, memo) for item in value])
    else:
        made = memo[id(value)] = kind([frozen(item, memo) for item in value])
        if kind is OwnNamed:
            made.of = value.of
    return made


def immutable(value: Any) -> bool:
    """Can no code change what `value` is?"""
    kind = type(value)
    if kind in {tuple, frozenset, OwnTuple}:
        return all(immutable(item) for item in value)
    return kind in _HARMLESS or is_module_class(kind) or is_library_value(value)
