"""The whole run-ahead program of a function, as text and as code."""

from __future__ import annotations

from pydron_ng.translation.codes import as_generators
from pydron_ng.translation.entering import parameters_of
from pydron_ng.translation.graph import Graph
from pydron_ng.translation.names import Names
from pydron_ng.translation.plan import Plan
from pydron_ng.translation.runahead import promises
from pydron_ng.translation.runahead.assembly import RunAhead, Written, assembled, named_in
from pydron_ng.translation.runahead.constructs import items
from pydron_ng.translation.runahead.constructs.speculation import last_body
from pydron_ng.translation.runahead.emitter import Emitter
from pydron_ng.translation.runahead.registry import constructs


def run_ahead_program(
    plan: Plan,
    graph: Graph,
    names: Names,
    *,
    returns: bool = False,
    speculate: bool = False,
) -> RunAhead:
    """Generate and compile the run-ahead program of a function.

    returns: it also computes what the function returns.
    speculate: it goes past exits that are not decided.
    """
    made = constructs()
    emitter = Emitter(plan, graph, names, made, returns=returns, speculate=speculate)
    _write(emitter, plan)
    source = emitter.source()
    code = as_generators(compile(source, promises.RUN_AHEAD, "exec", dont_inherit=True))
    named = set(named_in(code))
    lent = {name: lent.__module__ for name, lent in made.library.items()}
    lent["ARRIVES"] = items.__name__
    borrowed = tuple((name, module) for name, module in lent.items() if name in named)
    needed = frozenset(n for kind, n in graph.slices() if kind == "statement")
    reasons = tuple(dict.fromkeys(emitter.reasons))
    return assembled(Written(source, code, borrowed, reasons, needed))


def _write(emitter: Emitter, plan: Plan) -> None:
    definition = plan.outline.definition
    with emitter.opened("run_ahead") as unit:
        result = "ra.returned(None); " if emitter.returns else ""
        last_body(emitter, definition.body, f"{result}return ()")
    given = [a.arg for a in parameters_of(definition.args)]
    missing = [v for v in unit.used if v.startswith("v_") and v[2:] not in given]
    kept = [f"v_{v[2:]}" for v in unit.used if v.startswith("o_")]
    header = [f"async def run_ahead({', '.join(['ra', *(f'v_{name}' for name in given)])}):"]
    if missing:
        header.append(f"    {' = '.join(missing)} = UNKNOWN")
    header += [f"    o_{v[2:]} = {v}" for v in kept]
    unit.lines[:0] = header
