"""source -> outline -> effects -> plan -> commit, then names -> graph -> run-ahead."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from types import CodeType
from typing import TYPE_CHECKING

from pydron_ng.translation.codes import captured_in
from pydron_ng.translation.commit import commit_program
from pydron_ng.translation.effects import Effects, effects
from pydron_ng.translation.inner import ClassifyIn, Inner, inner_functions
from pydron_ng.translation.names import expression_names
from pydron_ng.translation.outline import Outline, outline
from pydron_ng.translation.plan import Plan, plan
from pydron_ng.translation.source import Source

if TYPE_CHECKING:
    from pydron_ng.translation.graph import Graph
    from pydron_ng.translation.runahead.assembly import RunAhead

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


def analyse(source: Source, classify_in: ClassifyIn, code: CodeType) -> Analysis:
    """The plan of a function, without anything that is slow to import."""
    outlined = outline(source.definition)
    local = frozenset((*code.co_varnames, *code.co_cellvars))
    named = local.union(expression_names(source.definition))
    facts: Effects = effects(outlined, classify_in(named), local, captured_in(code))
    return Analysis(
        source, plan(outlined, facts, inner_functions(outlined, code, classify_in, local))
    )


def analysis_of_inner(around: Analysis, inner: Inner) -> Analysis:
    """What is known of a function inside of another."""
    definition = inner.plan.outline.definition
    source = replace(around.source, definition=definition, qualname=inner.code.co_qualname)
    return Analysis(source, inner.plan)


def commit_template(analysis: Analysis) -> CodeType:
    """The code of the commit program, with a placeholder for what is called when it begins.

    Raises:
        TranslationError: it does not compile.
    """
    return analysis.source.compile(commit_program(analysis.plan))


def run_ahead(
    analysis: Analysis, *, returns: bool = False, speculate: bool = False
) -> tuple[Graph, RunAhead]:
    """The graph of a function, and the run-ahead program that is cut from it.

    returns: with what the function returns, for run-ahead programs that call it.
    speculate: past exits that are not decided, where they are not needed for that.

    Raises:
        TranslationError: the analysis does not know a construct.
    """
    from pydron_ng.translation.fields import lasting_fields
    from pydron_ng.translation.graph import graph
    from pydron_ng.translation.names import names
    from pydron_ng.translation.runahead.program import run_ahead_program

    plan_ = analysis.plan
    lasting = lasting_fields(plan_.outline, plan_.effects)
    facts = names(plan_.outline, plan_.effects.mutated, lasting)
    graph_ = graph(plan_.outline, facts, plan_.effects)
    program = run_ahead_program(plan_, graph_, facts, returns=returns, speculate=speculate)
    return graph_, program


def commit_text(analysis: Analysis) -> str:
    """The commit program as readable text."""
    return ast.unparse(ast.fix_missing_locations(commit_program(analysis.plan)))
