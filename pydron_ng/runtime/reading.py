"""What the source of a function says, given what is known of the functions that it calls."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from pydron_ng.runtime.fingerprint import fingerprint, fingerprint_of
from pydron_ng.runtime.process import functional_names, scheduled_names
from pydron_ng.runtime.scope import Scope, kind_of
from pydron_ng.runtime.session import session
from pydron_ng.translation.callees import Answer, Callee, Question, answer_with
from pydron_ng.translation.facts import Facts, facts_from, plain
from pydron_ng.translation.frames import refuse_frame_readers
from pydron_ng.translation.kinds import Kind

if TYPE_CHECKING:
    from pydron_ng.runtime.cache import Cache
    from pydron_ng.translation.pipeline import Analysis

Answers = tuple[Kind, ...]


class Names(NamedTuple):
    """The names of all functions that were ever decorated, by their decorator."""

    functional: frozenset[str]
    scheduled: frozenset[str]


def known_names() -> Names:
    """Those of now."""
    return Names(frozenset(functional_names), frozenset(scheduled_names))


class Reading:
    """What a function is to the runtime; more may be known of its callees later.

    facts, template: of its commit program. They come from the cache where the same was asked
        about its callees, and answered, before; the analysis is then only made if it is asked for.
    """

    def __init__(self, function: FunctionType, names: Names, cache: Cache | None = None) -> None:
        """Raises: TranslationError."""
        self._code = code = function.__code__
        refuse_frame_readers(code)
        self._qualname = function.__qualname__
        self._scope = Scope(function)
        self._receiver = code.co_varnames[0] if code.co_argcount else ""
        self._names = names
        self._is_settled = False
        self._analysis: Analysis | None = None
        self._cache = cache
        self._key = None if cache is None else self._fingerprint()
        self._questions: tuple[Question, ...] = ()
        self._answers: Answers = ()
        self.facts: Facts
        self.template: CodeType
        if not self._remember(names):
            self._translate(names)

    def _fingerprint(self) -> bytes | None:
        known = fingerprint_of(self._code)
        return None if known is None else fingerprint(known, self._qualname)

    # --- what is kept ---

    @property
    def key(self) -> bytes | None:
        """What programs are kept under that are made of this; None where they are not."""
        if self._key is None:
            return None
        return fingerprint(self._key, tuple(kind.value for kind in self._answers))

    def kept(self, *parts: object) -> Any:
        """What was kept under this key and these parts of one; None if nothing was."""
        key = self.key
        return None if key is None or self._cache is None else self._cache.get(_key(key, parts))

    def keep(self, value: Any, *parts: object) -> None:
        """Keep a value for later runs of the program."""
        key = self.key
        if key is not None and self._cache is not None:
            self._cache.put(_key(key, parts), value)

    def _remember(self, names: Names) -> bool:
        """Has the same been read before?"""
        if self._cache is None or self._key is None:
            return False
        asked = self._cache.get(self._key)
        if asked is None:
            return False
        self._questions = tuple(Question(local, Callee(*callee)) for local, callee in asked)
        self._answers = self._answered(names)
        found = self.kept("commit")
        if found is None:
            return False
        facts, self.template = found
        self.facts = facts_from(facts)
        return True

    def _translate(self, names: Names) -> None:
        from pydron_ng.translation import finding, pipeline
        from pydron_ng.translation.asking import Asked
        from pydron_ng.translation.source import read_code

        asked = Asked(lambda local: self._answer_in(local, names))
        source = read_code(self._code, self._qualname)
        self._analysis = analysis = pipeline.analyse(source, asked.classify_in, self._code)
        self._questions, self._answers = tuple(asked.questions), tuple(asked.answers)
        self.facts = finding.facts_of(analysis.plan, self._code)
        self.template = pipeline.commit_template(analysis)
        if self._cache is not None and self._key is not None:
            questions = tuple((local, tuple(callee)) for local, callee in self._questions)
            self._cache.put(self._key, questions)
            self.keep((plain(self.facts), self.template), "commit")

    # --- what is known of callees ---

    def _answer_in(self, local: frozenset[str], names: Names) -> Answer:
        return answer_with(self._scope.resolver(local), kind_of, *names, self._receiver)

    def _answered(self, names: Names) -> Answers:
        answers: dict[frozenset[str], Answer] = {}
        for local, _ in self._questions:
            if local not in answers:
                answers[local] = self._answer_in(local, names)
        return tuple(answers[local](callee) for local, callee in self._questions)

    def knows_better(self, names: Names) -> bool:
        """Would calls be classified otherwise now, when more functions are defined?"""
        if names == self._names and self._is_settled:
            return False
        self._names, self._is_settled = names, True
        return self._answered(names) != self._answers

    @property
    def analysis(self) -> Analysis:
        """All that the translation knows of the function, given these answers.

        Raises:
            TranslationError: the source text is not there any more, or another one.
        """
        if self._analysis is None:
            from pydron_ng.translation import pipeline
            from pydron_ng.translation.source import read_code

            answers = iter(self._answers)
            source = read_code(self._code, self._qualname)
            self._analysis = pipeline.analyse(source, lambda _: lambda _: next(answers), self._code)
        return self._analysis

    def analysis_at(self, path: tuple[int, ...]) -> Analysis:
        """That of a function inside, by the number of each on the way. Raises: TranslationError."""
        from pydron_ng.translation import pipeline

        found = self.analysis
        for number in path:
            found = pipeline.analysis_of_inner(found, list(found.plan.inner.values())[number])
        return found

    def facts_at(self, path: tuple[int, ...]) -> Facts:
        """The facts of a function inside, by the number of each on the way."""
        found = self.facts
        for number in path:
            found = found.inner[number]
        return found


def _key(key: bytes, parts: tuple[object, ...]) -> bytes:
    return fingerprint(key, *parts)


def read_again(function: FunctionType) -> Reading:
    """The reading of a function as of now, kept from one run of the program to the next."""
    return Reading(function, known_names(), session().cache)
