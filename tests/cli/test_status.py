"""``pydron status`` and ``pydron kill``: what runs is shown, and can be ended."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pydron_ng.cli import main
from pydron_ng.cli.told import printable
from tests.watched import HOLDING, LONG_NAMES, Program, Programs

TWO_POOLS = HOLDING.replace(
    "pool = Pool(2)", "other = Pool(1); other.submit(int).result(); pool = Pool(2)"
)


def pydron(*words: str, said: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=said)


def as_json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pydron("status", "--json", *words).output)
    return found


def first(program: Program) -> tuple[str, str]:
    """The ids of a worker, and of what it is at."""
    worker = as_json(str(program.pid))["programs"][0]["pools"][0]["workers"][0]
    return worker["id"], worker["tasks"][0]["id"]


def test_workers_are_shown_with_what_they_are_at(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    done = pydron("status")
    assert done.exit_code == 0
    head, counts, *_ = done.output.splitlines()
    assert head.startswith(f"survey.py  {program.pid}, for ")
    assert counts.strip() == "Pool 1: 2 running, 1 waiting, 0 done, 0 failed, 0 a second"
    assert done.output.count("hold()") == 2
    assert all(len(line) <= 80 for line in done.output.splitlines())


def test_long_names_leave_room_for_all_else(programs: Programs) -> None:
    program = programs.start(LONG_NAMES)
    [pool] = program.until(running=2).pools
    lines = pydron("status").output.splitlines()
    assert all(len(line) <= 80 for line in lines)
    for worker in pool.status.workers:
        [line] = [line for line in lines if f" {worker.info.pid} " in line]
        assert re.search(rf"1\.{worker.tasks[0].task} +calibrate_e", line)


def test_json_has_names_and_numbers(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    [told] = as_json()["programs"]
    [pool] = told["pools"]
    assert (told["pid"], told["name"], pool["kind"]) == (program.pid, "survey.py", "Pool")
    assert (pool["running"], pool["waiting"]) == (2, 1)
    for worker in pool["workers"]:
        assert worker["id"].startswith("1.")
        assert worker["host"]["cores"] >= 1
        assert [task["label"] for task in worker["tasks"]] == ["hold()"]


def test_the_first_look_has_shares_of_time_already(programs: Programs) -> None:
    programs.start().until(running=2)
    [told] = as_json()["programs"]
    assert all(worker["cpu_percent"] is not None for worker in told["pools"][0]["workers"])


def test_one_program_can_be_asked_for_by_name_and_by_number(programs: Programs) -> None:
    started = [programs.start(name=f"survey{n}.py") for n in range(2)]
    for program in started:
        program.until(running=2)
    pid = started[0].pid
    for name in (str(pid), "survey0", "survey0.py"):
        assert [one["pid"] for one in as_json(name)["programs"]] == [pid]
    assert pydron("status", "survey7").exit_code == 1


@pytest.mark.parametrize("words", [("status",), ("kill", "survey.py", "--yes"), ("kill", "7")])
def test_where_nothing_runs_that_is_said(run_folder: Path, words: tuple[str, ...]) -> None:
    done = pydron(*words)
    assert done.exit_code == 1
    assert "no program of yours runs here that has a pool" in done.output


def test_where_nothing_runs_json_is_still_json(run_folder: Path) -> None:
    assert as_json() == {"programs": [], "troubles": []}


def test_a_directory_that_others_may_use_is_told(run_folder: Path) -> None:
    run_folder.chmod(0o755)
    done = pydron("status")
    assert done.exit_code == 1
    assert "is not a directory that only you may use" in done.output


def test_what_a_program_says_gives_no_orders_to_the_terminal(programs: Programs) -> None:
    source = """
        import sys
        from pathlib import Path
        from pydron_ng import Pool
        from tests.pool import work

        pool = Pool(1)
        print(repr(pool.submit(work.fail, "[red]\\033[2J").exception()), flush=True)
        work.hold(Path(sys.argv[1], "begun"), Path(sys.argv[1], "go"))
    """
    program = programs.start(source)
    assert program.process.stdout is not None
    assert program.process.stdout.readline() == "ValueError('[red]\\x1b[2J')\n"
    shown = pydron("status").output
    assert f"fail(): ValueError: [red]{printable(chr(27))}[2J" in shown
    assert "\033" not in shown


def test_all_workers_of_a_program_are_ended_after_a_question(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    refused = pydron("kill", "survey.py", said="n\n")
    assert refused.exit_code == 1
    assert f"End all 2 workers of survey.py ({program.pid})?" in refused.output
    program.until(running=2)
    done = pydron("kill", "survey.py", said="y\n")
    assert done.exit_code == 0
    assert done.output.endswith(f"survey.py ({program.pid}): 2 workers are ended\n")
    status, out = program.end()
    assert (status, out.count("WorkerLost hold(): it was ended from outside")) == (0, 3)


def test_one_task_is_ended(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    _, task = first(program)
    done = pydron("kill", str(program.pid), "--task", task, "--yes")
    assert done.output == f"survey.py ({program.pid}): task {task} is ended\n"
    program.go()
    assert program.end()[1].count("released") == 2


def test_one_worker_is_ended(programs: Programs) -> None:
    program = programs.start()
    program.until(running=2)
    worker, _ = first(program)
    number = worker.partition(".")[2]  # there is one pool
    done = pydron("kill", "survey", "--worker", number, "--yes")
    assert done.output.startswith(f"survey.py ({program.pid}): worker {worker} is ended")
    program.go()
    assert program.end()[1].count("released") == 2


@pytest.mark.parametrize(
    "words, status, why",
    [
        (("--task", "1.999"), 1, "there is no task 1.999"),
        (("--worker", "1.999"), 1, "there is no worker 1.999"),
        (("--task", "first"), 2, "first is none; they look like 1.0"),
        (("--task", "1.0", "--worker", "1.0"), 2, "either --task or --worker"),
    ],
)
def test_what_cannot_be_ended_is_told(
    programs: Programs, words: tuple[str, ...], status: int, why: str
) -> None:
    program = programs.start()
    program.until(running=2)
    done = pydron("kill", "survey.py", "--yes", *words)
    assert done.exit_code == status
    assert why in done.output
    program.until(running=2)


def test_of_several_pools_the_number_has_to_say_which(programs: Programs) -> None:
    program = programs.start(TWO_POOLS)
    told = program.until(running=2)
    [busy] = [pool for pool in told.pools if pool.status.running]
    number = busy.status.workers[0].tasks[0].task
    assert pydron("kill", "survey.py", "--yes", "--task", str(number)).exit_code == 2
    whole = f"{busy.number}.{number}"
    assert pydron("kill", "survey.py", "--yes", "--task", whole).exit_code == 0


def test_of_several_programs_of_a_name_none_is_ended(programs: Programs) -> None:
    started = [programs.start() for _ in range(2)]
    for program in started:
        program.until(running=2)
    done = pydron("kill", "survey.py", "--yes")
    assert done.exit_code == 1
    assert all(str(program.pid) in done.output for program in started)
    for program in started:
        program.until(running=2)
