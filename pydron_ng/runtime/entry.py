"""Where a scheduled function begins: decides whether to run ahead, and starts it."""

from __future__ import annotations

import ast
import builtins
import logging
from collections.abc import Callable
from threading import get_ident
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import PydronError, TranslationError
from pydron_ng.events import Reason
from pydron_ng.purity.functions import is_pure, is_wrapper
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.session import apart, entering, functional_names, session
from pydron_ng.runtime.shared import ahead, share
from pydron_ng.runtime.stubs import Stub, stub_maker
from pydron_ng.translation import pipeline
from pydron_ng.translation.commit import parameters_of
from pydron_ng.translation.effects import Kind, classify_with
from pydron_ng.translation.outline import Site
from pydron_ng.translation.plan import item_point
from pydron_ng.translation.runahead.promises import UNKNOWN, is_foreign
from pydron_ng.translation.source import read

if TYPE_CHECKING:
    from pydron_ng.runtime.activation import Activation
    from pydron_ng.translation.graph import Graph
    from pydron_ng.translation.runahead.program import RunAhead

_LOG = logging.getLogger("pydron_ng")
#: These see the frame that they are in; such a function is left as it is.
_FRAME_READERS = frozenset(
    """locals vars dir eval exec globals _getframe inspect currentframe pdb breakpoint set_trace
    __import__""".split()
)
_MISMATCHES = 2  # after so many at a site it is not issued ahead any more
_AGAIN = 64  # tried again once in so many times


class Program:
    """The two programs of one function's code, and what was learnt of its sites."""

    def __init__(self, function: FunctionType, functional: frozenset[str]) -> None:
        """Raises: TranslationError."""
        code = function.__code__
        self.caller = code
        _refuse_frame_readers(code)
        source = read(function)
        local = frozenset((*code.co_varnames, *code.co_cellvars))
        scope = _Scope(function, local)
        receiver = code.co_varnames[0] if code.co_argcount else ""
        classify = classify_with(scope.resolve, _kind_of, functional, receiver)
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
        self._failed = False
        self._is_sure: bool | None = None
        self._mismatches: dict[int, int] = {}
        self._idle = 0
        self._skip = 0

    def _unsafe_places(self) -> dict[int, int]:
        plan = self.analysis.plan
        loops = plan.outline.loop_of
        return {
            s.index: plan.counter[loops[s.node]] + 1
            for s in plan.outline.statements
            if isinstance(s.node, ast.For) and loops.get(s.node) in plan.counter
        }

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

    def left(self, activation: Activation) -> None:
        """Learn whether running ahead was of any use; skip it for a while where it is not."""
        if activation.useful:
            self._idle = 0
            return
        self._idle = min(self._idle + 1, 6)
        self._skip = 2**self._idle

    def is_possible(self, callee: Callable[[str], Any]) -> bool:
        """Is there any call that could be functional? callee: what a name stands for."""
        if self._failed or not self.analysis.plan.routed:
            return False
        if self._is_sure is None:
            kinds = self.analysis.plan.effects.kinds
            self._is_sure = Kind.FUNCTIONAL in kinds
        return self._is_sure or any(
            _may_be_functional(self.analysis.outline.sites[site].node.func, callee)
            for site in self.analysis.plan.routed
        )

    def is_worth_it(self) -> bool:
        """Is it worth trying again, this time?"""
        if self._skip > 0:
            self._skip -= 1
            return False
        return True

    def fail(self, why: Exception) -> None:
        """Never run ahead again: the translation does not know something."""
        self._failed = True
        self.blame("not-translated", self.caller.co_firstlineno, (str(why),))
        _LOG.info("%s is not run ahead: %s", self.caller.co_qualname, why)


class _Scope:
    """What the names of a function stand for."""

    def __init__(self, function: FunctionType, local: frozenset[str]) -> None:
        self._function = function
        self._local = local

    def resolve(self, node: ast.expr) -> object:
        """The object that a name, or an attribute of a module or class, stands for; else None."""
        if isinstance(node, ast.Name):
            return None if node.id in self._local else lookup(self._function, node.id, None)
        if isinstance(node, ast.Attribute):
            owner = self.resolve(node.value)
            if type(owner) is ModuleType:
                return vars(owner).get(node.attr)
            if type(owner) is type:
                return _of_class(owner, node.attr)
        return None


def _may_be_functional(node: ast.expr, callee: Callable[[str], Any]) -> bool:
    if isinstance(node, ast.Name):
        found = callee(node.id)
        return found is UNKNOWN or mark_of(found) is not None
    return not isinstance(node, ast.Attribute) or node.attr in functional_names


def _of_class(owner: type, name: str) -> object:
    for base in owner.__mro__:
        if name in base.__dict__:
            found = base.__dict__[name]
            return found.__func__ if isinstance(found, staticmethod | classmethod) else found
    return None


def _kind_of(callee: object) -> Kind | None:
    if mark_of(callee) is not None:
        return Kind.FUNCTIONAL
    if callee is ahead:
        return Kind.FUNCTIONAL  # it is routed: the commit program shares its items
    if is_pure(callee) or is_wrapper(callee) or _is_plain_class(callee):
        return Kind.PURE
    return Kind.OBSERVER if callee is print else None


def _is_plain_class(callee: object) -> bool:
    return type(callee) is type and issubclass(callee, BaseException)


def lookup(function: FunctionType, name: str, missing: Any) -> Any:
    """What a free, global or builtin name of `function` stands for now."""
    if name in function.__code__.co_freevars:
        cell = (function.__closure__ or ())[function.__code__.co_freevars.index(name)]
        try:
            return cell.cell_contents
        except ValueError:
            return missing
    if name in function.__globals__:
        return function.__globals__[name]
    return vars(builtins).get(name, missing)


def _refuse_frame_readers(code: CodeType) -> None:
    seen = _FRAME_READERS.intersection(code.co_names)
    if seen:
        raise TranslationError(f"it uses {min(seen)}, which sees the names of its frame")


class Entry:
    """One scheduled function object: called by its own code, with its arguments, when it begins."""

    ahead = staticmethod(ahead)
    share = staticmethod(share)

    def __init__(self, program: Program, function: FunctionType) -> None:
        self.program = program
        self._function = function
        self._stubs: dict[int, Callable[[Any, Any, Any, Any], Stub]] = {}

    def __call__(self, *values: Any) -> tuple[Any, ...] | None:
        """What the commit program works with; None to run as if undecorated."""
        if not self.program.is_possible(lambda name: self._value(name, values)):
            return None
        thread = get_ident()
        if thread in entering:  # a signal handler or finalizer, while this is at work below
            return None
        entering.add(thread)
        try:
            return self._entered(values)
        finally:
            entering.discard(thread)

    def _entered(self, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        current = session()
        try:
            if not current.usable():
                return None
            if not self.program.is_ready:
                apart(self.program.translated)
            if not current.is_ready:
                apart(lambda: current.driver)
            if current.config.inline is not False and not self.program.is_worth_it():
                return None
            from pydron_ng.runtime.activation import Activation

            return Activation(self, current).start(values)
        except TranslationError as error:
            self.program.fail(error)
        except PydronError:
            raise
        except Exception as error:
            current.discard()
            if is_foreign(error):
                raise
            _LOG.info("%s runs as if undecorated: %r", self._function.__qualname__, error)
        except BaseException:
            current.discard()
            raise
        return None

    def _value(self, name: str, values: tuple[Any, ...]) -> Any:
        """What a callee's name stands for when the call begins; UNKNOWN for what is local."""
        code = self._function.__code__
        if name in code.co_varnames or name in code.co_cellvars:
            parameters = self.program.parameters
            return values[parameters.index(name)] if name in parameters else UNKNOWN
        return self.lookup(name, None)

    def lookup(self, name: str, missing: Any) -> Any:
        return lookup(self._function, name, missing)

    def stub(self, site: int) -> Callable[[Any, Any, Any, Any], Stub]:
        """The maker of stubs of a site."""
        maker = self._stubs.get(site)
        if maker is None:
            where: Site = self.program.analysis.outline.sites[site]
            maker = stub_maker(where, self.program.caller, self._function.__globals__)
            self._stubs[site] = maker
        return maker

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return (_undecorated, ())


def _undecorated() -> Callable[..., None]:
    """In another process the code runs as if undecorated."""
    return _never


def _never(*_: Any) -> None:
    return None
