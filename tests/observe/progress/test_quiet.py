"""Where nobody looks, nothing is said; and who asks for it gets lines."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.observe.progress.screen import BEGINNING
from tests.scripts import DISPATCHED, Ended, run, write

PROGRAM = """
    from pydron_ng.observe.progress import lines
    lines.Lines.seconds = 0.005

    @schedule
    def survey(n):
        kept = []
        for i in range(n):
            print("took", i, calibrate(i))
            kept.append(calibrate(-i))
            if i % 10 == 0:
                print("error", i, file=sys.stderr)
        return sum(kept)

    print(survey(100))
"""


def outcome(folder: Path, progress: str, *, scheduled: bool = True) -> Ended:
    script = str(write(folder, dedent(BEGINNING) + dedent(PROGRAM)))
    configuration = DISPATCHED if scheduled else None
    return run(folder, script, configuration=configuration, variables={"PYDRON_PROGRESS": progress})


@pytest.mark.parametrize("progress", ["0", "", "yes"])
def test_into_pipes_a_program_writes_what_it_writes_undecorated(
    progress: str, tmp_path: Path
) -> None:
    assert outcome(tmp_path, progress) == outcome(tmp_path, progress, scheduled=False)


def test_who_asks_for_it_gets_lines_on_standard_error_alone(tmp_path: Path) -> None:
    ended, plain = outcome(tmp_path, "1"), outcome(tmp_path, "1", scheduled=False)
    said = [line for line in ended.err.splitlines() if line.startswith("pydron_ng: ")]
    others = [line for line in ended.err.splitlines() if line not in said]
    assert ended.out == plain.out
    assert others == plain.err.splitlines()
    assert re.fullmatch(r"pydron_ng: survey  ended after 0:\d\d: calibrate \d+", said[-1])
    assert any(re.search(r"survey +\d+ % .* workers? busy of 2", line) for line in said)
    assert not any("\033" in line for line in said)


def test_nobody_looks_after_calls_of_which_nobody_wants_to_know(tmp_path: Path) -> None:
    source = """
        from pydron_ng import functional, schedule
        from pydron_ng.runtime.process import watch
        @functional
        def f(n):
            return n
        @schedule
        def run(n):
            return [f(i) for i in range(n)]
        run(3)
        run(3)
        print(watch._is_armed, watch._begun)
    """
    assert run(tmp_path, str(write(tmp_path, source))).out == "False {}\n"


def test_a_program_ends_although_a_call_is_under_way_in_another_thread(tmp_path: Path) -> None:
    source = """
        import threading
        @schedule
        def survey(n):
            for i in range(n):
                calibrate(i)
                if i == 3:
                    is_there.set()
                    threading.Event().wait()
        is_there = threading.Event()
        threading.Thread(target=survey, args=(10,), daemon=True).start()
        is_there.wait()
        print("the end")
    """
    script = str(write(tmp_path, dedent(BEGINNING) + dedent(source)))
    ended = run(tmp_path, script, variables={"PYDRON_PROGRESS": "1"})
    assert (ended.status, ended.out) == (0, "the end\n")
