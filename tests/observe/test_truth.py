"""What is said of calls is what becomes of them when the functions run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import configure, explain
from pydron_ng.events import Issued, Settled
from pydron_ng.observe.explanation import State
from pydron_ng.testing.overlap import Overlap, listening
from tests.observe import programs
from tests.shapes.catalogue import SHAPES


@pytest.fixture(autouse=True, scope="module")
def workers() -> Iterator[None]:
    with configure(workers=[{"type": "threads", "cores": 4}], inline=False):
        yield


def overlapping_lines(heard: Overlap) -> set[int]:
    """The lines of which two calls were with the workers at once, and were taken."""
    taken, found = heard.taken(), set()
    underway: dict[int, int] = {}
    for event in heard.events:
        if isinstance(event, Issued) and event.call in taken:
            if event.line in underway.values():
                found.add(event.line)
            underway[event.call] = event.line
        elif isinstance(event, Settled):
            underway.pop(event.call, None)
    return found


class Box:
    """An object that may change."""

    def __init__(self, value: int) -> None:
        self.value = value


def boxes() -> list[Box]:
    return [Box(n) for n in range(6)]


def numbers() -> list[int]:
    return [1, 2, 3, 1, 2, 3]


#: What each program is called with; the file has several lines.
RUNS: dict[str, Callable[[], tuple[Any, ...]]] = {
    "loop": lambda: (numbers(),),
    "unknown_call": lambda: (["a", "b", "c"],),
    "changes": lambda: (boxes(),),
    "lines": lambda: (__file__,),
    "lines_read_ahead": lambda: (__file__,),
    "rows": lambda: (str(Path(__file__).with_name("__init__.py").parent / "programs.py"),),
    "chain": lambda: (1,),
    "until_found": lambda: (numbers()[:2] * 3,),
    "until_found_ahead": lambda: (numbers()[:2] * 3,),
    "method": lambda: (4, programs.Camera()),
    "draws": lambda: (5,),
    "drawn_first": lambda: (5,),
}
AT_ONCE = {State.AHEAD, State.AFTER, State.ROUNDS}


@pytest.mark.parametrize("name", RUNS)
def test_calls_overlap_where_that_is_said_and_nowhere_else(name: str) -> None:
    program, args = getattr(programs, name), RUNS[name]
    program(*args())
    with listening() as heard:
        program(*args())
    told = explain(program)
    assert overlapping_lines(heard) == {c.line for c in told.calls if c.state in AT_ONCE}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.program.__name__)
def test_what_runs_in_parallel_is_not_said_to_be_held_up(shape: Any) -> None:
    for call in explain(shape.program).calls:
        sure = all(cause.is_sure for cause in call.causes)
        assert call.state in AT_ONCE or not sure
