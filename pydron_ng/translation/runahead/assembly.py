"""From the text of a run-ahead program, or from what was kept of one, to what can be started."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from importlib import import_module
from types import CodeType
from typing import Any, NamedTuple

from pydron_ng.events import Reason
from pydron_ng.translation.runahead import ahead, branches, operations, own, promises


class Written(NamedTuple):
    """A run-ahead program as it is written.

    borrowed: the names in it that constructs lend, each with the module that has it.
    needed: the statements that functional calls need.
    """

    source: str
    code: CodeType
    borrowed: tuple[tuple[str, str], ...]
    reasons: tuple[Reason, ...]
    needed: frozenset[int]

    def plain(self) -> tuple[Any, ...]:
        """As nothing but tuples, numbers, texts and code."""
        reasons = tuple((r.code, r.line, r.chain) for r in self.reasons)
        return self.source, self.code, self.borrowed, reasons, self.needed


def written_from(values: tuple[Any, ...]) -> Written:
    """The program that these were made of."""
    source, code, borrowed, reasons, needed = values
    return Written(source, code, borrowed, tuple(Reason(*r) for r in reasons), needed)


class RunAhead(NamedTuple):
    """A run-ahead program: start it with the activation and the arguments of the call."""

    written: Written
    start: Callable[..., Coroutine[Any, None, Any]]

    @property
    def source(self) -> str:
        return self.written.source

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.written.reasons


def assembled(written: Written) -> RunAhead:
    """The program with all that it calls."""
    names: dict[str, Any] = {
        **vars(promises),
        **vars(own),
        **vars(operations),
        **vars(ahead),
        **vars(branches),
        **{name: getattr(import_module(module), name) for name, module in written.borrowed},
    }
    exec(written.code, names)
    return RunAhead(written, names["run_ahead"])


def named_in(code: CodeType) -> Iterator[str]:
    """The names that code, or code inside of it, asks for."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from named_in(constant)
