"""The whole run-ahead program of a function, as text and as code."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from pydron_ng.events import Reason
from pydron_ng.translation.commit import parameters_of
from pydron_ng.translation.graph import Graph
from pydron_ng.translation.names import Flow
from pydron_ng.translation.plan import Plan
from pydron_ng.translation.runahead import ahead, promises
from pydron_ng.translation.runahead.constructs.loops import ARRIVES
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.registry import constructs


@dataclass(frozen=True, slots=True)
class RunAhead:
    """A run-ahead program: start it with the activation and the arguments of the call."""

    source: str
    reasons: tuple[Reason, ...]
    start: Callable[..., Coroutine[Any, None, Any]]


def run_ahead_program(plan: Plan, graph: Graph, flows: tuple[Flow, ...]) -> RunAhead:
    """Generate and compile the run-ahead program of a function."""
    made = constructs()
    emitter = Emitter(plan, graph, flows, made)
    _write(emitter, plan)
    source = emitter.source()
    names: dict[str, Any] = {**vars(promises), **vars(ahead), **made.library, "ARRIVES": ARRIVES}
    exec(compile(source, promises.RUN_AHEAD, "exec"), names)
    return RunAhead(source, tuple(dict.fromkeys(emitter.reasons)), names["run_ahead"])


def _write(emitter: Emitter, plan: Plan) -> None:
    definition = plan.outline.definition
    with emitter.opened("run_ahead") as unit:
        emitter.body(definition.body)
        emitter.line("return ()")
    given = [a.arg for a in parameters_of(definition.args)]
    missing = [v for v in unit.used if v.startswith("v_") and v[2:] not in given]
    header = [f"async def run_ahead({', '.join(['ra', *(f'v_{name}' for name in given)])}):"]
    if missing:
        header.append(f"    {' = '.join(missing)} = UNKNOWN")
    unit.lines[:0] = header
