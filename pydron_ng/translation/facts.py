"""What the runtime asks of a translated function: plain data, which can be kept on disk."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydron_ng.translation.counters import item_point

Places = tuple[int, ...]


class Closed(NamedTuple):
    """What has to hold for a function to be closed.

    builtins: the names that have to stand for builtins.
    changes: whether it may change, by ``+=``, an object that came from outside: then nothing
        that can be changed may come in.
    """

    builtins: frozenset[str]
    changes: bool


class SiteFacts(NamedTuple):
    """Of a call site.

    spot: first and last line, first and last column of the call, as in its syntax tree.
    places: the counters that tell one execution from another.
    handing: the counter of what map() or its like does there; -1 where there is none.
    is_at_sync_point: its statement runs code that nobody can reason about.
    is_unsure: of that only the run can tell, by what is called there.
    is_near: no sync-point, and no loop, is between it and what the commit program does before.
    name: that of the callee, or of what is handed to it; empty where it has none.
    text, arguments: the call and its arguments by place, each in one line.
    """

    line: int
    spot: tuple[int, int, int, int]
    places: Places
    handing: int
    is_routed: bool
    is_functional: bool
    is_at_sync_point: bool
    is_unsure: bool
    is_near: bool
    name: str
    is_name: bool
    text: str
    arguments: tuple[str, ...]


class StatementFacts(NamedTuple):
    """Of a statement.

    places: the counters that tell one passing from another; inside: one pass of its body.
    unsafe: the counter that says whether the loop's items come from code that can do anything.
    text: its head, in one line.
    """

    line: int
    places: Places
    inside: Places
    unsafe: int
    is_while: bool
    is_expression: bool
    text: str


class LoopFacts(NamedTuple):
    """Of a loop, comprehensions and what map() and its like do included.

    place: of its counter; -1 where it has none. places: the counters of the loops around it.
    text: what a comprehension, or map() and its like, goes over; empty elsewhere.
    """

    place: int
    places: Places
    line: int
    text: str


class Facts(NamedTuple):
    """Of a function, and of those inside of it that are run ahead where they are called.

    code: the number of its code among those in the code of the function around it.
    counted: how many loops have counters.
    """

    code: int
    parameters: tuple[str, ...]
    counted: int
    is_recursive: bool
    closed: Closed | None
    sites: tuple[SiteFacts, ...]
    statements: tuple[StatementFacts, ...]
    loops: tuple[LoopFacts, ...]
    inner: tuple[Facts, ...]

    def places_of(self, point: int) -> Places:
        """The counters that tell one passing of a point from another."""
        if point >= len(self.statements):
            return self.loops[point - len(self.statements)].places
        statement = self.statements[abs(point)]
        return statement.inside if point < 0 else statement.places

    def places_of_test(self, statement: int) -> Places:
        """The counters that tell one evaluation of a test from another."""
        is_again = self.statements[statement].is_while
        return self.places_of(item_point(statement) if is_again else statement)


def plain(facts: Facts) -> tuple[Any, ...]:
    """The facts as nothing but tuples, numbers and texts."""
    *first, closed, sites, statements, loops, inner = facts
    return (
        *first,
        None if closed is None else tuple(closed),
        tuple(map(tuple, sites)),
        tuple(map(tuple, statements)),
        tuple(map(tuple, loops)),
        tuple(map(plain, inner)),
    )


def facts_from(values: tuple[Any, ...]) -> Facts:
    """The facts that these were made of."""
    code, parameters, counted, is_recursive, closed, sites, statements, loops, inner = values
    return Facts(
        code,
        parameters,
        counted,
        is_recursive,
        None if closed is None else Closed(*closed),
        tuple(map(SiteFacts._make, sites)),
        tuple(map(StatementFacts._make, statements)),
        tuple(map(LoopFacts._make, loops)),
        tuple(map(facts_from, inner)),
    )
