"""The items that a loop goes over: at once where iterating uses nothing up, else one by one.

Those of a comprehension, and of what map() and its like are given, are told as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.access import members
from pydron_ng.translation.runahead.own import shape
from pydron_ng.translation.runahead.promises import UNKNOWN
from pydron_ng.translation.runahead.registry import guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "for {new} in {{{int}: {call}, 7: {name}}}.items():\n    {statement}",
    "for {new} in iter({list}):\n    {statement}",
    "{new} = [{functional}({item}) for {item} in keep({list})]",
    "{new} = sum(map({functional}, shout({list})))",
)


class _Arrives:
    """An item that is itself an effect: it is known when the commit program has it."""


ARRIVES = _Arrives()
_SAFE = frozenset({list, tuple, dict, set, frozenset, str, bytes, range})


def arriving(emitter: Emitter, loop: int, items: str) -> str:
    """The text of what a comprehension, or map() and its like, goes over: told if not known.

    After:
        bind(ra, 12, -1, (k3, ), call(...))
    """
    from pydron_ng.translation.plan import begin_point  # not for what was kept

    if loop not in emitter.plan.counter:
        return items
    keys = emitter.keys(emitter.outline.loops[loop][:-1])
    return f"bind(ra, {begin_point(emitter.outline, loop)}, -1, {keys}, {items})"


@guard
def over(ra: Ahead, items: Any, line: int) -> Iterator[Any]:
    """The items of a value that iterating does not use up; else ARRIVES for each to come.

    How many these are is noted for the loop that begins first on the line.
    """
    kind = shape(items)
    if kind in _SAFE:
        ra.trips.setdefault(line, len(items))
        yield from list(items) if kind in {list, set, dict} and len(items) < 10_000 else items  # noqa: PLR2004
        return
    views = {type({}.keys()), type({}.values()), type({}.items())}
    if kind in views:
        ra.trips.setdefault(line, len(items))
        yield from list(items)
        return
    if type(kind) is type and kind.__module__.startswith("pydron_ng."):
        shared = getattr(kind, "ahead_items", None)
        if shared is not None:
            yield from shared(items)
            return
    found = members(items)
    if found is not None:
        ra.trips.setdefault(line, len(found))
        yield from found
        return
    if _is_plain_array(items):
        ra.trips.setdefault(line, len(items))
        yield from items
        return
    # A metaclass is not asked.
    name = "iterator" if items is UNKNOWN else type.__dict__["__name__"].__get__(kind)
    ra.blame("iterator", line, f"the next item of a {name} is an effect")
    while True:
        yield ARRIVES


def _is_plain_array(value: Any) -> bool:
    kind = type(value)
    return (
        type(kind) is type
        and kind.__module__ == "numpy"
        and kind.__name__ == "ndarray"
        and value.ndim > 0
        and value.dtype.kind in "biufc"
    )
