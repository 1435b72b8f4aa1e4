"""Iterations that never wait: written in place, where a strand for each would only cost time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydron_ng.translation.runahead.units import INDENT, Unit, returned

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

#: What a body has that cannot be in place: it waits, or what it makes outlives the iteration.
_APART = ("await ", "lambda ", "async ")


def written_in_place(
    emitter: Emitter, unit: Unit, names: tuple[str, ...], at: tuple[int, str, list[int | None]]
) -> bool:
    """Whether that was done: the body of a loop, written as a unit, goes where it would be spawned.

    names: what the unit returns. at: where it is told otherwise: point, keys and ranks.

    Before:
        (v_a, ) = spawn(ra, iteration_1(ra, k3, v_a, v_x), -1, (k3 + 1, ), (0, ))
    After:
        try:
            v_a = operate(ra, '+', v_a, v_x)
        except Exception as t1:
            (v_a, ) = given_up(ra, t1, -1, (k3 + 1, ), (0, ))
    """
    values = [f"v_{name}" for name in names]
    end = returned(values)
    body = [_next(line, end) for line in unit.lines]
    if any(word in line for line in body for word in (*_APART, "return ")):
        return False
    for variable in unit.used:
        emitter.use(variable)
    with emitter.block("try:"):
        for line in body[:-1]:
            emitter.unit.lines.append(INDENT * (emitter.unit.depth - 1) + line)
    failure, (point, keys, ranks) = emitter.temporary(), at
    ranked = "(" + "".join(f"{rank}, " for rank in ranks) + ")"
    scope = f", {emitter.use(emitter.scope)}" if emitter.scope else ""
    targets = "(" + "".join(f"{value}, " for value in values) + ") = " if values else ""
    with emitter.block(f"except Exception as {failure}:"):
        emitter.line(f"{targets}given_up(ra, {failure}, {point}, {keys}, {ranked}{scope})")
    return True


def _next(line: str, end: str) -> str:
    return line.replace(end, "continue") if line.strip() == end else line
