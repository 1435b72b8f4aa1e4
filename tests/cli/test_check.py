"""``pydron check``, started as users start it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import Ended, run, write

FINE = """
    import sys
    from pydron_ng import functional, schedule

    @functional
    def square(n):
        return n * n

    @schedule
    def main(n):
        print(sys.stdin.read(), [square(i) for i in range(n)])
        with open("squares", "w") as file:
            file.write(str(n))

    main(int(sys.argv[1]))
"""
IMPURE = """
    import random
    from pydron_ng import functional, schedule

    SEEN = []

    @functional
    def take(rows, *, name):
        rows.append(name)
        SEEN.append(name)
        return len(SEEN)

    @functional
    def save(n):
        with open("log", "a") as file:
            file.write(str(n))

    @schedule
    def main():
        rows = []
        for n in range(3):
            print(take(rows, name="x"))
            save(n)

    main()
"""


def check(folder: Path, *arguments: str, **options: Any) -> Ended:
    return run(folder, "-m", "pydron_ng", "check", *arguments, **options)


def test_a_program_that_is_fine_is_told_so_and_gets_its_arguments_and_input(
    tmp_path: Path,
) -> None:
    write(tmp_path, FINE)
    done = check(tmp_path, "script.py", "4", stdin="hello")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "script.py 4"
    assert "exit status 0, 1 line of output, 1 file written" in lines[1]
    assert "3 calls of 1 functional function: all keep it" in lines[3]
    assert "note: each run wrote here: squares; --scratch runs it in copies" in lines
    assert lines[-1] == "all is fine"


def test_each_breach_is_told_with_line_and_call_and_change_and_way_out(tmp_path: Path) -> None:
    write(tmp_path, IMPURE)
    done = check(tmp_path, "--scratch", "script.py")
    assert done.status == 1
    blocks = done.out.split("\n\n")
    assert blocks[1:4] == [
        "script.py:9: take(): it changed its argument rows [changed-argument]\n"
        "     9 | rows.append(name)\n"
        "  call: take([], name='x')\n"
        "  what: len(rows): 0 -> 1\n"
        "  try: work on a copy, and return what is new",
        "script.py:10: take(): it changed the global __main__.SEEN [changed-state]\n"
        "    10 | SEEN.append(name)\n"
        "  call: take([], name='x')\n"
        "  what: len(SEEN): 0 -> 1\n"
        "  try: pass it as an argument, and return what is new; fill caches where it is called",
        "script.py:10: take(): made again, the same call gave something else [differs-each-time]\n"
        "    10 | SEEN.append(name)\n"
        "  call: take([], name='x')\n"
        "  what: 1, then 2\n"
        "  try: pass what it depends on (clock, random numbers, caches) as an argument",
    ]
    assert "script.py:15: save(): it opened 'log' for writing [wrote]" in done.out
    assert not (tmp_path / "log").exists()


ELSEWHERE = FINE.replace(
    "return n * n",
    "import threading; return getattr(threading.main_thread(), 'is_pydron_worker', n > 9)",
)


def test_what_differs_when_it_is_scheduled_is_told_with_both(tmp_path: Path) -> None:
    write(tmp_path, ELSEWHERE)
    done = check(tmp_path, "script.py", "2")
    assert done.status == 1
    assert (
        """
scheduled is not what sequential is [not-equivalent]
  stdout, line 1
    sequential: ' [False, False]\\n'
    scheduled:  ' [True, True]\\n'
  try: mend what breaks the contract, above: that is the usual cause
"""
        in done.out
    )
    assert done.out.endswith("\n1 breach of the contract, 1 difference\n")


def test_json_has_all_that_was_found(tmp_path: Path) -> None:
    write(tmp_path, IMPURE)
    told = json.loads(check(tmp_path, "--scratch", "--json", "script.py").out)
    assert (told["ok"], told["version"], told["command"]) == (False, 1, "script.py")
    assert told["runs"]["sequential"]["files"] == ["log"]
    assert told["checked_calls"] == {"__main__.take": 3, "__main__.save": 3}
    assert {one["code"] for one in told["breaches"]} >= {"changed-argument", "wrote"}
    assert all(one["way_out"] and one["call"] and one["line"] for one in told["breaches"])


def test_as_many_calls_are_checked_as_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, FINE)
    told = json.loads(check(tmp_path, "--calls", "5", "--json", "script.py", "9").out)
    assert told["checked_calls"] == {"__main__.square": 5}


def test_every_call_is_sent_if_that_is_asked_for_whatever_the_configuration(
    tmp_path: Path,
) -> None:
    write(tmp_path, ELSEWHERE)
    plain = {"workers": [{"type": "multicore", "cores": 1}]}  # the first call is made inline
    options = ("--json", "--every-call"), ("--json",)
    found = [check(tmp_path, *given, "script.py", "1", configuration=plain) for given in options]
    assert [len(json.loads(one.out)["differences"]) for one in found] == [1, 0]


@pytest.mark.parametrize("ending", ["sys.exit('no')", "raise ValueError(n)", "os.abort()"])
def test_how_it_ends_is_compared_and_the_calls_before_are_checked(
    tmp_path: Path, ending: str
) -> None:
    source = FINE.replace("import sys", "import sys, os")
    source = source.replace('with open("squares", "w") as file:', ending)
    write(tmp_path, source.replace("    file.write(str(n))", ""))
    told = json.loads(check(tmp_path, "--json", "script.py", "3").out)
    assert told["ok"], told
    assert told["runs"]["sequential"]["status"] == {"os.abort()": -6}.get(ending, 1)
    assert told["checked_calls"] == {"__main__.square": 3}


def test_output_that_is_another_one_each_time_is_told_and_is_no_difference(
    tmp_path: Path,
) -> None:
    write(tmp_path, FINE + "    import os\n    print(os.getpid())\n")
    done = check(tmp_path, "script.py", "3")
    assert done.status == 0
    assert "1 place could not be compared [not-repeatable]\n  stdout: line 2: " in done.out
    assert done.out.endswith("all is fine, as far as it could be compared\n")


NOTHING = {
    "print(1)": "no function was decorated with @schedule",
    "import no_such_module": "the program ended with an error before it came to a scheduled",
    "from pydron_ng import schedule\n@schedule\ndef f(): pass\nf()": "no functional function was",
}


@pytest.mark.parametrize("text", NOTHING)
def test_where_nothing_could_be_checked_that_is_bad_usage_with_a_way_out(
    tmp_path: Path, text: str
) -> None:
    write(tmp_path, text)
    done = check(tmp_path, "script.py")
    assert done.status == 2
    assert NOTHING[text] in done.out
    assert "  try: " in done.out.splitlines()[-1]


def test_a_program_that_takes_too_long_sequentially_is_not_run_any_more(tmp_path: Path) -> None:
    write(tmp_path, "open('runs', 'a').write('x')\nwhile True: pass")
    done = check(tmp_path, "--timeout", "3", "script.py")
    assert done.status == 2
    assert "the sequential program did not come to its end" in done.out
    assert (tmp_path / "runs").read_text() == "x"


def test_a_configuration_with_mistakes_is_told_before_anything_runs(tmp_path: Path) -> None:
    write(tmp_path, "open('ran', 'w')")
    done = check(tmp_path, "script.py", configuration={"workers": [{"type": "nosuch"}]})
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("pydron check: ")
    assert "$.workers[0].type" in done.err
    assert not (tmp_path / "ran").exists()


def test_no_such_script_names_one_that_is_like_it(tmp_path: Path) -> None:
    write(tmp_path, FINE, "survey.py")
    done = check(tmp_path, "survy.py")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        "pydron check: survy.py: no such file; did you mean survey.py?\n"
        "  try: pydron check SCRIPT ARGS, as you would say python SCRIPT ARGS\n"
    )


def test_options_after_the_script_are_its_own(tmp_path: Path) -> None:
    write(tmp_path, FINE.replace("int(sys.argv[1])", "len(sys.argv)"))
    told = json.loads(check(tmp_path, "--json", "script.py", "--json", "-h", "--", "x").out)
    assert told["ok"]
    assert told["command"] == "script.py --json -h -- x"


def test_reports_of_a_checked_program_stay_apart_from_those_that_it_starts(
    tmp_path: Path,
) -> None:
    write(tmp_path, FINE, "inner.py")
    starts = (
        "    import subprocess\n"
        "    subprocess.run([sys.executable, 'inner.py', '1'], stdin=subprocess.DEVNULL)\n"
    )
    write(tmp_path, FINE.replace("square", "other") + starts)
    told = json.loads(check(tmp_path, "--json", "script.py", "2").out)
    assert told["checked_calls"] == {"__main__.other": 2}
