"""Where a scheduled function begins: decides whether to run ahead, and starts it."""

from __future__ import annotations

import importlib
import logging
import weakref
from collections.abc import Callable
from threading import get_ident
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pydron_ng.errors import PydronError, TranslationError
from pydron_ng.runtime.program import Program
from pydron_ng.runtime.scope import lookup
from pydron_ng.runtime.session import apart, entering, functional_names, programs, session
from pydron_ng.runtime.shared import ahead, share
from pydron_ng.runtime.stubs import Stub, stub_maker
from pydron_ng.translation import pipeline
from pydron_ng.translation.outline import Site
from pydron_ng.translation.runahead.promises import UNKNOWN, is_foreign

if TYPE_CHECKING:
    from pydron_ng.runtime.session import Session

_LOG = logging.getLogger("pydron_ng")
#: What a call may need at any moment.
_NEEDED = ("activation", "outcome", "perform", "replay", "surroundings")


def install(target: FunctionType, original: FunctionType) -> None:
    """Give `target` the code of the commit program of `original`.

    Functions that are defined again and again are translated once.

    Raises:
        TranslationError: it cannot be translated.
    """
    code = original.__code__
    key = (code.co_filename, code)
    known = programs.get(key) if "<locals>" in original.__qualname__ else None
    if known is None or known[0].knows_better(frozenset(functional_names)):
        made = Program(original, frozenset(functional_names))
        known = programs[key] = made, pipeline.commit_template(made.analysis)
    program, template = known
    target.__code__ = pipeline.commit_code(template, Entry(program, original, target))


class Stubs:
    """The makers of stubs of one scheduled function, by site; they hold its globals."""

    __slots__ = ("makers",)

    def __init__(self) -> None:
        self.makers: dict[int, Callable[[Any, Any, Any, Any], Stub]] = {}


class Entry:
    """One scheduled function object: called by its own code, with its arguments, when it begins."""

    ahead = staticmethod(ahead)
    share = staticmethod(share)

    def __init__(self, program: Program, function: FunctionType, target: FunctionType) -> None:
        """function: the undecorated one; target: the one whose code calls this."""
        self.program = program
        self._original = weakref.ref(function)  # nothing behind code's constants is ever collected
        self._target = weakref.ref(target)
        self._is_first = True
        target.__dict__["__pydron_scheduled__"] = Stubs()

    def __call__(self, *values: Any) -> tuple[Any, ...] | None:
        """What the commit program works with; None to run as if undecorated."""
        program = self.program
        if program.skips():
            return None
        function = self._original()
        if function is None or not program.is_possible(lambda n: self._value(function, n, values)):
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
            if self._is_first or not current.is_ready or not self.program.is_ready:
                self._is_first = False
                apart(lambda: self._prepare(current))
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
            _LOG.info("%s runs as if undecorated: %r", self.program.caller.co_qualname, error)
        except BaseException:
            current.discard()
            raise
        return None

    def _prepare(self, current: Session) -> None:
        """Import, translate and configure before the first call; a signal would break that."""
        for name in _NEEDED:
            importlib.import_module(f"pydron_ng.runtime.{name}")
        self.program.translated()
        _ = current.driver
        self._look_again()

    def _look_again(self) -> None:
        """Translate anew, for later calls, if more is known now than when it was decorated."""
        if not self.program.knows_better(frozenset(functional_names)):
            return
        target, original = self._target(), self._original()
        if target is not None and original is not None:
            install(target, original)

    def _value(self, function: FunctionType, name: str, values: tuple[Any, ...]) -> Any:
        """What a callee's name stands for when the call begins; UNKNOWN for what is local."""
        code = function.__code__
        if name in code.co_varnames or name in code.co_cellvars:
            parameters = self.program.parameters
            return values[parameters.index(name)] if name in parameters else UNKNOWN
        return lookup(function, name, None)

    def lookup(self, name: str, missing: Any) -> Any:
        """What a name that is not local stands for now."""
        function = self._original()
        return missing if function is None else lookup(function, name, missing)

    def stub(self, site: int) -> Callable[[Any, Any, Any, Any], Stub]:
        """The maker of stubs of a site."""
        target = self._target()
        assert target is not None  # its code is running
        makers = target.__dict__["__pydron_scheduled__"].makers
        if site not in makers:
            where: Site = self.program.analysis.outline.sites[site]
            makers[site] = stub_maker(where, self.program.caller, target.__globals__)
        return makers[site]  # type: ignore[no-any-return]

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return (_undecorated, ())


def _undecorated() -> Callable[..., None]:
    """In another process the code runs as if undecorated."""
    return _never


def _never(*_: Any) -> None:
    return None
