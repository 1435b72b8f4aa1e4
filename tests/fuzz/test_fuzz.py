"""Random programs do scheduled what they do sequentially, and the fuzzer sees it if they do not."""

from __future__ import annotations

import doctest
import itertools
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz import shrink
from tests.fuzz.bounded import bounded
from tests.fuzz.broken import KEPT, LEFT
from tests.fuzz.grammar import PRODUCTIONS
from tests.fuzz.job import Job, job
from tests.fuzz.jobs import results
from tests.fuzz.programs import generate
from tests.fuzz.results import Record, Result, Summary
from tests.fuzz.setups import Setup
from tests.fuzz.trial import Verdict

PROGRAMS = 60  # the fuzz session runs many more
PROCESSES = Setup("multicore", inline=False, window=256)
HEAD = (
    "from tests.fuzz.broken import *",
    "from tests.fuzz.objects import *",
    "from pydron_ng import schedule",
    "@schedule",
    "def program(a, b, xs, ys, rows, d, o, u, m, state):",
)


@pytest.fixture(scope="module")
def running() -> Iterator[Job]:
    with job() as started:
        yield started


def test_random_programs_are_their_sequential_selves(running: Job) -> None:
    summary = Summary()
    for n in range(PROGRAMS):
        summary.add(running.result(f"1:{n}"))
    assert not summary.mismatches, "\n".join(map(str, summary.mismatches))
    assert summary.endings["value"] > PROGRAMS / 3
    assert summary.endings["too long"] + summary.endings["unsteady"] < PROGRAMS / 10


def test_a_seed_always_gives_the_same_program() -> None:
    assert generate("7:3").text == generate("7:3").text


def test_every_production_is_used_before_long_in_programs_that_are_valid() -> None:
    unused = set(PRODUCTIONS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        for n in itertools.takewhile(lambda n: unused or n < 500, range(10_000)):
            source = generate(f"2:{n}")
            compile(source.text, "program", "exec")
            unused -= source.productions
    assert not unused


def verdict(running: Job, *body: str) -> Verdict:
    lines = [f"    {line}" for line in body]
    return running.trial("\n".join([*HEAD, *lines, ""]), "by_hand", PROCESSES)


def test_a_program_that_does_not_end_is_not_looked_at(running: Job) -> None:
    endless = verdict(running, "xs = [1]", "for x in xs:", "    xs.extend(xs[:1])")
    assert (endless.ending, endless.difference) == ("too long", "")


def test_an_object_that_is_held_after_the_run_is_a_mismatch(running: Job) -> None:
    assert "Thing is still held" in verdict(running, "KEPT.append(o)").difference
    KEPT.clear()


def test_a_thread_that_is_left_behind_is_a_mismatch(running: Job) -> None:
    assert "the thread left over" in verdict(running, "leave_thread()").difference
    LEFT.pop().set()


def test_an_impure_functional_function_is_a_mismatch(running: Job) -> None:
    found = verdict(running, "return [impure(n) for n in range(3)]")
    assert "scheduled differs from sequential" in found.difference


def test_steps_of_other_files_are_not_counted() -> None:
    with bounded("elsewhere.py", 3) as steps:
        shrink.shrink("a = 1\n", bool)
    assert not steps.ran_out
    assert sys.gettrace() != steps.enter


def test_a_process_that_dies_is_a_mismatch() -> None:
    found = results(["1:0", "1:1"], jobs=2, workers="of-no-kind")
    assert {(result.seed, result.ending) for result in found} == {("1:0", "died"), ("1:1", "died")}


def test_jobs_share_the_programs() -> None:
    found = list(results([f"1:{n}" for n in range(8)], jobs=2, workers="threads"))
    assert sorted(result.seed for result in found) == [f"1:{n}" for n in range(8)]


def test_what_is_recorded_is_not_run_again(tmp_path: Path) -> None:
    record, summary = Record(tmp_path / "results"), Summary()
    record.add(Result("1:0", "threads", "value", ("assign",), ("iterator",)))
    record.add(Result("1:1", "threads", "value", difference="line 3", text="pass"))
    with (tmp_path / "results").open("ab") as file:
        file.write(b'{"seed": "1:2", ')
    record.load(summary)
    assert summary.seeds == {"1:0", "1:1"}
    assert [str(mismatch) for mismatch in summary.mismatches] == [
        "--- 1:1 on threads\npass\nline 3\n"
    ]


def test_shrinking_leaves_what_matters() -> None:
    loop = "    for x in a:\n        print(x)\n        if x:\n            b += 2\n"
    text = f"def program(a):\n    b = 1\n{loop}    return b\n"
    assert shrink.shrink(text, lambda t: "b += 2" in t) == "def program(a):\n    b += 2\n"


def test_candidates_are_as_documented() -> None:
    assert doctest.testmod(shrink).failed == 0
