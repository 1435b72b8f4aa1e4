"""What a scheduled function carries: the way from the function object to its entry."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron_ng.runtime.entry import Entry
    from pydron_ng.runtime.stubs import Stub


class Scheduled:
    """The entry of a scheduled function, its codes, and the makers of its stubs.

    plain, asking: the code as the user wrote it, and the commit program.
    makers: by program, site and text.

    The makers hold the function's globals, and the commit program the entry; so they are the
    function's, not its code's: what only code refers to in a circle is never collected.
    """

    __slots__ = ("asking", "entry", "makers", "plain")

    def __init__(self, entry: Entry, plain: CodeType, asking: CodeType) -> None:
        self.entry = entry
        self.plain, self.asking = plain, asking
        self.makers: dict[tuple[int, int, str], Callable[[Any, Any, Any, Any], Stub]] = {}

    @property
    def speculates(self) -> bool:
        """Is it run ahead past exits that are not decided?"""
        return self.entry.program.speculate


def entry_of(callee: object) -> Entry | None:
    """The entry of a scheduled callee, function or bound method; asks the object nothing."""
    if type(callee) is MethodType:
        callee = callee.__func__
    if type(callee) is not FunctionType:
        return None
    carried = callee.__dict__.get("__pydron_scheduled__")
    if type(carried) is Scheduled and carried.entry.belongs_to(callee):
        return carried.entry
    return None


def set_code(function: FunctionType, entry: Entry, *, asks: bool) -> None:
    """Have the function run its commit program, or what the user wrote; not if it is another's."""
    carried = function.__dict__.get("__pydron_scheduled__")
    if type(carried) is not Scheduled or carried.entry is not entry:
        return
    now, then = carried.plain, carried.asking
    if not asks:
        now, then = then, now
    if function.__code__ is now:
        function.__code__ = then


def is_entered(callee: object) -> bool:
    """Is it a scheduled function, or one inside of a scheduled one that has an entry?"""
    if entry_of(callee) is not None:
        return True
    if type(callee) is not FunctionType:
        return False
    return any(hasattr(type(c), "__pydron_written__") for c in callee.__code__.co_consts)
