"""map, filter, reduce, starmap, and sorted, min, max by a key: what they call is issued ahead."""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pydron_ng.purity.appliers import is_applier
from pydron_ng.translation.runahead.ahead import Ahead, Keys, spawn
from pydron_ng.translation.runahead.constructs.calls import called, noted
from pydron_ng.translation.runahead.constructs.comprehension import stops
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import truth
from pydron_ng.translation.runahead.operations import (
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.own import OwnList
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
)
from pydron_ng.translation.runahead.registry import guard
from pydron_ng.translation.runahead.taking import ALL, OPEN
from pydron_ng.translation.runahead.tame import is_tame

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = list(map({functional}, {list}))",
    "for {new} in map({functional}, {list}):\n    {statement}",
    "{new} = sum(map(lambda {item}: {functional}({item}) + {name}, {list}))",
    "{new} = sorted({list}, key={functional})",
    "{new} = min({list}, key=lambda {item}: -{functional}({item}), default={int})",
    "{new} = list(filter({functional}, {list}))",
    "{new} = functools.reduce(lambda a, b: {functional}(a) + b, {list}, {int})",
    "{new} = any(map({functional}, {list}))",
    "for {new} in map({functional}, {list}):\n    if {new} > {int}: break",
    "{new} = list(itertools.starmap({functional}, [({int},), ({call},)]))",
)
#: The value of one call of the function that was handed on: which one it is, and its arguments.
Apply = Callable[[int, tuple[Any, ...]], Any]


def handed_lambda(emitter: Emitter, node: ast.Lambda) -> str:
    """A lambda without a plan of its own is understood where it is handed to map() or its like."""
    from pydron_ng.translation.outline import is_plain_lambda  # not for what was kept

    site = next((s for s in emitter.outline.sites if s.handed is node), None)
    if site is None or not is_plain_lambda(node):
        emitter.blame(node, "construct", "a lambda is not run ahead")
        return "UNKNOWN"
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    place = emitter.plan.counter.get(site.loops[-1])
    counter = "k" if place is None else f"k{place}"
    parameters = [counter, *(f"v_{name}" for name in names)]
    unit = emitter.unit
    before, unit.used = unit.used, {}
    with emitter.deferring(), emitter.binding(frozenset(names)):
        text = emitter.expression(node.body)
    kept = [variable for variable in unit.used if variable not in parameters]
    unit.used = {**before, **dict.fromkeys(kept)}
    written = ", ".join([*parameters, *(f"{variable}={variable}" for variable in kept)])
    return f"Local({len(names)}, lambda {written}: {text})"


# --- guards ---


@guard
class Local:
    """A lambda of the program's as run-ahead does it; `body` takes the number of the call first."""

    __slots__ = ("_arity", "_body")

    def __init__(self, arity: int, body: Callable[..., Any]) -> None:
        self._arity, self._body = arity, body

    def __call__(self, number: int, args: tuple[Any, ...]) -> Any:
        if len(args) != self._arity:
            raise Refused("arguments")
        return self._body(number, *args)


@guard
def applied(
    ra: Ahead,
    site: int,
    keys: Keys,
    callee: Any,
    args: Any,
    kwargs: Any,
    scope: list[Promise] | None = None,
    until: str = ALL,
) -> Any:
    """What a function with the name of map() or its like gives; its calls are issued.

    until: how much is certainly taken of it.
    """

    def run(callee: Any, args: Any, kwargs: Any) -> Any:
        args = tuple(args)
        if not is_applier(callee):
            return _called_alone(ra, site, keys, callee, args, kwargs)
        function = kwargs.get("key") if callee in _KEYED else args[0]

        def go_on(function: Any) -> Any:
            apply = _applying(ra, site, keys, function, scope)
            if callee in _LAZY and until != ALL:
                return _started(ra, callee, apply, args, kwargs, until)
            return _APPLIED[callee](ra, callee, apply, args, kwargs)

        return lifted(ra.ready, go_on, function)

    return lifted(ra.ready, run, callee, args, kwargs)


def _called_alone(
    ra: Ahead, site: int, keys: Keys, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """The value of a call of something else that bears the name."""
    if any(type(value) is Local for value in (*args, *kwargs.values())):
        return UNKNOWN
    return called(ra, site, (*keys, -1), callee, args, kwargs)


def _applying(
    ra: Ahead, site: int, keys: Keys, function: Any, scope: list[Promise] | None
) -> Apply:
    def apply(number: int, args: tuple[Any, ...]) -> Any:
        if type(function) is Local:
            return function(number, args)
        if function is None and len(args) == 1:
            return args[0]
        value = called(ra, site, (*keys, number), function, args, {})
        return value if scope is None else noted(scope, value)

    return apply


async def _each(
    ra: Ahead, apply: Apply, rows: Iterable[tuple[Any, ...]], until: str
) -> tuple[OwnList]:
    """The values for all rows, as promises, within the window; no more than certainly taken."""
    values = OwnList()
    for number, row in enumerate(rows):
        if ra.parked:
            await ra.room()
        values.append(apply(number, row))
        if until != ALL and await stops(ra, values, until):
            break
    return (values,)


def _values(ra: Ahead, apply: Apply, rows: Iterable[tuple[Any, ...]], until: str = ALL) -> Any:
    return spawn(ra, _each(ra, apply, rows, until), 0, (), (None,))[0]


def _started(
    ra: Ahead, callee: Any, apply: Apply, args: tuple[Any, ...], kwargs: dict[str, Any], until: str
) -> Any:
    """What any(), all() and next() certainly take of a map; nothing of what is taken by others."""
    if callee is not map or until == OPEN or kwargs:
        return UNKNOWN

    def run(*iterables: Any) -> Any:
        return _values(ra, apply, zip(*map(items_of, iterables), strict=False), until)

    return lifted(ra.ready, run, *args[1:])


def _map(ra: Ahead, _: Any, apply: Apply, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    def run(*iterables: Any) -> Any:
        return _values(ra, apply, zip(*map(items_of, iterables), strict=False))

    return lifted(ra.ready, run, *args[1:]) if not kwargs else UNKNOWN


def _starmap(ra: Ahead, _: Any, apply: Apply, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    def star(number: int, row: tuple[Any, ...]) -> Any:
        return lifted(ra.ready, lambda known: apply(number, tuple(items_of(known))), *row)

    return _map(ra, _, star, args, kwargs)


def _filter(ra: Ahead, _: Any, apply: Apply, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    def run(iterable: Any) -> Any:
        items = items_of(iterable)

        def kept(verdicts: Any) -> Any:
            return lifted(ra.ready, lambda *known: _chosen(items, known), *verdicts)

        return lifted(ra.ready, kept, _values(ra, apply, [(item,) for item in items]))

    return lifted(ra.ready, run, *args[1:]) if not kwargs else UNKNOWN


def _chosen(items: list[Any], verdicts: tuple[Any, ...]) -> OwnList:
    return OwnList(item for item, verdict in zip(items, verdicts, strict=True) if truth(verdict))


def _reduce(ra: Ahead, _: Any, apply: Apply, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    def run(iterable: Any) -> Any:
        items = [*args[2:], *items_of(iterable)]
        return spawn(ra, _folded(ra, apply, items), 0, (), (None,))[0]

    return lifted(ra.ready, run, args[1]) if not kwargs else UNKNOWN


async def _folded(ra: Ahead, apply: Apply, items: list[Any]) -> tuple[Any]:
    """Each call waits for the one before, unless it takes a promise unread."""
    value = items[0] if items else UNKNOWN
    for number, item in enumerate(items[1:]):
        if ra.parked:
            await ra.room()
        value = apply(number, (value, item))
    return (value,)


def _by_key(
    ra: Ahead, callee: Any, apply: Apply, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """sorted, min and max: the items stay unread, their keys are waited for."""
    others = {name: value for name, value in kwargs.items() if name != "key"}
    if kwargs.get("key") is None:
        return called(ra, -1, (), callee, args, others)

    def run(*known: Any) -> Any:
        items = items_of(known[0]) if len(known) == 1 else list(known)
        keys = _values(ra, apply, [(item,) for item in items])
        return deeply(ra.ready, lambda keys: _picked(callee, items, keys, others), keys)

    return lifted(ra.ready, run, *args)


def _picked(callee: Any, items: list[Any], keys: list[Any], others: dict[str, Any]) -> Any:
    """The items in the order of their keys, or the first one.

    Raises:
        Refused: comparing the keys could run code of the user's.
    """
    if not is_tame(keys):
        raise Refused("key")
    if callee is sorted:
        order = sorted(range(len(items)), key=keys.__getitem__, reverse=_flag(others))
        return OwnList([items[place] for place in order])
    if not items:
        return others["default"]
    return items[callee(range(len(items)), key=keys.__getitem__)]


def _flag(others: dict[str, Any]) -> bool:
    reverse = others.get("reverse", False)
    if type(reverse) not in {bool, int}:
        raise Refused("reverse")
    return bool(reverse)


_KEYED = frozenset({sorted, min, max})
_LAZY = frozenset({map, filter, itertools.starmap})
_APPLIED: dict[Any, Callable[..., Any]] = {
    map: _map,
    filter: _filter,
    functools.reduce: _reduce,
    itertools.starmap: _starmap,
    **dict.fromkeys(_KEYED, _by_key),
}
