"""Standard input is the program's: who reads it, a debugger too, does so in the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import run, write

PROGRAM = """
    import sys
    from pydron_ng import functional, schedule

    @functional
    def ask(n):
        if n == 2:
            LINE
        return n * 2

    @schedule
    def survey(count):
        kept = []
        for number in range(count):
            kept.append(ask(number))
        return kept

    print(survey(4))
"""
READING = {
    "breakpoint": "breakpoint()",
    "pdb": "import pdb; pdb.set_trace()",
    "input": "n = int(input('which? '))",
    "readline": "n = int(sys.stdin.readline())",
    "read": "n = len(sys.stdin.read())",
    "lines": "n = len(list(sys.stdin))",
    "buffer": "n = len(sys.stdin.buffer.readline())",
}
DEBUGGERS = "breakpoint", "pdb"


@pytest.mark.parametrize("way", READING)
def test_what_is_typed_reaches_the_functional_function_that_asks(tmp_path: Path, way: str) -> None:
    script = str(write(tmp_path, PROGRAM.replace("LINE", READING[way])))
    typed = "p n\nn\nc\n" if way in DEBUGGERS else "17\nand\nmore\n"
    sequential = run(tmp_path, script, configuration=None, stdin=typed)
    scheduled = run(tmp_path, script, stdin=typed)
    assert scheduled == sequential
    assert scheduled.status == 0
    assert scheduled.out.endswith("]\n")


@pytest.mark.parametrize("way", DEBUGGERS)
def test_a_debugger_shows_the_program_above_the_call(tmp_path: Path, way: str) -> None:
    script = str(write(tmp_path, PROGRAM.replace("LINE", READING[way])))
    two_up = "u\nu\np kept, number\nc\n"  # the first one stands for the call itself
    assert "(Pdb) ([0, 2], 2)\n" in run(tmp_path, script, stdin=two_up).out
