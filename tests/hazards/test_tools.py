"""Profilers and tracers look at every frame, those that were made up included."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import Ended, same_both_ways

TRACED = """
    import cProfile, sys
    from pydron_ng import functional, schedule

    @functional
    def bad(n):
        for step in range(3):
            n += step
        raise ValueError(n)

    @functional
    def f(n):
        return n * 2

    @schedule
    def run(values):
        kept = []
        for value in values:
            try:
                kept.append(f(value))
                kept.append(bad(value))
            except ValueError as error:
                kept.append(str(error))
        return kept

    profile = cProfile.Profile()
    TURN_ON
    for _ in range(60):
        kept = run([1, 2, 3])
    TURN_OFF
    print(kept)
"""
TOOLS = {
    "profiler": ("profile.enable()", "profile.disable()"),
    "tracer": ("trace = lambda *_: trace; sys.settrace(trace)", "sys.settrace(None)"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_program_that_is_profiled_or_traced_comes_to_its_end(tmp_path: Path, tool: str) -> None:
    on, off = TOOLS[tool]
    ended = same_both_ways(tmp_path, TRACED.replace("TURN_ON", on).replace("TURN_OFF", off))
    assert ended == Ended(0, "[2, '4', 4, '5', 6, '6']\n", "")
