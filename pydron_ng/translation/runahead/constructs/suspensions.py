"""await, yield and async for: what comes back is anybody's, what goes out is computed ahead."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.loops import (
    await_item,
    iterate,
    wait_for_room,
    wait_until_passed,
)
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    ToAwait,
)
from pydron_ng.translation.runahead.registry import emits, guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = await later({call})",
    "{list}.append(await echo({call}) + {call})",
    "async for {new} in ticks({call}):\n    {statement}",
)


@emits(ast.Yield, ast.YieldFrom)
def handed_out(emitter: Emitter, node: ast.Yield | ast.YieldFrom) -> str:
    """What comes back is anybody's; what goes out is computed ahead all the same."""
    return f"let_go({emitter.expression(node.value)})" if node.value else "UNKNOWN"


@emits(ast.Await)
def await_(emitter: Emitter, node: ast.Await) -> str:
    text = f"awaited(ra, {emitter.expression(node.value)})"
    return f"noted({emitter.use(emitter.scope)}, {text})" if emitter.scope else text


@emits(ast.AsyncFor)
def async_for(emitter: Emitter, node: ast.AsyncFor, index: int) -> None:
    """Each item is an effect: the commit program tells it."""
    place = emitter.plan.counter.get(emitter.outline.loop_of[node])
    if place is None:
        emitter.as_unit(index, lambda: wait_until_passed(emitter, index))
    else:
        emitter.as_unit(index, lambda: _write(emitter, node, index, f"k{place}"))


def _write(emitter: Emitter, node: ast.AsyncFor, index: int, counter: str) -> None:
    """After:
    k3 = -1
    while True:
        k3 += 1
        v_x = await ra.expect(-2, 0, (k3, ), UNKNOWN)
        spawn(ra, iteration_2(ra, k3, v_x), ...)
    """
    keys = emitter.keys(emitter.outline.statements[index].loops)
    emitter.line(emitter.expression(node.iter))
    emitter.line(f"{counter} = -1")
    with emitter.block("while True:"):
        emitter.line(f"{counter} += 1")
        wait_for_room(emitter)
        await_item(emitter, node, index, keys, counter)
        iterate(emitter, node, index, keys, counter, emitter.temporary())
    emitter.unit.used.pop(counter, None)


@guard
def awaited(ra: Ahead, value: Any) -> Any:
    """What a functional coroutine comes to; of all others nobody knows."""
    return lifted(ra.ready, _to_come, value)


def _to_come(value: Any) -> Any:
    return value.promise if type(value) is ToAwait else UNKNOWN


@guard
def let_go(_: Any) -> Any:
    """Unknown, whatever went out."""
    return UNKNOWN
