"""Which functional calls of a sequential run need the results of which others.

The run is watched statement by statement. A value carries with it the calls that it was computed
from: through names, through objects that a statement may change, and by what decided that the
statement is reached at all (tests, items, exits; a call that might have raised decides about the
handler only). Containers are taken as a whole. So two calls may be taken for dependent that are
not; they are never taken for independent because of what the function itself does. What code that
is neither scheduled nor functional keeps to itself is not seen.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from types import CodeType, FrameType, FunctionType
from typing import Any

from pydron_ng.runtime.entry import Entry
from pydron_ng.runtime.grain import mark_of
from pydron_ng.runtime.process import wake_all, watches
from pydron_ng.runtime.sequential import sequential
from pydron_ng.testing.flow import Flow, flow_of


@dataclass(frozen=True, slots=True)
class Made:
    """One functional call of the run. needs: bit n is set if it needs call n, however remotely."""

    function: str
    line: int
    needs: int
    seconds: float  # wall time, slowed down by being watched


@dataclass(frozen=True, slots=True)
class Dependences:
    """The functional calls of a run that scheduled functions made, in program order."""

    calls: tuple[Made, ...]

    def independent(self) -> frozenset[int]:
        """The calls for which there is another one so that neither needs the other."""
        related = [call.needs.bit_count() for call in self.calls]
        for call in self.calls:
            for number in _bits(call.needs):
                related[number] += 1
        return frozenset(i for i, count in enumerate(related) if count < len(related) - 1)

    def levels(self) -> tuple[int, ...]:
        """How many calls need no other, how many need those, and so on."""
        depth: list[int] = []
        for call in self.calls:
            depth.append(max((depth[n] + 1 for n in _bits(call.needs)), default=0))
        return tuple(depth.count(level) for level in range(max(depth, default=-1) + 1))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


@contextmanager
def watched() -> Iterator[Callable[[], Dependences]]:
    """Scheduled functions run undecorated inside; yields how to ask for the calls they made."""
    watch = _Watch()
    before = sys.gettrace()
    with sequential():
        watches.append(watch)
        wake_all()
        sys.settrace(watch.entered)
        try:
            yield lambda: Dependences(tuple(watch.calls))
        finally:
            sys.settrace(before)
            watches.remove(watch)
            wake_all()


class _Watch:
    """All of the run: the calls so far, and the scheduled functions that are being run."""

    def __init__(self) -> None:
        self.calls: list[Made] = []
        self.contents: dict[int, tuple[object, int]] = {}  # of objects that were changed, by id
        self._running: dict[FrameType, _Run] = {}
        self._flows: dict[int, tuple[CodeType, Flow | None]] = {}
        self._functional: dict[int, tuple[CodeType, bool]] = {}

    def entered(self, frame: FrameType, event: str, _: Any) -> Any:
        """What watches the frame that is being entered; None for nobody."""
        if event != "call":
            return None
        flow = self._flow(frame.f_code)
        if flow is not None:
            if frame not in self._running:
                self._running[frame] = _Run(self, flow, *self._begun(frame))
            return self._running[frame].went_on
        run, caller = self._caller(frame)
        if run is None or caller is None or not self._is_functional(frame.f_code):
            return None
        frame.f_trace_lines = False
        sys.settrace(_nothing)  # inside of a functional there is nothing to see
        return run.calling(frame, caller)

    def _flow(self, code: CodeType) -> Flow | None:
        """The facts about a scheduled function's code; to hash code would take long."""
        if id(code) not in self._flows:
            self._flows[id(code)] = code, _scheduled(code)
        return self._flows[id(code)][1]

    def _is_functional(self, code: CodeType) -> bool:
        """Is it that of a functional function? To look for that goes through the whole heap."""
        if id(code) not in self._functional:
            self._functional[id(code)] = code, _is_functional(code)
        return self._functional[id(code)][1]

    def _begun(self, frame: FrameType) -> tuple[_Run | None, ast.Call | None, int]:
        """The scheduled function further up, its call if that was it, and what the call needs."""
        run, caller = self._caller(frame)
        if run is not None and caller is not None:
            node = run.call_of(caller)
            return run, node, run.needs(node, caller)
        up = frame.f_back
        while up is not None and up not in self._running:
            up = up.f_back
        return (None, None, 0) if up is None else (self._running[up], None, self._running[up].all())

    def _caller(self, frame: FrameType) -> tuple[_Run | None, FrameType | None]:
        """The scheduled function that makes a call, itself or in a comprehension or lambda."""
        caller = up = frame.f_back
        while up is not None and up not in self._running:
            holder = self._holder(up)
            if holder is None:
                return None, None
            up = holder
        return (None, None) if up is None else (self._running[up], caller)

    def _holder(self, frame: FrameType) -> FrameType | None:
        """The frame further up whose code holds that of this one."""
        up = frame.f_back
        while up is not None and frame.f_code not in up.f_code.co_consts:
            up = up.f_back
        return up

    def frame_of(self, nested: FrameType) -> FrameType:
        """The frame of the scheduled function that code is nested in."""
        while nested not in self._running and nested.f_back is not None:
            nested = nested.f_back
        return nested

    def end(self, frame: FrameType) -> None:
        self._running.pop(frame, None)


class _Run:
    """One run of a scheduled function: what each name stands on."""

    def __init__(
        self, watch: _Watch, flow: Flow, outer: _Run | None, call: ast.Call | None, base: int
    ) -> None:
        """outer: what it is called by, at `call`. base: what that call stands on."""
        self._watch = watch
        self._flow = flow
        self._outer = outer
        self._call = call
        self._base = base
        self._names = dict.fromkeys(flow.parameters, self._base)
        self._headers: dict[int, int] = {}  # what the test or items of a statement stood on
        self._decided: dict[tuple[str, int], int] = {}  # what exits stood on, by what they leave
        self._tried: dict[int, int] = {}  # calls made in the body of a try statement
        self._last: dict[Any, int] = {}  # by call in the source, of the statement
        self._all: dict[Any, int] = {}
        self._made = self._read = 0
        self._statement = 0

    def went_on(self, frame: FrameType, event: str, _: Any) -> Any:
        """The tracer of its frame."""
        if event == "line":
            statement = self._flow.statement_at(frame.f_lineno)
            if statement != self._statement or self._flow.is_loop(statement):
                self._finish(frame)
                self._begin(statement, frame)
        elif event == "return":
            self._finish(frame)
            if not frame.f_code.co_flags & _SUSPENDS:
                self._watch.end(frame)
        return self.went_on

    # --- statements ---

    def _begin(self, statement: int, frame: FrameType) -> None:
        flow = self._flow
        for left in flow.left(self._statement, statement):
            self._leave(left)
        again = self._statement in flow.inside[statement]
        if flow.is_loop(statement) and not again:
            self._decided.pop(("loop", statement), None)
        self._decided.pop(("pass", statement), None)
        if flow.is_try(statement) and not again:
            self._tried[statement] = 0
        self._statement = statement
        self._made = 0
        self._last.clear()
        self._all.clear()
        if again and flow.is_fixed(statement):
            self._read = self._headers.get(statement, 0)
        else:
            self._read = self._stand_on(flow.reads[statement], frame)

    def _finish(self, frame: FrameType) -> None:
        flow, statement = self._flow, self._statement
        header = self._read | self._made
        self._headers[statement] = header
        mask = header | self._control()
        for name in flow.stores[statement]:
            self._names[name] = mask
        for name in flow.mutated[statement]:
            self._changed(frame.f_locals.get(name), mask)
        self._decide(flow.exits[statement], mask)

    def _leave(self, attempt: int) -> None:
        """A try statement is over: its handlers may have left what is around."""
        self._decide(self._flow.handled[attempt], self._tried.get(attempt, 0))

    def _decide(self, exits: tuple[tuple[str, int], ...], mask: int) -> None:
        for exit_ in exits:
            self._decided[exit_] = self._decided.get(exit_, 0) | mask

    def _control(self) -> int:
        mask = self._base | self._decided.get(("function", 0), 0)
        for parent in self._flow.around[self._statement]:
            mask |= self._headers.get(parent, 0)
            mask |= self._decided.get(("loop", parent), 0) | self._decided.get(("pass", parent), 0)
        for attempt in self._flow.handles[self._statement]:
            mask |= self._tried.get(attempt, 0)
        return mask

    def _stand_on(self, names: Any, frame: FrameType) -> int:
        mask = 0
        for name in names:
            mask |= self._names.get(name, 0)
            if name in frame.f_locals:
                mask |= self._watch.contents.get(id(frame.f_locals[name]), (None, 0))[1]
        return mask

    def _changed(self, value: object, mask: int) -> None:
        if type(value) in _ATOMS:
            return
        known = self._watch.contents.get(id(value), (value, 0))[1]
        self._watch.contents[id(value)] = (value, known | mask)

    # --- calls ---

    def all(self) -> int:
        """What anything that the statement does stands on."""
        return self._read | self._made | self._control()

    def call_of(self, caller: FrameType) -> ast.Call | None:
        """The call that is being made; None if that is in a nested function."""
        return self._flow.call_at(_position(caller))

    def calling(self, frame: FrameType, caller: FrameType) -> Any:
        """A functional call begins; the tracer of its frame, which sees it end."""
        node = self.call_of(caller)
        number = len(self._watch.calls)
        needs = self.needs(node, caller)
        self._watch.calls.append(Made(frame.f_code.co_qualname, caller.f_lineno, needs, 0.0))
        began = perf_counter()

        def ended(_: FrameType, event: str, __: Any) -> Any:
            if event == "return":
                sys.settrace(self._watch.entered)
                made = self._watch.calls[number]
                seconds = perf_counter() - began
                self._watch.calls[number] = Made(made.function, made.line, needs, seconds)
                self._had(node, needs | 1 << number)
            return ended

        return ended

    def needs(self, node: ast.Call | None, caller: FrameType) -> int:
        """What a call stands on that is about to be made."""
        if node is None:
            return self.all()
        needed = self._flow.needed(node)
        mask = self._control() | self._stand_on(needed.names, self._watch.frame_of(caller))
        for inner in needed.last:
            mask |= self._last.get(inner, 0)
        for inner in needed.all:
            mask |= self._all.get(inner, 0)
        return mask

    def _had(self, node: ast.Call | None, mask: int) -> None:
        self._made |= mask
        self._last[node] = mask
        self._all[node] = self._all.get(node, 0) | mask
        for attempt in self._flow.tries[self._statement]:
            self._tried[attempt] = self._tried.get(attempt, 0) | mask
        if self._outer is not None:
            self._outer._had(self._call, mask)  # noqa: SLF001  the same class


_ATOMS = frozenset({int, float, complex, str, bytes, bool, range, type(None)})
_SUSPENDS = 0x20 | 0x80 | 0x200  # generators, coroutines, asynchronous generators


def _position(frame: FrameType) -> tuple[int | None, ...]:
    """Line and column where the instruction begins and ends that the frame is at."""
    return list(frame.f_code.co_positions())[frame.f_lasti // 2]


def _nothing(*_: object) -> None:
    """Watches nothing."""


def _scheduled(code: CodeType) -> Flow | None:
    """The facts about a scheduled function; None for other code."""
    entries = [constant for constant in code.co_consts if type(constant) is Entry]
    return flow_of(entries[0].program) if entries else None


def _is_functional(code: CodeType) -> bool:
    return any(
        type(holder) is FunctionType and mark_of(holder) is not None
        for holder in gc.get_referrers(code)
    )
