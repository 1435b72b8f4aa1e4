"""Functions that arrange the items of containers unread: they may be promises."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.arrays import is_array
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import is_hashable
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    OWN,
    OwnDict,
    OwnList,
    OwnTuple,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Refused,
)
from pydron_ng.translation.runahead.tame import LARGEST

PRODUCTIONS = (
    "{new} = len({list})",
    "for {new}, {new} in enumerate({list}, start={int}):\n    {statement}",
    "for {new}, {new} in zip({list}, {list}, strict=False):\n    {statement}",
    "for {new}, {new} in itertools.product({list}, range({small})):\n    {statement}",
    "for {new}, {new} in itertools.combinations({list}, 2):\n    {statement}",
    "for {new}, {new} in itertools.pairwise({list}):\n    {statement}",
    "{new} = list(itertools.chain({list}, [{call}]))",
    "{new} = list(itertools.islice({list}, {int}))",
    "{new} = dict(a={call}, b={name})['a']",
    "{new} = dict([({int}, {call})])",
)


Arranging = Callable[[Ahead, tuple[Any, ...], dict[str, Any]], Any]


def arranging(callee: Any) -> Arranging | None:
    """What does for run-ahead what `callee` does; None if that is none of these functions."""
    known, function = _ARRANGING.get(id(callee), (None, None))
    return function if known is callee else None


def _unread(function: Callable[..., Any]) -> Arranging:
    """Called once its arguments are known; their items need not be."""

    def arrange(ra: Ahead, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        names = tuple(kwargs)

        def run(*values: Any) -> Any:
            split = len(values) - len(names)
            return function(*values[:split], **dict(zip(names, values[split:], strict=True)))

        return lifted(ra.ready, run, *args, *kwargs.values())

    return arrange


def _length(value: Any) -> int:
    if type(value) in OWN or (is_array(value) and value.ndim):
        return len(value)
    return len(items_of(value))


def _range(*bounds: Any) -> range:
    return range(*map(_number, bounds))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise Refused("a number")
    return value


def _listed(items: Iterable[Any]) -> OwnList:
    """As a list of its own, if it is not too long."""
    listed = OwnList(itertools.islice(items, LARGEST + 1))
    if len(listed) > LARGEST:
        raise Refused("size")
    return listed


def _tuples(pairs: Iterable[Iterable[Any]]) -> OwnList:
    return _listed(OwnTuple(pair) for pair in pairs)


def _own_tuple(items: list[Any]) -> Any:
    return OwnTuple(items)


def _enumerated(iterable: Any, start: Any = 0) -> OwnList:
    return _tuples(enumerate(items_of(iterable), _number(start)))


def _zipped(*iterables: Any, strict: Any = False) -> OwnList:
    return _tuples(zip(*map(items_of, iterables), strict=strict is True))


def _zipped_longest(*iterables: Any, fillvalue: Any = None) -> OwnList:
    return _tuples(itertools.zip_longest(*map(items_of, iterables), fillvalue=fillvalue))


def _product(*iterables: Any, repeat: Any = 1) -> OwnList:
    pools = [items_of(each) for each in iterables]
    if not 0 <= _number(repeat) * len(pools) <= _MOST_POOLS:
        raise Refused("product")
    _check_count(math.prod(map(len, pools)) ** repeat)
    return _tuples(itertools.product(*pools, repeat=repeat))


def _combined(choose: Any, count: Callable[[int, int], int]) -> Callable[..., OwnList]:
    def combine(iterable: Any, r: Any = None) -> OwnList:
        pool = items_of(iterable)
        length = len(pool) if r is None else _number(r)
        if not 0 <= length <= _MOST_POOLS:
            raise Refused("length")
        _check_count(count(len(pool), length))
        return _tuples(choose(pool, length))

    return combine


def _check_count(tuples: int) -> None:
    if tuples > LARGEST // 10:
        raise Refused("size")


def _chained(*iterables: Any) -> OwnList:
    return _listed(itertools.chain.from_iterable(map(items_of, iterables)))


def _flattened(ra: Ahead, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``chain.from_iterable``: the items of the items, which must be known."""
    if len(args) != 1 or kwargs:
        return UNKNOWN
    return lifted(ra.ready, lambda outer: lifted(ra.ready, _chained, *items_of(outer)), *args)


def _islice(iterable: Any, *bounds: Any) -> OwnList:
    known = [bound if bound is None else _number(bound) for bound in bounds]
    return OwnList(itertools.islice(items_of(iterable), *known))


def _repeated(item: Any, times: Any) -> OwnList:
    if _number(times) > LARGEST:
        raise Refused("size")
    return OwnList(itertools.repeat(item, times))


def _batched(iterable: Any, n: Any) -> OwnList:
    items = items_of(iterable)
    if _number(n) < 1:
        raise Refused("batched")
    return OwnList(OwnTuple(items[i : i + n]) for i in range(0, len(items), n))


def _dict(ra: Ahead, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A dict of pairs whose keys are known, with the keyword arguments; values stay unread."""

    def of_items(*keys: Any, values: list[Any]) -> Any:
        if not all(map(is_hashable, keys)):
            raise Refused("keys")
        return OwnDict([*zip(keys, values, strict=True), *kwargs.items()])

    def run(source: Any = ()) -> Any:
        if shape(source) is dict:
            return of_items(*source, values=list(source.values()))
        pairs = [items_of(pair) for pair in items_of(source)]
        keys, values = [key for key, _ in pairs], [value for _, value in pairs]
        return lifted(ra.ready, lambda *known: of_items(*known, values=values), *keys)

    return lifted(ra.ready, run, *args) if len(args) <= 1 else UNKNOWN


def _from_keys(iterable: Any, value: Any = None) -> OwnDict:
    keys = items_of(iterable)
    if not all(map(is_hashable, keys)):
        raise Refused("keys")
    return OwnDict((key, value) for key in keys)


_MOST_POOLS = 16
_UNREAD: dict[Any, Callable[..., Any]] = {
    len: _length,
    list: lambda iterable=(): OwnList(items_of(iterable)),
    tuple: lambda iterable=(): _own_tuple(items_of(iterable)),
    dict.__dict__["fromkeys"]: _from_keys,
    enumerate: _enumerated,
    zip: _zipped,
    reversed: lambda sequence: OwnList(reversed(items_of(sequence))),
    range: _range,
    itertools.chain: _chained,
    itertools.islice: _islice,
    itertools.repeat: _repeated,
    itertools.pairwise: lambda iterable: _tuples(itertools.pairwise(items_of(iterable))),
    itertools.zip_longest: _zipped_longest,
    itertools.product: _product,
    itertools.combinations: _combined(itertools.combinations, math.comb),
    itertools.permutations: _combined(itertools.permutations, math.perm),
    itertools.combinations_with_replacement: _combined(
        itertools.combinations_with_replacement,
        lambda n, r: math.comb(n + r - 1, r) if n else 0,
    ),
}
if hasattr(itertools, "batched"):
    _UNREAD[itertools.batched] = _batched
_BY_FUNCTION: dict[Any, Arranging] = {
    **{callee: _unread(function) for callee, function in _UNREAD.items()},
    dict: _dict,
    itertools.chain.__dict__["from_iterable"]: _flattened,
}
_ARRANGING = {id(callee): (callee, function) for callee, function in _BY_FUNCTION.items()}
