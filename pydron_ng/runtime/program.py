"""The two programs of one function's code, and what was learnt of its calls."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any

from pydron_ng.events import Reason
from pydron_ng.log import log
from pydron_ng.purity.functions import is_pure, is_wrapper
from pydron_ng.runtime.scheduled import entry_of
from pydron_ng.runtime.scope import may_be_functional
from pydron_ng.runtime.session import session
from pydron_ng.translation.codes import ASYNC_GENERATOR, COROUTINE, GENERATOR, all_codes
from pydron_ng.translation.runahead.assembly import assembled, written_from
from pydron_ng.translation.runahead.own import holes

if TYPE_CHECKING:
    from pydron_ng.runtime.reading import Reading
    from pydron_ng.translation.facts import Closed, LoopFacts, Places
    from pydron_ng.translation.graph import Graph
    from pydron_ng.translation.pipeline import Analysis
    from pydron_ng.translation.runahead.assembly import RunAhead

#: From a function to one inside of it: the number of each.
Path = tuple[int, ...]
_MISMATCHES = 2  # after so many at a site it is not issued ahead any more
_AWAITS = COROUTINE | ASYNC_GENERATOR
_SUSPENDS = GENERATOR | _AWAITS
_CALLS_OF_A_CLOSURE = 16
_LONELY = 2  # after so many lone calls that were sent in vain they are left to the program
_AGAIN = 64  # tried again once in so many times


class Program:
    """The two programs of one function's code, and what was learnt of its sites."""

    def __init__(
        self, reading: Reading, caller: CodeType, path: Path = (), *, speculate: bool = False
    ) -> None:
        """caller: the code of the function as the user wrote it.

        path: leads from the function that was read to one inside of it, by numbers.
        speculate: run-ahead goes past exits that are not decided.
        """
        self._reading = reading
        self._path = path
        self.caller = caller
        self.speculate = speculate
        self.facts = facts = reading.facts_at(path)
        self.parameters = facts.parameters
        self.places = {number: site.places for number, site in enumerate(facts.sites)}
        self.handing_places = {
            number: site.handing for number, site in enumerate(facts.sites) if site.handing >= 0
        }
        self.unsafe_places = {
            number: s.unsafe for number, s in enumerate(facts.statements) if s.unsafe >= 0
        }
        codes = list(all_codes(caller)) if facts.inner else []
        count = len(facts.statements)
        self.begin_points = {
            loop.place: count + number for number, loop in enumerate(facts.loops) if loop.place >= 0
        }
        self.inner = tuple(
            Program(reading, codes[inner.code], (*path, number))
            for number, inner in enumerate(facts.inner)
        )
        self.reasons: dict[Reason, None] = {}
        self._learn_places: dict[int, Places] = {}
        self._run_ahead: RunAhead | None = None
        self._descended: RunAhead | None = None
        self._failed = False
        self._is_sure: bool | None = None
        self._mismatches: dict[int, int] = {}
        self._lonely: dict[int, int] = {}  # by site, how often lone calls were sent in vain
        self._idle = 0
        self._rest = 0

    @property
    def analysis(self) -> Analysis:
        """All that the translation knows of it. Raises: TranslationError."""
        return self._reading.analysis_at(self._path)

    @property
    def closed(self) -> Closed | None:
        """What has to hold for no code of the user's to run between its functional calls."""
        return self.facts.closed

    @property
    def is_ready(self) -> bool:
        """Has it been translated?"""
        return self._run_ahead is not None

    @property
    def run_ahead(self) -> RunAhead:
        """The run-ahead program, made at the first need.

        Raises:
            TranslationError: the analysis does not know a construct.
        """
        if self._run_ahead is None:
            self._run_ahead = self._made(returns=False)
            self.reasons.update(dict.fromkeys(self._run_ahead.reasons))
        return self._run_ahead

    @property
    def is_descended(self) -> bool:
        """Has the program been translated that runs it ahead as a callee?"""
        return self._descended is not None

    @property
    def descended(self) -> RunAhead:
        """The run-ahead program of a callee: it also computes what the function returns.

        Raises:
            TranslationError: the analysis does not know a construct.
        """
        if self._descended is None:
            self._descended = self._made(returns=True)
        return self._descended

    def _made(self, *, returns: bool) -> RunAhead:
        speculate = self.speculate and not returns
        which = "run-ahead", self._path, returns, speculate
        known = self._reading.kept(*which)
        if known is not None:
            return assembled(written_from(known))
        from pydron_ng.translation import pipeline

        _, made = pipeline.run_ahead(self.analysis, returns=returns, speculate=speculate)
        self._reading.keep(made.written.plain(), *which)
        return made

    @property
    def graph(self) -> Graph:
        """The graph that both are made of. Raises: TranslationError."""
        from pydron_ng.translation import pipeline

        return pipeline.run_ahead(self.analysis)[0]

    def may_be_entered(self) -> bool:
        """Is it a plain function that can be run ahead as a callee?"""
        return not self._failed and not self.suspends

    @property
    def awaits(self) -> bool:
        """Can there be an await in it?"""
        return bool(self.caller.co_flags & _AWAITS)

    @property
    def suspends(self) -> bool:
        """Is it a generator or coroutine function, between whose steps others run?"""
        return bool(self.caller.co_flags & _SUSPENDS)

    @property
    def yields(self) -> bool:
        """Is it a generator function, which goes on when its consumer wants it to?"""
        return bool(self.caller.co_flags & (GENERATOR | ASYNC_GENERATOR))

    @property
    def is_recursive(self) -> bool:
        """Does it call a function of its own name?"""
        return self.facts.is_recursive

    def learn_places(self, point: int) -> Places:
        """The counters that tell one passing of a point from another."""
        places = self._learn_places.get(point)
        if places is None:
            places = self._learn_places[point] = self.facts.places_of(point)
        return places

    def tell_places(self, statement: int) -> Places:
        """The counters that tell one evaluation of a test from another."""
        return self.facts.places_of_test(statement)

    def is_at_sync_point(self, site: int, *, is_strange: bool) -> bool:
        """Does the statement of the site run code that nobody can reason about?

        is_strange: a callee that is known by its name only has turned out to be such code.
        """
        facts = self.facts.sites[site]
        return facts.is_at_sync_point and (is_strange or not facts.is_unsure)

    def is_near(self, site: int) -> bool:
        """Is no sync-point, and no loop, between a call and what the commit program does before?

        Then a call that is alone is not worth sending: the commit program is there at once.
        """
        return self.facts.sites[site].is_near

    def came_to_lone(self, site: int, *, in_vain: bool) -> None:
        """The program has come to a call that had been sent alone. in_vain: just after that?"""
        self._lonely[site] = self._lonely.get(site, 0) + 1 if in_vain else 0

    def is_lonely(self, site: int) -> bool:
        """Are lone calls of the site sent in vain, as far as anybody knows? Tried now and then."""
        count = self._lonely.get(site, 0)
        if count < _LONELY:
            return False
        self._lonely[site] = count + 1
        return count % _AGAIN != 0

    def may_issue(self, site: int) -> bool:
        """Is the site worth issuing ahead, after what became of earlier calls?"""
        count = self._mismatches.get(site, 0)
        if count < _MISMATCHES:
            return True
        self._mismatches[site] = count + 1
        return count % _AGAIN == 0

    def mismatched(self, site: int, why: str) -> None:
        """A call was issued and could not be taken when it came."""
        self._mismatches[site] = self._mismatches.get(site, 0) + 1
        self.blame("mismatch", self.facts.sites[site].line, (why,))

    def blame(self, code: str, line: int, chain: tuple[str, ...]) -> None:
        if len(self.reasons) < 1000:  # noqa: PLR2004
            self.reasons[Reason(code, line, chain)] = None

    def unknown_at(self, point: int) -> None:
        """Run-ahead waited for something that only the commit program could compute."""
        made = self._run_ahead or self._descended
        count = len(self.facts.statements)
        if point >= count:
            self._unknown_iterable(self.facts.loops[point - count])
            return
        if made is None or abs(point) not in made.written.needed:
            return
        statement = self.facts.statements[abs(point)]
        said = "may change what it is given" if statement.is_expression else "is not computed ahead"
        self.blame("unknown-value", statement.line, (f"{statement.text} {said}",))

    def _unknown_iterable(self, loop: LoopFacts) -> None:
        if loop.text:
            self.blame("unknown-value", loop.line, (f"{loop.text} is not computed ahead",))

    def unknown_argument(self, site: int, args: tuple[Any, ...]) -> None:
        """Run-ahead came to a functional call, and will never know one of the arguments."""
        call = self.facts.sites[site]
        given = zip(reversed(call.arguments), reversed(args), strict=False)  # in front may be self
        lost = [text for text, value in given if not holes(value, [])]
        text = lost[-1] if lost else call.text
        self.blame("unknown-argument", call.line, (f"{text} is not computed ahead",))

    def kind(self, callee: Any) -> str:
        """What a callee that is not functional is for run-ahead."""
        if entry_of(callee) is not None:
            return "scheduled"
        if is_pure(callee):
            return "pure"
        return "wrapper" if is_wrapper(callee) else ""

    def rest(self, *, useful: bool) -> int:
        """For how many calls to leave it alone, as running ahead was of use or was not."""
        if useful or session().sends_all:
            self._idle = self._rest = 0
        else:
            self._idle = min(self._idle + 1, 8)
            self._rest = 2**self._idle
        return self._rest

    def rest_of_new(self) -> int:
        """The same for a closure that is made anew; each stands for some calls."""
        self._rest = max(0, self._rest - _CALLS_OF_A_CLOSURE)
        return self._rest

    @property
    def may_ask(self) -> bool:
        """Is there anything for which its calls might be run ahead by themselves?"""
        return bool(self.is_routed or self.inner)

    @property
    def is_routed(self) -> bool:
        """Is there any call in it that may be functional?"""
        return any(site.is_routed for site in self.facts.sites)

    def is_possible(self, callee: Callable[[str], Any]) -> bool:
        """Is there any call that could be functional? callee: what a name stands for."""
        if self._failed or not self.is_routed:
            return False
        if self._is_sure is None:
            self._is_sure = any(site.is_functional for site in self.facts.sites)
        return self._is_sure or any(
            may_be_functional(site.name, is_name=site.is_name, callee=callee)
            for site in self.facts.sites
            if site.is_routed
        )

    def fail(self, why: Exception) -> None:
        """Never run ahead again: the translation does not know something."""
        self._failed = True
        self.blame("not-translated", self.caller.co_firstlineno, (str(why),))
        log().info("%s is not run ahead: %s", self.caller.co_qualname, why)
