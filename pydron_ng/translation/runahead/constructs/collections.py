"""deque, defaultdict and Counter that run-ahead makes itself, and heaps in its own lists."""

from __future__ import annotations

import ast
import heapq
from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.changes import adopted, is_ordered
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import is_hashable
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    OWN,
    OwnCounter,
    OwnDefaultDict,
    OwnDeque,
    OwnList,
    OwnTuple,
    holes,
    plain,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
)
from pydron_ng.translation.runahead.registry import guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "queue = deque({list}, maxlen=3)\nqueue.append({call})\nif queue: {new} = queue.popleft()",
    "groups = defaultdict(list)\ngroups[{call}].append({call})\nd = dict(groups)",
    "counts = Counter({list})\ncounts[{call}] += {call}\n{new} = counts[{int}]",
    "heap = [{int}, {int}]\nheapq.heapify(heap)\nheapq.heappush(heap, {call})\n"
    "{new} = heapq.heappop(heap)",
)
_OWN_OF: dict[Any, Any] = {builtin: own for own, builtin in OWN.items()}
_FACTORIES = frozenset({list, dict, set, int, float, str, bool, tuple, deque})
_HEAP = "heappush heappop heapify heappushpop heapreplace".split()


# --- emitting ---


def change_heap(emitter: Emitter, node: ast.Call) -> str | None:
    """The text of ``heapq.heappush(name, ...)`` and its like; None if it is something else.

    After:
        (t5 := heaped(ra, attribute(ra, ra.lookup('heapq'), 'heappush'), v_heap, v_x),
         v_heap := t5[0])[0][1]
    """
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    called = node.func.id if isinstance(node.func, ast.Name) else called
    if called not in _HEAP or node.keywords or emitter.is_deferred:
        return None
    if not all(isinstance(a, ast.Name) and emitter.is_own(a.id) for a in node.args[:1]):
        return None
    emitter.followed.add(node)
    callee, *arguments = [emitter.expression(part) for part in (node.func, *node.args)]
    pair = emitter.temporary()
    text = f"{pair} := heaped(ra, {', '.join([callee, *arguments])})"
    return f"({text}, {arguments[0]} := {pair}[0])[0][1]"


# --- guards ---


@guard
def heaped(ra: Ahead, callee: Any, heap: Any, *items: Any) -> tuple[Any, Any]:
    """An own list after a function of heapq changed it, and the function's value."""

    def run(callee: Any, found: Any, *values: Any) -> Any:
        own = found if type(found) is OwnList else adopted(found)
        if not any(callee is getattr(heapq, name) for name in _HEAP) or type(own) is not OwnList:
            raise Refused("heap")
        missing: list[Promise] = []
        if not holes([*own, *values], missing) or not holes(OwnTuple((*own, *values)), missing):
            raise Refused("heap")
        if missing:
            return lifted(ra.ready, lambda *_: run(callee, own, *values), *missing)
        return _heaped(callee, own, values)

    pair = lifted(ra.ready, run, callee, heap, *items)
    if pair is UNKNOWN:
        return UNKNOWN, UNKNOWN
    return lifted(ra.ready, _first, pair), lifted(ra.ready, _second, pair)


def _heaped(callee: Any, own: OwnList, values: tuple[Any, ...]) -> OwnTuple:
    known = [plain(value, {}) for value in (*own, *values)]
    if not all(map(is_ordered, known)):
        raise Refused("heap")
    own[:] = known[: len(own)]
    return OwnTuple((own, callee(own, *known[len(own) :])))


def _first(pair: OwnTuple) -> Any:
    return pair[0]


def _second(pair: OwnTuple) -> Any:
    return pair[1]


def is_collection(callee: Any) -> bool:
    """Is it one of the classes that `collected` makes run-ahead's own of?"""
    return callee is deque or callee is defaultdict or callee is Counter


def collected(ra: Ahead, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What ``deque(...)``, ``defaultdict(...)`` or ``Counter(...)`` makes; UNKNOWN for the rest."""
    if len(args) > 2 or set(kwargs) - {"maxlen"}:  # noqa: PLR2004
        return UNKNOWN
    return lifted(ra.ready, lambda *known: _MAKE[callee](*known, **kwargs), *args)


def _deque(items: Any = (), maxlen: Any = None) -> OwnDeque:
    if type(maxlen) not in {int, type(None)}:
        raise Refused("maxlen")
    return OwnDeque(items_of(items), maxlen)


def _default_dict(factory: Any = None, items: Any = None) -> OwnDefaultDict:
    if factory is not None and (type(factory) is not type or factory not in _FACTORIES):
        raise Refused("default_factory")
    made = OwnDefaultDict(_OWN_OF.get(factory, factory))
    if items is not None:
        _check_keys(items)
        made.update(items)
    return made


def _counter(items: Any = ()) -> OwnCounter:
    if shape(items) is dict:
        _check_keys(items)
        return OwnCounter(items)
    known = [plain(item, {}) for item in items_of(items)]
    if not all(map(is_hashable, known)):
        raise Refused("count")
    return OwnCounter(known)


def _check_keys(items: Any) -> None:
    if shape(items) is not dict or not all(map(is_hashable, items)):
        raise Refused("keys")


_MAKE: dict[Any, Any] = {deque: _deque, defaultdict: _default_dict, Counter: _counter}
