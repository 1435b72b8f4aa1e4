"""source -> outline -> effects -> plan -> commit, then names -> graph -> run-ahead."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

from pydron_ng.translation.commit import ENTRY, commit_program
from pydron_ng.translation.effects import Effects, Kind, effects
from pydron_ng.translation.outline import Outline, Site, outline
from pydron_ng.translation.plan import Plan, plan
from pydron_ng.translation.source import Source

#: The order of work, with what each step promises. The last three need heavy packages and are
#: done at the first call; the others when the function is decorated.
STEPS = (
    ("source", "the tree that the function was compiled from, positions kept"),
    ("outline", "statements, loops and call sites, numbered in program order"),
    ("effects", "what each call is, and which names a statement may change"),
    ("plan", "what the two programs agree on"),
    ("commit", "the original with routed callees: always right"),
    ("names", "which statement gives a name the value that another one reads"),
    ("graph", "what must be known before what"),
    ("runahead", "an effect-free slice that issues calls: never wrong, sometimes idle"),
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a function before it is called."""

    source: Source
    plan: Plan

    @property
    def outline(self) -> Outline:
        return self.plan.outline


def analyse(source: Source, classify: Callable[[Site], Kind], code: CodeType) -> Analysis:
    """The plan of a function, without anything that is slow to import."""
    outlined = outline(source.definition)
    local = frozenset((*code.co_varnames, *code.co_cellvars))
    facts: Effects = effects(outlined, classify, local, frozenset(code.co_cellvars))
    return Analysis(source, plan(outlined, facts))


def commit_template(analysis: Analysis) -> CodeType:
    """The code of the commit program, with a placeholder for what is called when it begins.

    Raises:
        TranslationError: it does not compile.
    """
    return analysis.source.compile(commit_program(analysis.plan))


def commit_code(template: CodeType, entry: Any) -> CodeType:
    """The code of one function: `entry` is called with the parameters when it begins."""
    constants = tuple(entry if _is_entry(value) else value for value in template.co_consts)
    return template.replace(co_consts=constants)


def _is_entry(value: object) -> bool:
    return type(value) is str and value == ENTRY


def run_ahead(analysis: Analysis) -> Any:
    """The run-ahead program of a function, and the graph that it was cut from."""
    from pydron_ng.translation.graph import graph
    from pydron_ng.translation.names import names
    from pydron_ng.translation.runahead.program import run_ahead_program

    plan_ = analysis.plan
    facts = names(plan_.outline, plan_.effects.mutated)
    graph_ = graph(plan_.outline, facts, plan_.effects)
    return graph_, run_ahead_program(plan_, graph_, facts.flows)


def commit_text(analysis: Analysis) -> str:
    """The commit program as readable text."""
    return ast.unparse(ast.fix_missing_locations(commit_program(analysis.plan)))
