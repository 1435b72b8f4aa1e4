"""Functions made on the way: what they capture is taken as it is when they are made."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.applied import handed_lambda
from pydron_ng.translation.runahead.constructs.assign import _bind
from pydron_ng.translation.runahead.own import LocalFunction
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.inner import Inner
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "def {new}(value, more={int}):\n    return {functional}(value) + more\n{new} = {new}({int})",
    "{new} = (lambda value: {functional}(value) * 2)({int})",
    "{new} = [(lambda value: {functional}(value))(each) for each in {list}]",
)


@emits(ast.FunctionDef)
def function(emitter: Emitter, node: ast.FunctionDef, index: int) -> None:
    inner = emitter.plan.inner.get(node)
    if inner is None:
        emitter.unknown(index)
    else:
        _bind(emitter, node.name, _made(emitter, node.args, inner, node.name), index)


@emits(ast.Lambda)
def lambda_(emitter: Emitter, node: ast.Lambda) -> str:
    inner = emitter.plan.inner.get(node)
    return handed_lambda(emitter, node) if inner is None else _made(emitter, node.args, inner, "")


def _made(emitter: Emitter, arguments: ast.arguments, inner: Inner, name: str) -> str:
    """After: made_function(ra, 0, 'clean', {'gain': v_gain}, (2, ), {'more': 3})"""
    captured = _pairs((free, emitter.name(free)) for free in inner.free if emitter.is_own(free))
    defaults = "".join(f"{_default(emitter, d)}, " for d in arguments.defaults)
    named = _pairs(
        (a.arg, _default(emitter, d))
        for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if d is not None
    )
    return f"made_function(ra, {inner.number}, {name!r}, {captured}, ({defaults}), {named})"


def _default(emitter: Emitter, node: ast.expr) -> str:
    """A default that calls something is what the commit program makes of it."""
    calls = any(isinstance(part, ast.Call) for part in ast.walk(node))
    return "UNKNOWN" if calls else emitter.expression(node)


def _pairs(items: Any) -> str:
    return "{" + ", ".join(f"{name!r}: {text}" for name, text in items) + "}"


@guard
def made_function(
    ra: Ahead,
    number: int,
    name: str,
    captured: dict[str, Any],
    defaults: tuple[Any, ...],
    named_defaults: dict[str, Any],
) -> LocalFunction:
    """A function that knows what it captures, itself included."""
    made = LocalFunction(ra.inner(number), captured, defaults, named_defaults)
    if name in captured:
        captured[name] = made
    return made
