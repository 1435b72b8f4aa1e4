"""What is asked about the callee of a call before it is made, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pydron_ng.purity import methods
from pydron_ng.purity.appliers import is_applier
from pydron_ng.purity.table import table
from pydron_ng.translation.kinds import Kind

#: What the names of a callee, none of them local, stand for right now; None where nobody knows.
Resolve = Callable[[tuple[str, ...]], object]


class Callee(NamedTuple):
    """All that is asked about is in here: equal ones get equal answers.

    names: ``("np", "linalg", "svd")``; the first is empty where no name stands there.
    name: the last one; owner: the name that it is an attribute or item of.
    is_literal: it is a method of a constant.
    positional, keywords: how many arguments there are by place, and those by name; None
        stands for ``**``.
    handed: the names of the function that is handed to it, if it bears the name of map() or its
        like; is_spelled: what is handed is a lambda or a constant.
    """

    names: tuple[str, ...]
    is_name: bool
    name: str
    owner: str
    is_literal: bool
    positional: int
    keywords: frozenset[str | None]
    handed: tuple[str, ...] | None
    is_spelled: bool


class Question(NamedTuple):
    """Asked in a function with these names of its own."""

    local: frozenset[str]
    callee: Callee


#: What a callee is taken for.
Answer = Callable[[Callee], Kind]
#: The answers in a function with these names of its own.
AnswerIn = Callable[[frozenset[str]], Answer]


def answer_with(
    resolve: Resolve,
    known: Callable[..., Kind | None],
    functional: frozenset[str],
    scheduled: frozenset[str],
    receiver: str,
) -> Answer:
    """Answers by what the callee is now, else by its name.

    known: the kind of a callee, given how many arguments it gets by place, and which by name.
    functional, scheduled: the names of all functions that were ever decorated so.
    receiver: the first parameter, whose methods may be defined later in the same class.
    """

    def answer(asked: Callee) -> Kind:
        callee = resolve(asked.names)
        if asked.handed is not None and is_applier(callee):
            return applied(asked.handed, is_spelled=asked.is_spelled)
        if callee is not None:
            return known(callee, asked.positional, asked.keywords) or Kind.UNKNOWN
        if asked.name in functional and not asked.is_literal:
            return Kind.FUNCTIONAL
        if asked.is_name or asked.name in scheduled:
            return Kind.MAYBE
        return _by_name(asked.name, is_own=asked.owner == receiver)

    def applied(names: tuple[str, ...], *, is_spelled: bool) -> Kind:
        if is_spelled:
            return Kind.PURE  # calls in a lambda are sites of their own
        kind = known(resolve(names))
        return kind if kind in {Kind.FUNCTIONAL, Kind.PURE} else Kind.MAYBE

    return answer


def _by_name(method: str, *, is_own: bool) -> Kind:
    if method in methods.MUTATORS:
        return Kind.CONTAINER
    if method in methods.OBSERVERS:
        return Kind.OBSERVER
    if method in methods.PURE or method in table().method_names:
        return Kind.PURE
    return Kind.MAYBE if is_own else Kind.UNKNOWN
