"""match: patterns are compared where that runs no code of the user's; else the case is told."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.counters import item_point
from pydron_ng.translation.names import captured_names
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.access import (
    compares_atoms,
    get_attribute,
    get_class,
    in_mro,
)
from pydron_ng.translation.runahead.constructs.displays import items_of
from pydron_ng.translation.runahead.constructs.operators import is_hashable, is_plain_atom
from pydron_ng.translation.runahead.own import (
    OWN,
    OwnDict,
    OwnList,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
)
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "match {call}:\n    case 0 | 1:\n        {new} = {call}\n    case n if n > {int}:\n"
    "        {statement}\n    case _:\n        {statement}",
    "match {list}:\n    case [first, *rest]:\n        {new} = {functional}(first)\n"
    "    case []:\n        {new} = {int}",
    "match {object}:\n    case Thing(number=int(n)):\n        {new} = {functional}(n)\n"
    "    case Thing():\n        {statement}",
    "match {dict}:\n    case {{1: {new}, **others}}:\n        {new} = {functional}(len(others))\n"
    "    case other:\n        {statement}",
)


# --- emitting ---


@emits(ast.Match)
def match_(emitter: Emitter, node: ast.Match, index: int) -> None:
    """After:
    t1 = call(ra, ...)
    t2 = None
    for _ in "1":
        t3 = await matched(ra, t1, ('value', 0))
        if t3 is UNKNOWN: break
        if t3 is not None: t2 = 0; break
        t2 = -1
    if t2 is None:
        t2 = await ra.told(4, ())
    if t2 == 0: ...
    """
    emitter.as_unit(index, lambda: _write(emitter, node, index))


def _write(emitter: Emitter, node: ast.Match, index: int) -> None:
    subject, chosen = emitter.temporary(), emitter.temporary()
    emitter.line(f"{subject} = {emitter.expression(node.subject)}")
    emitter.line(f"{chosen} = None")
    with emitter.block('for _ in "1":'):
        for rank, case in enumerate(node.cases):
            _try_case(emitter, case, index, rank, subject, chosen)
        emitter.line(f"{chosen} = -1")
    with emitter.block(f"if {chosen} is None:"):
        _await_case(emitter, node, index, chosen)
    for rank, case in enumerate(node.cases):
        with emitter.block(f"if {chosen} == {rank}:"):
            emitter.body(case.body)


def _try_case(
    emitter: Emitter, case: ast.match_case, index: int, rank: int, subject: str, chosen: str
) -> None:
    found = emitter.temporary()
    emitter.line(f"{found} = await matched(ra, {subject}, {_pattern(emitter, case.pattern)})")
    with emitter.block(f"if {found} is UNKNOWN:"):
        emitter.line("break")
    with emitter.block(f"if {found} is not None:"):
        for name in captured_names(case.pattern):
            _capture(emitter, index, name, f"{found}[{name!r}]")
        if case.guard is None:
            emitter.line(f"{chosen} = {rank}; break")
        else:
            _try_guard(emitter, case.guard, rank, chosen)


def _try_guard(emitter: Emitter, test: ast.expr, rank: int, chosen: str) -> None:
    value = emitter.temporary()
    emitter.line(f"{value} = {emitter.expression(test)}")
    with emitter.block(f"if type({value}) is Promise:"):
        emitter.line(f"{value} = await {value}")
    emitter.line(f"{value} = decided({value})")
    with emitter.block(f"if {value} is UNKNOWN:"):
        emitter.line("break")
    with emitter.block(f"if {value}:"):
        emitter.line(f"{chosen} = {rank}; break")


def _await_case(emitter: Emitter, node: ast.Match, index: int, chosen: str) -> None:
    """What cannot be decided is told where the body of the case begins."""
    if index not in emitter.plan.decided:
        emitter.give_up(index)
        return
    for name in dict.fromkeys(name for case in node.cases for name in captured_names(case.pattern)):
        _capture(emitter, index, name, "UNKNOWN")
    keys = emitter.keys(emitter.outline.statements[index].loops)
    emitter.line(f"{chosen} = await ra.told({index}, {keys})")


def _capture(emitter: Emitter, index: int, name: str, value: str) -> None:
    if not emitter.is_own(name):
        return
    told = emitter.plan.items.get(index, ())
    if name in told:
        keys = emitter.keys(emitter.outline.statements[index].loops)
        value = f"bind(ra, {item_point(index)}, {told.index(name)}, {keys}, {value})"
    emitter.line(f"{emitter.name(name)} = {value}")


def _pattern(emitter: Emitter, node: ast.pattern) -> str:
    """The text of a pattern as `matched` takes it: a tuple that begins with its kind."""

    def several(patterns: list[ast.pattern]) -> str:
        return "(" + "".join(f"{_pattern(emitter, part)}, " for part in patterns) + ")"

    match node:
        case ast.MatchValue(value):
            return f"('value', {emitter.expression(value)})"
        case ast.MatchSingleton(value):
            return f"('is', {value!r})"
        case ast.MatchSequence(patterns):
            return f"('sequence', {several(patterns)})"
        case ast.MatchStar(name):
            return f"('star', {name!r})"
        case ast.MatchMapping(keys, patterns, rest):
            known = "".join(f"{emitter.expression(key)}, " for key in keys)
            return f"('mapping', ({known}), {several(patterns)}, {rest!r})"
        case ast.MatchClass(cls, patterns, names, named):
            kind = emitter.expression(cls)
            return f"('class', {kind}, {several(patterns)}, {tuple(names)!r}, {several(named)})"
        case ast.MatchAs(pattern, name):
            return f"('as', {_pattern(emitter, pattern) if pattern else None}, {name!r})"
        case ast.MatchOr(patterns):
            return f"('or', {several(patterns)})"
        case _:
            return "('value', UNKNOWN)"


# --- guards ---

Pattern = tuple[Any, ...]
_IS_SEQUENCE, _IS_MAPPING = 1 << 5, 1 << 6  # Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING
_flags: Any = type.__dict__["__flags__"].__get__  # a metaclass is not asked
#: One positional pattern in a class pattern of these is for the value itself.
_ITSELF = frozenset(
    {bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple},
)


@guard
async def matched(ra: Ahead, value: Any, pattern: Pattern) -> Any:
    """What the pattern captures, by name; None if it does not match, UNKNOWN if code would run.

    Raises:
        TaskFailed: a call whose value is looked at has raised.
    """
    found: dict[str, Any] = {}
    try:
        return found if await _matches(value, pattern, found) else None
    except Refused:
        return UNKNOWN


async def _matches(value: Any, pattern: Pattern, found: dict[str, Any]) -> bool:
    kind, *parts = pattern
    if kind == "as":
        return await _captures(value, parts[0], parts[1], found)
    if kind == "or":
        for part in parts[0]:
            if await _matches(value, part, found):
                return True
        return False
    while type(value) is Promise:
        value = await value
    if value is UNKNOWN:
        raise Refused("match")
    return await _MATCH[kind](value, found, *parts)  # type: ignore[no-any-return]


async def _captures(
    value: Any, pattern: Pattern | None, name: str | None, found: dict[str, Any]
) -> bool:
    if pattern is not None and not await _matches(value, pattern, found):
        return False
    if name is not None:
        found[name] = value
    return True


async def _is_value(value: Any, _: dict[str, Any], expected: Any) -> bool:
    if is_plain_atom(value) and is_plain_atom(expected):
        return bool(value == expected)
    if expected is UNKNOWN or not (_is_alone(expected) and (_is_alone(value) or _is_full(value))):
        raise Refused("match")
    return value is expected


def _is_alone(value: Any) -> bool:
    """Is it equal to nothing of another kind?"""
    return is_plain_atom(value) or in_mro(type(value), "__eq__") is object.__dict__["__eq__"]


def _is_full(value: Any) -> bool:
    return shape(value) in {list, tuple, dict, set, frozenset, range}


async def _is_singleton(value: Any, _: dict[str, Any], expected: Any) -> bool:
    return value is expected


async def _is_sequence(value: Any, found: dict[str, Any], patterns: tuple[Pattern, ...]) -> bool:
    if shape(value) not in {list, tuple, range}:
        return _is_none_of(value, _IS_SEQUENCE)
    items = items_of(value)
    stars = [rank for rank, part in enumerate(patterns) if part[0] == "star"]
    rest = len(items) - len(patterns) + 1
    if not stars:
        return rest == 1 and await _all_match(items, patterns, found)
    star = stars[0]
    if rest < 0:
        return False
    if patterns[star][1] is not None:
        found[patterns[star][1]] = OwnList(items[star : star + rest])
    items[star : star + rest] = []
    return await _all_match(items, (*patterns[:star], *patterns[star + 1 :]), found)


async def _all_match(
    values: list[Any], patterns: tuple[Pattern, ...], found: dict[str, Any]
) -> bool:
    for value, pattern in zip(values, patterns, strict=True):
        if not await _matches(value, pattern, found):
            return False
    return True


async def _is_mapping(
    value: Any,
    found: dict[str, Any],
    keys: tuple[Any, ...],
    patterns: tuple[Pattern, ...],
    rest: str | None,
) -> bool:
    if shape(value) is not dict:
        return _is_none_of(value, _IS_MAPPING)
    if not all(map(is_hashable, keys)) or not compares_atoms(value):
        raise Refused("match")
    if not all(key in value for key in keys):
        return False
    if rest is not None:
        found[rest] = OwnDict((key, item) for key, item in value.items() if key not in keys)
    return await _all_match([value[key] for key in keys], patterns, found)


def _is_none_of(value: Any, flag: int) -> bool:
    """False: the value is neither a sequence, or mapping, of Python's nor of the user's.

    Raises:
        Refused: it is one that may run code.
    """
    if _flags(type(value)) & flag and type(value) not in OWN:
        raise Refused("match")
    return False


async def _is_instance(
    value: Any,
    found: dict[str, Any],
    cls: Any,
    patterns: tuple[Pattern, ...],
    names: tuple[str, ...],
    named: tuple[Pattern, ...],
) -> bool:
    if type(cls) is not type:
        raise Refused("a class with a metaclass")
    kind = OWN.get(type(value)) or get_class(value)
    if not issubclass(kind, cls):
        return False
    if cls in _ITSELF and len(patterns) == 1 and not names:
        return await _matches(value, patterns[0], found)
    wanted = (*_positional(cls, len(patterns)), *names)
    parts = [get_attribute(value, name) for name in wanted]
    return await _all_match(parts, (*patterns, *named), found)


def _positional(cls: type, count: int) -> tuple[str, ...]:
    if count == 0:
        return ()
    names = in_mro(cls, "__match_args__")
    if type(names) is not tuple or count > len(names) or any(type(n) is not str for n in names):
        raise Refused("match")
    return names[:count]


_MATCH: dict[str, Any] = {
    "value": _is_value,
    "is": _is_singleton,
    "sequence": _is_sequence,
    "mapping": _is_mapping,
    "class": _is_instance,
}
