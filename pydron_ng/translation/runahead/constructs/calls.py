"""Calls: functional ones are issued, pure ones done, all others left to the commit program."""

from __future__ import annotations

import ast
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron_ng.purity.methods import is_pure_method
from pydron_ng.purity.records import is_record_class
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.runahead.ahead import Ahead, Keys
from pydron_ng.translation.runahead.constructs.arrays import makes_arrays
from pydron_ng.translation.runahead.constructs.collections import (
    change_heap,
    collected,
    is_collection,
)
from pydron_ng.translation.runahead.constructs.containers import change
from pydron_ng.translation.runahead.constructs.displays import spread
from pydron_ng.translation.runahead.constructs.functions import call_pure
from pydron_ng.translation.runahead.constructs.items import arriving
from pydron_ng.translation.runahead.constructs.methods import (
    Method,
    call_method,
    call_unbound,
)
from pydron_ng.translation.runahead.constructs.records import made_record
from pydron_ng.translation.runahead.constructs.sequences import arranging
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    LocalFunction,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
    ToAwait,
)
from pydron_ng.translation.runahead.registry import emits, guard
from pydron_ng.translation.runahead.taking import taken

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = {call}",
    "{new} = {functional}(*[{int}])",
)


@emits(ast.Call)
def call_(emitter: Emitter, node: ast.Call) -> str:
    changed = change(emitter, node) or change_heap(emitter, node)
    if changed is not None:
        return changed
    site = emitter.outline.of[node]
    handed = emitter.outline.sites[site].handed
    routed = site if site in emitter.plan.routed else -1
    if routed < 0 and emitter.plan.effects.kinds[site] in {Kind.UNKNOWN, Kind.OBSERVER}:
        emitter.blame(node, "unknown-call", f"{ast.unparse(node.func)} is not known to be pure")
    loops = emitter.outline.sites[site].loops
    keys = emitter.keys(loops if handed is None else loops[:-1])
    head = f"{routed}, {keys}, {_callee(emitter, node.func)}"
    text = f"{head}, {_positional(emitter, node)}, {_named(emitter, node)}"
    if handed is not None:
        scope = f", {emitter.use(emitter.scope)}" if emitter.scope else ""
        until = _until(emitter, node)
        return f"applied(ra, {text}{scope}{until})"
    if emitter.unread is node and not emitter.scope:
        return f"unread(ra, {text})"
    text = f"call(ra, {text})"
    if emitter.scope and routed >= 0:
        return f"noted({emitter.use(emitter.scope)}, {text})"
    return text


def _until(emitter: Emitter, node: ast.Call) -> str:
    """How much is taken of what map() or its like returns, unless that is all."""
    if any(keyword.arg == "key" for keyword in node.keywords):
        return ""
    until = taken(emitter, node)
    return f", until={until!r}" if until else ""


def _callee(emitter: Emitter, node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        given = emitter.given(node.value)
        if given is not None:
            return f"own_method(ra, {', '.join(given)}, {node.attr!r})"
        return f"method(ra, {emitter.expression(node.value)}, {node.attr!r})"
    return emitter.expression(node)


def _positional(emitter: Emitter, node: ast.Call) -> str:
    from pydron_ng.translation.outline import iterated_argument  # not for what was kept

    if any(isinstance(argument, ast.Starred) for argument in node.args):
        pieces = [
            f"(True, {emitter.expression(a.value)})"
            if isinstance(a, ast.Starred)
            else f"(False, {emitter.expression(a)})"
            for a in node.args
        ]
        return f"star_arguments(ra, [{', '.join(pieces)}])"
    iterated = iterated_argument(node)
    texts = [
        arriving(emitter, emitter.outline.loop_of[node], emitter.expression(argument))
        if argument is iterated
        else emitter.expression(argument)
        for argument in node.args
    ]
    return "(" + "".join(f"{text}, " for text in texts) + ")"


def _named(emitter: Emitter, node: ast.Call) -> str:
    if any(keyword.arg is None for keyword in node.keywords):
        pieces = [f"({k.arg!r}, {emitter.expression(k.value)})" for k in node.keywords]
        return f"star_keywords(ra, [{', '.join(pieces)}])"
    pairs = [f"{k.arg!r}: {emitter.expression(k.value)}" for k in node.keywords]
    return "{" + ", ".join(pairs) + "}"


# --- guards ---


@guard
def call(ra: Ahead, site: int, keys: Keys, callee: Any, args: Any, kwargs: Any) -> Any:
    """A promise of a functional call, the value of a pure one, else UNKNOWN."""
    row = ra.open_rows.get(site)
    if row is not None and row.goes_along(callee, keys, args, kwargs):
        return row.promised()
    if type(args) is tuple and type(kwargs) is dict and type(callee) is not Promise:
        return called(ra, site, keys, callee, args, kwargs)

    def run(callee: Any, args: Any, kwargs: Any) -> Any:
        return called(ra, site, keys, callee, tuple(args), kwargs)

    return lifted(ra.ready, run, callee, args, kwargs)


@guard
def unread(ra: Ahead, site: int, keys: Keys, callee: Any, args: Any, kwargs: Any) -> None:
    """As `call`, where nobody needs what it returns."""
    row = ra.open_rows.get(site)
    if row is None or not row.goes_along(callee, keys, args, kwargs):
        call(ra, site, keys, callee, args, kwargs)


def called(
    ra: Ahead, site: int, keys: Keys, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    if callee is UNKNOWN:
        return UNKNOWN
    if type(callee) is FunctionType and ra.kind(callee) == "functional":
        return ra.issue(site, keys, callee, args, kwargs) if site >= 0 else UNKNOWN
    if type(callee) is Method:
        return call_method(ra, callee, args, kwargs)
    if type(callee) is LocalFunction:
        return ra.descend(site, keys, callee, args, kwargs) if site >= 0 else UNKNOWN
    if is_pure_method(callee):
        return call_unbound(ra, callee, args, kwargs)
    kind = ra.kind(callee)
    if kind == "functional":
        return _issued(ra, site, keys, callee, args, kwargs)
    if kind == "coroutine":
        return ToAwait(_issued(ra, site, keys, callee, args, kwargs))
    if kind == "scheduled":
        return ra.descend(site, keys, callee, args, kwargs) if site >= 0 else UNKNOWN
    if is_collection(callee):
        return collected(ra, callee, args, kwargs)
    if kind == "ahead" and len(args) == 1:
        return UNKNOWN  # its value is what the commit program makes of it
    if kind == "wrapper" and args:
        return args[0]
    if is_record_class(callee):
        return made_record(callee, args, kwargs)
    if makes_arrays(callee):
        return call_pure(ra, callee, args, kwargs)
    if kind != "pure":
        return UNKNOWN
    arrange = arranging(callee)
    if arrange is not None:
        return arrange(ra, args, kwargs)
    return call_pure(ra, callee, args, kwargs)


def _issued(
    ra: Ahead, site: int, keys: Keys, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    if site < 0:
        return UNKNOWN
    if type(callee) is MethodType:
        return ra.issue(site, keys, callee.__func__, (callee.__self__, *args), kwargs)
    return ra.issue(site, keys, callee, args, kwargs)


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
            if name is None and shape(value) is not dict:
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
