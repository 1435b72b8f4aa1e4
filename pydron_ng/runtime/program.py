"""The two programs of one function's code, and what was learnt of its calls."""

from __future__ import annotations

import ast
import logging
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import TranslationError
from pydron_ng.events import Reason
from pydron_ng.purity.functions import is_pure, is_wrapper
from pydron_ng.runtime.scope import Scope, kind_of, may_be_functional, refuse_frame_readers
from pydron_ng.runtime.session import session
from pydron_ng.translation import pipeline
from pydron_ng.translation.commit import parameters_of
from pydron_ng.translation.effects import Kind, classify_with
from pydron_ng.translation.plan import item_point
from pydron_ng.translation.source import read

if TYPE_CHECKING:
    from pydron_ng.runtime.session import Session
    from pydron_ng.translation.graph import Graph
    from pydron_ng.translation.runahead.program import RunAhead

_LOG = logging.getLogger("pydron_ng")
_MISMATCHES = 2  # after so many at a site it is not issued ahead any more
_AGAIN = 64  # tried again once in so many times


class Program:
    """The two programs of one function's code, and what was learnt of its sites."""

    def __init__(self, function: FunctionType, functional: frozenset[str]) -> None:
        """Raises: TranslationError."""
        code = function.__code__
        self.caller = code
        refuse_frame_readers(code)
        source = read(function)
        local = frozenset((*code.co_varnames, *code.co_cellvars))
        scope = Scope(function, local)
        receiver = code.co_varnames[0] if code.co_argcount else ""
        classify = classify_with(scope.resolve, kind_of, functional, receiver)
        self._scope, self._receiver, self._functional = scope, receiver, functional
        self.analysis = pipeline.analyse(source, classify, code)
        if isinstance(source.definition, ast.AsyncFunctionDef):
            raise TranslationError("async functions are not run ahead")
        plan = self.analysis.plan
        sites = plan.outline.sites
        self.parameters = [a.arg for a in parameters_of(source.definition.args)]
        self.places = {site.index: plan.counters(site.loops) for site in sites}
        self.unsafe_places = self._unsafe_places()
        self.reasons: dict[Reason, None] = {}
        self._learn_places: dict[int, tuple[int, ...]] = {}
        self._translated: tuple[Graph, RunAhead] | None = None
        self._near: dict[int, bool] = {}
        self._is_settled = False
        self._failed = False
        self._is_sure: bool | None = None
        self._mismatches: dict[int, int] = {}
        self._idle = 0
        self._skip = 0
        self._skips_in: Session | None = None

    def _unsafe_places(self) -> dict[int, int]:
        plan = self.analysis.plan
        loops = plan.outline.loop_of
        return {
            s.index: plan.counter[loops[s.node]] + 1
            for s in plan.outline.statements
            if isinstance(s.node, ast.For) and loops.get(s.node) in plan.counter
        }

    def knows_better(self, functional: frozenset[str]) -> bool:
        """Would the calls be classified otherwise now, when more functions are defined?"""
        if len(functional) == len(self._functional) and self._is_settled:
            return False
        classify = classify_with(self._scope.resolve, kind_of, functional, self._receiver)
        plan = self.analysis.plan
        self._functional, self._is_settled = functional, True
        return tuple(map(classify, plan.outline.sites)) != plan.effects.kinds

    @property
    def is_ready(self) -> bool:
        """Has it been translated?"""
        return self._translated is not None

    @property
    def run_ahead(self) -> RunAhead:
        return self.translated()[1]

    @property
    def graph(self) -> Graph:
        return self.translated()[0]

    def translated(self) -> tuple[Graph, RunAhead]:
        """The graph and the run-ahead program, made at the first need.

        Raises:
            TranslationError: the analysis does not know a construct.
        """
        if self._translated is None:
            self._translated = pipeline.run_ahead(self.analysis)
            self.reasons.update(dict.fromkeys(self._translated[1].reasons))
        return self._translated

    def learn_places(self, point: int) -> tuple[int, ...]:
        """The counters that tell one passing of a point from another."""
        places = self._learn_places.get(point)
        if places is None:
            plan = self.analysis.plan
            statement = plan.outline.statements[abs(point)]
            loops = statement.loops
            if point < 0 and statement.node in plan.outline.loop_of:
                loops = (*loops, plan.outline.loop_of[statement.node])
            places = self._learn_places[point] = plan.counters(loops)
        return places

    def tell_places(self, statement: int) -> tuple[int, ...]:
        """The counters that tell one evaluation of a test from another."""
        node = self.analysis.outline.statements[statement].node
        return self.learn_places(
            item_point(statement) if isinstance(node, ast.While) else statement
        )

    def is_near(self, site: int) -> bool:
        """Is no sync-point, and no loop, between a call and what the commit program does before?

        Then a call that is alone is not worth sending: the commit program is there at once.
        """
        near = self._near.get(site)
        if near is None:
            near = self._near[site] = not any(map(self._takes_time, self._statements_before(site)))
        return near

    def _statements_before(self, site: int) -> Iterable[int]:
        """The statements since the call before; in a loop, all of the loop."""
        outline = self.analysis.outline
        here = outline.sites[site]
        if here.loops:
            return [s.index for s in outline.statements if here.loops[-1] in s.loops]
        routed = self.analysis.plan.routed
        earlier = [s.statement for s in outline.sites[:site] if s.index in routed]
        return range(max(earlier, default=0) + 1, here.statement)

    def _takes_time(self, statement: int) -> bool:
        loops = self.analysis.outline.loop_of
        node = self.analysis.outline.statements[statement].node
        uncounted = node in loops and loops[node] not in self.analysis.plan.counter
        return self.analysis.plan.effects.sync[statement] or uncounted

    def may_issue(self, site: int) -> bool:
        """Is the site worth issuing ahead, after what became of earlier calls?"""
        count = self._mismatches.get(site, 0)
        if count < _MISMATCHES:
            return True
        self._mismatches[site] = count + 1
        return count % _AGAIN == 0

    def mismatched(self, site: int) -> None:
        """A call came with other arguments than were sent."""
        self._mismatches[site] = self._mismatches.get(site, 0) + 1
        self.blame("mismatch", self.analysis.outline.sites[site].line, ("arguments changed",))

    def blame(self, code: str, line: int, chain: tuple[str, ...]) -> None:
        if len(self.reasons) < 1000:  # noqa: PLR2004
            self.reasons[Reason(code, line, chain)] = None

    def kind(self, callee: Any) -> str:
        """What a callee that is not functional is for run-ahead."""
        if is_pure(callee):
            return "pure"
        return "wrapper" if is_wrapper(callee) else ""

    def left(self, *, useful: bool) -> None:
        """Learn whether running ahead was of any use; skip it for a while where it is not."""
        if useful or session().config.inline is False:
            self._idle = 0
            return
        self._idle = min(self._idle + 1, 10)
        self._skip, self._skips_in = 2**self._idle, session()

    def is_possible(self, callee: Callable[[str], Any]) -> bool:
        """Is there any call that could be functional? callee: what a name stands for."""
        if self._failed or not self.analysis.plan.routed:
            return False
        if self._is_sure is None:
            kinds = self.analysis.plan.effects.kinds
            self._is_sure = Kind.FUNCTIONAL in kinds
        return self._is_sure or any(
            may_be_functional(self.analysis.outline.sites[site].node.func, callee)
            for site in self.analysis.plan.routed
        )

    def skips(self) -> bool:
        """Is it left for later to try again, since nothing was won the last times?"""
        if self._skip == 0 or self._skips_in is not session():
            return False
        self._skip -= 1
        return True

    def fail(self, why: Exception) -> None:
        """Never run ahead again: the translation does not know something."""
        self._failed = True
        self.blame("not-translated", self.caller.co_firstlineno, (str(why),))
        _LOG.info("%s is not run ahead: %s", self.caller.co_qualname, why)
