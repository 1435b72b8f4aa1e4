"""Calls: functional ones are issued, pure ones done, all others left to the commit program."""

from __future__ import annotations

import ast
import operator
from itertools import chain
from types import MethodType
from typing import Any

from pydron_ng.translation.effects import Kind
from pydron_ng.translation.runahead.ahead import Ahead, Keys
from pydron_ng.translation.runahead.constructs.access import get_attribute, get_class
from pydron_ng.translation.runahead.constructs.displays import is_hashable, items_of, spread
from pydron_ng.translation.runahead.constructs.operators import is_plain_atom
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.promises import (
    OWN,
    UNKNOWN,
    OwnDict,
    OwnList,
    OwnSet,
    OwnTuple,
    Promise,
    Refused,
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.registry import emits, guard

PRODUCTIONS = (
    "{new} = {call}",
    "{new} = {functional}(*[{int}])",
    "{new} = len({list})",
    "{new} = sum({list})",
    "{new} = sorted({list})",
    "{new} = max({call}, {int})",
)


@emits(ast.Call)
def call_(emitter: Emitter, node: ast.Call) -> str:
    site = emitter.outline.of[node]
    routed = site if site in emitter.plan.routed else -1
    if routed < 0 and emitter.plan.effects.kinds[site] in {Kind.UNKNOWN, Kind.OBSERVER}:
        emitter.blame(node, "unknown-call", f"{ast.unparse(node.func)} is not known to be pure")
    keys = emitter.keys(emitter.outline.sites[site].loops)
    head = f"{routed}, {keys}, {_callee(emitter, node.func)}"
    text = f"call(ra, {head}, {_positional(emitter, node)}, {_named(emitter, node)})"
    if emitter.scope and routed >= 0:
        return f"noted({emitter.use(emitter.scope)}, {text})"
    return text


def _callee(emitter: Emitter, node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"method(ra, {emitter.expression(node.value)}, {node.attr!r})"
    return emitter.expression(node)


def _positional(emitter: Emitter, node: ast.Call) -> str:
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        pieces = [
            f"(True, {emitter.expression(a.value)})"
            if isinstance(a, ast.Starred)
            else f"(False, {_argument(emitter, a)})"
            for a in node.args
        ]
        return f"star_arguments(ra, [{', '.join(pieces)}])"
    return "(" + "".join(f"{_argument(emitter, a)}, " for a in node.args) + ")"


def _named(emitter: Emitter, node: ast.Call) -> str:
    if any(keyword.arg is None for keyword in node.keywords):
        pieces = [f"({k.arg!r}, {emitter.expression(k.value)})" for k in node.keywords]
        return f"star_keywords(ra, [{', '.join(pieces)}])"
    pairs = [f"{k.arg!r}: {emitter.expression(k.value)}" for k in node.keywords]
    return "{" + ", ".join(pairs) + "}"


def _argument(emitter: Emitter, node: ast.expr) -> str:
    """A generator expression is only understood as the argument of a call."""
    if isinstance(node, ast.GeneratorExp):
        from pydron_ng.translation.runahead.constructs.comprehension import stream

        return stream(emitter, node)
    return emitter.expression(node)


# --- guards ---


class _Method:
    """A method of a builtin container or value, not looked up yet."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Any, name: str) -> None:
        self.receiver, self.name = receiver, name


_PURE_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        """split rsplit splitlines strip lstrip rstrip join replace startswith endswith lower upper
        title capitalize casefold swapcase center ljust rjust zfill find rfind count index
        partition rpartition removeprefix removesuffix isdigit isalpha isalnum isspace isupper
        islower encode""".split()
    ),
    bytes: frozenset("decode hex startswith endswith strip split find count".split()),
    dict: frozenset("get keys values items copy".split()),
    list: frozenset("copy index count".split()),
    tuple: frozenset("index count".split()),
    int: frozenset("bit_length bit_count conjugate".split()),
    float: frozenset("is_integer hex conjugate as_integer_ratio".split()),
}


@guard
def method(ra: Ahead, receiver: Any, name: str) -> Any:
    """The callee of a method call; for builtin values it is looked up when it is called."""

    def run(value: Any) -> Any:
        kind = OWN.get(type(value), type(value))
        if name in _PURE_METHODS.get(kind, ()):
            return _Method(value, name)
        return get_attribute(value, name)

    return lifted(ra.ready, run, receiver)


@guard
def call(ra: Ahead, site: int, keys: Keys, callee: Any, args: Any, kwargs: Any) -> Any:
    """A promise of a functional call, the value of a pure one, else UNKNOWN."""
    if type(args) is tuple and type(kwargs) is dict and type(callee) is not Promise:
        return _called(ra, site, keys, callee, args, kwargs)

    def run(callee: Any, args: Any, kwargs: Any) -> Any:
        return _called(ra, site, keys, callee, tuple(args), kwargs)

    return lifted(ra.ready, run, callee, args, kwargs)


def _called(
    ra: Ahead, site: int, keys: Keys, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    if callee is UNKNOWN:
        return UNKNOWN
    if type(callee) is _Method:
        return _call_method(ra, callee, args, kwargs)
    kind = ra.kind(callee)
    if kind == "functional":
        return _issued(ra, site, keys, callee, args, kwargs)
    if kind == "ahead" and len(args) == 1:
        return UNKNOWN  # its value is what the commit program makes of it
    if kind == "wrapper" and args:
        return args[0]
    if kind not in {"pure", "fresh"} or kwargs:
        return UNKNOWN
    return _call_pure(ra, callee, args)


def _issued(
    ra: Ahead, site: int, keys: Keys, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    if site < 0:
        return UNKNOWN
    if type(callee) is MethodType:
        return ra.issue(site, keys, callee.__func__, (callee.__self__, *args), kwargs)
    return ra.issue(site, keys, callee, args, kwargs)


def _call_method(ra: Ahead, callee: _Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if kwargs:
        return UNKNOWN
    if callee.name in {"items", "values", "keys"} and not args:
        return _view(callee.receiver, callee.name)
    receiver = callee.receiver
    if callee.name == "get" and type(receiver) is OwnDict:
        return lifted(ra.ready, lambda *values: _got(receiver, *values), *args)

    def run(receiver: Any, *values: Any) -> Any:
        checked = [_checked(value) for value in values]
        _check_growth(callee.name, receiver, values)
        return owned(getattr(receiver, callee.name)(*checked))

    return deeply(ra.ready, run, receiver, *args)


def _got(container: OwnDict, key: Any, missing: Any = None) -> Any:
    if not is_hashable(key):
        raise Refused("get")
    return container.get(key, missing)


def _check_growth(name: str, receiver: Any, values: tuple[Any, ...]) -> None:
    """Refuse what could make a huge text out of small ones."""
    if not is_tame(receiver):
        raise Refused(name)
    if name in {"replace", "join"} and len(receiver) * _size(values) > _LARGEST:
        raise Refused(name)


def _size(values: tuple[Any, ...]) -> int:
    return sum(len(v) if hasattr(v, "__len__") else 1 for v in values)


def _view(receiver: Any, name: str) -> Any:
    """The view as a list of its own: the dict may be changed meanwhile."""
    if name == "items":
        return OwnList([OwnTuple(pair) for pair in receiver.items()])
    return OwnList(getattr(receiver, name)())


def _checked(value: Any) -> Any:
    """A value that a method of a builtin type may look at.

    Raises:
        Refused: it is of a type that may have code of its own.
    """
    if not is_tame(value) or (type(value) is int and abs(value) > _LARGEST):
        raise Refused("argument")
    return value


_LARGEST = 100_000


def is_tame(value: Any) -> bool:
    """Is it made of atoms and builtin containers only, and not huge?"""
    return _room_after(value, _LARGEST, 0) >= 0


def _room_after(value: Any, room: int, depth: int) -> int:
    """What `value` leaves of `room`, in characters and items; negative if it is not tame."""
    if is_plain_atom(value):
        return room - (len(value) if type(value) in {str, bytes} else 1)
    kind = OWN.get(type(value), type(value))
    if kind is range:
        return room - len(value)
    if kind not in {list, tuple, dict, set, frozenset} or depth > 4:  # noqa: PLR2004
        return -1
    for item in chain.from_iterable(value.items()) if kind is dict else value:
        room = _room_after(item, room, depth + 1)
        if room < 0:
            return -1
    return room


def owned(value: Any) -> Any:
    """A container that was made just now becomes run-ahead's own."""
    kinds: dict[type, type] = {list: OwnList, dict: OwnDict, set: OwnSet}
    kind = kinds.get(type(value))
    return value if kind is None else kind(value)


def _call_pure(ra: Ahead, callee: Any, args: tuple[Any, ...]) -> Any:
    if callee in {len, list, tuple, enumerate, zip, reversed, range}:
        return lifted(ra.ready, _SHALLOW[callee], *args)

    def run(*values: Any) -> Any:
        if callee is isinstance:
            return _is_instance(*values)
        _check_arguments(callee, values)
        return owned(callee(*values))

    return deeply(ra.ready, run, *args)


def _is_instance(value: Any, kinds: Any) -> bool:
    classes = kinds if type(kinds) is tuple else (kinds,)
    if any(type(kind) is not type for kind in classes):
        raise Refused("a class with a metaclass")
    return issubclass(get_class(value), classes)


def _check_arguments(callee: Any, values: tuple[Any, ...]) -> None:
    """Refuse what is not tame, and what is small and makes something huge."""
    if not all(map(is_tame, values)):
        raise Refused(callee.__name__)
    if callee in {bytes, round} and any(_is_large(value) for value in values):
        raise Refused(callee.__name__)
    if callee is operator.mod and type(values[0]) in {str, bytes}:
        raise Refused("%")
    if callee is sum and len(values) > 1 and not isinstance(values[1], int | float):
        raise Refused("sum")  # of lists: takes the square of their number


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > _LARGEST


def _length(value: Any) -> int:
    return len(items_of(value)) if type(value) not in OWN else len(value)


def _range(*bounds: Any) -> range:
    if any(type(bound) is not int for bound in bounds):
        raise Refused("range")
    return range(*bounds)


def _tuples(pairs: Any) -> OwnList:
    return OwnList([OwnTuple(pair) for pair in pairs])


_SHALLOW: dict[Any, Any] = {
    len: _length,
    list: lambda value=(): OwnList(items_of(value)),
    tuple: lambda value=(): _own_tuple(items_of(value)),
    enumerate: lambda value, start=0: _tuples(enumerate(items_of(value), start)),
    zip: lambda *values: _tuples(zip(*map(items_of, values), strict=False)),
    reversed: lambda value: OwnList(reversed(items_of(value))),
    range: _range,
}


def _own_tuple(items: list[Any]) -> Any:
    return OwnTuple(items)


@guard
def star_arguments(ra: Ahead, pieces: list[tuple[bool, Any]]) -> Any:
    """The positional arguments of a call with starred ones."""
    return spread(ra, tuple, pieces)


@guard
def star_keywords(ra: Ahead, pieces: list[tuple[str | None, Any]]) -> Any:
    """The keyword arguments of a call with ``**`` ones."""

    def run(*values: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for (name, _), value in zip(pieces, values, strict=True):
            if name is None and OWN.get(type(value), type(value)) is not dict:
                raise Refused("**")
            made.update(value if name is None else {name: value})
        return made

    return lifted(ra.ready, run, *(value for _, value in pieces))


@guard
def noted(scope: list[Promise], value: Any) -> Any:
    """`value`, remembered where a try statement must know whether it raised."""
    if type(value) is Promise:
        scope.append(value)
    return value
