"""``pydron_ng.rerun``: at the line that raised, with the values that it had there."""

from __future__ import annotations

import gc
import os
import pty
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.errors import NothingToRerun
from tests.scripts import DISPATCHED, TIMEOUT_SECONDS, Ended, environment, run, write

INLINE = {"workers": [{"type": "threads", "cores": 1}]}
PROGRAM = """
    import asyncio
    import pydron_ng
    from pydron_ng import functional, schedule

    @functional
    def share(parts, whole=100, /, *more, digits=1, **names):
        so_far = 0
        for part in parts:
            so_far += whole // part
        return so_far

    @functional
    async def later(part):
        rest = part - 1
        return 1 // rest

    class Scale:
        def __init__(self, factor):
            self.factor = factor

        @functional
        def apply(self, value):
            return value / self.factor

    @schedule
    def survey(count):
        kept = []
        for number in range(count):
            kept.append(share([1, 2 - number], 5, "a", digits=7, unit="m"))
        return kept

    @schedule
    async def wait_for(part):
        before = "waiting"
        return await later(part)

    @schedule
    def scaled(values):
        return [Scale(v).apply(8) for v in values]

    def caught(function, *args):
        try:
            value = function(*args)
            return asyncio.run(value) if asyncio.iscoroutine(value) else value
        except ZeroDivisionError as error:
            pydron_ng.rerun(error)
"""


def debugged(
    folder: Path, last: str, *commands: str, configuration: Mapping[str, object] = DISPATCHED
) -> Ended:
    """What the program says that ends with this line, where pdb is told these commands."""
    script = write(folder, PROGRAM)
    with script.open("a", encoding="utf-8") as file:
        file.write(f"\n{last}\n")
    stdin = "".join(f"{command}\n" for command in (*commands, "q"))
    return run(folder, str(script), configuration=configuration, stdin=stdin)


def test_it_stops_at_the_line_that_raised_with_live_locals(tmp_path: Path) -> None:
    ended = debugged(
        tmp_path, "caught(survey, 4)", "p part, so_far, parts", "p more, digits, names"
    )
    first, *rest = ended.out.splitlines()
    assert first == (
        "rerun: share([1, 0], 5, 'a', digits=7, unit='m') was made again, and raises"
        " ZeroDivisionError: integer division or modulo by zero"
    )
    assert rest[0].endswith("script.py(10)share()")
    assert rest[1] == "-> so_far += whole // part"
    assert rest[2] == "(Pdb) (0, 5, [1, 0])"
    assert rest[3] == "(Pdb) (('a',), 7, {'unit': 'm'})"
    assert not ended.err


def test_the_program_is_above_the_call_as_if_it_had_been_made_there(tmp_path: Path) -> None:
    ended = debugged(tmp_path, "caught(survey, 4)", "u", "p number, len(kept)", "u", "p function")
    assert "-> kept.append(share([1, 2 - number]" in ended.out
    assert "(Pdb) (2, 2)" in ended.out
    assert "(Pdb) <function survey at" in ended.out


def test_a_call_that_was_made_in_the_program_is_not_made_again(tmp_path: Path) -> None:
    ended = debugged(tmp_path, "caught(survey, 4)", "p part, so_far", configuration=INLINE)
    assert ended.out.startswith("rerun: share([1, 0], 5, 'a', digits=7, unit='m') was made in this")
    assert "(Pdb) (0, 5)" in ended.out


def test_it_works_with_pydron_off(tmp_path: Path) -> None:
    script = write(tmp_path, PROGRAM + "    caught(survey, 4)\n")
    ended = run(tmp_path, str(script), configuration=None, stdin="p part, so_far\nq\n")
    assert "(Pdb) (0, 5)" in ended.out


@pytest.mark.parametrize("configuration", [DISPATCHED, INLINE], ids=["dispatched", "inline"])
def test_a_coroutine_is_run_to_where_it_raised(
    tmp_path: Path, configuration: Mapping[str, object]
) -> None:
    ended = debugged(
        tmp_path, "caught(wait_for, 1)", "p rest", "u", "p before", configuration=configuration
    )
    assert "rerun: later(1) was made " in ended.out
    assert "-> return 1 // rest\n(Pdb) 0\n" in ended.out
    assert "(Pdb) 'waiting'" in ended.out


def test_a_method_is_called_with_its_object(tmp_path: Path) -> None:
    ended = debugged(tmp_path, "caught(scaled, [4, 2, 0])", "p self.factor, value")
    assert "rerun: Scale.apply(<__main__.Scale" in ended.out
    assert "(Pdb) (0, 8)" in ended.out


def test_without_an_argument_it_takes_the_one_that_is_handled(tmp_path: Path) -> None:
    last = "try: survey(4)\nexcept ZeroDivisionError: pydron_ng.rerun()"
    assert "(Pdb) (0, 5)" in debugged(tmp_path, last, "p part, so_far").out


def test_the_exception_that_another_one_was_raised_from_is_found(tmp_path: Path) -> None:
    last = (
        "try:\n  try: survey(4)\n  except ZeroDivisionError as e: raise KeyError(7) from e\n"
        "except KeyError: pydron_ng.rerun()"
    )
    assert "(Pdb) (0, 5)" in debugged(tmp_path, last, "p part, so_far").out


def test_an_exception_in_a_group_is_found(tmp_path: Path) -> None:
    last = (
        "try:\n  try: survey(4)\n  except* ZeroDivisionError: raise\n"
        "except BaseException: pydron_ng.rerun()"
    )
    assert "(Pdb) (0, 5)" in debugged(tmp_path, last, "p part, so_far").out


def test_a_call_that_does_not_fail_again_is_said_to_be_hardly_functional(tmp_path: Path) -> None:
    source = """
        import os
        import pydron_ng
        from pydron_ng import functional, schedule

        @functional
        def moody(n):
            if os.getpid() != THERE:
                raise ValueError(n)
            return n

        @schedule
        def ask(n):
            return [moody(i) for i in range(n)]

        THERE = os.getpid()
        try:
            ask(3)
        except ValueError as error:
            pydron_ng.rerun(error)
        print("goes on")
    """
    ended = run(tmp_path, str(write(tmp_path, source)), stdin="")
    assert ended == Ended(
        0,
        "rerun: moody(0) was made again, and returned 0; it had raised ValueError: 0\n"
        "  try: PYDRON_CHECK=1, which finds out whether the function is functional\ngoes on\n",
        "",
    )


def test_it_says_nothing_before_it_is_called_and_the_traceback_is_as_ever(tmp_path: Path) -> None:
    script = str(write(tmp_path, PROGRAM + "    survey(4)\n"))
    scheduled = run(tmp_path, script)
    assert scheduled == run(tmp_path, script, configuration=None)
    assert scheduled.status == 1
    assert "rerun" not in scheduled.err.replace("pydron_ng.rerun(error)", "")


def test_at_an_interactive_prompt_it_takes_the_last_exception(tmp_path: Path) -> None:
    script = write(tmp_path, PROGRAM + "    survey(4)\n")
    told = "pydron_ng.rerun()\np part, so_far\nq\nexit()\n"
    text = at_a_terminal([sys.executable, "-i", str(script)], tmp_path, told)
    assert "rerun: share([1, 0], 5, 'a'" in text
    assert "(0, 5)" in text


def test_at_the_prompt_of_pytest_it_takes_the_exception_of_the_test(tmp_path: Path) -> None:
    write(tmp_path, PROGRAM + "    def test_survey(): survey(4)\n", "test_it.py")
    told = "import pydron_ng; pydron_ng.rerun()\np part, so_far\nq\nq\n"
    command = [sys.executable, "-m", "pytest", "--pdb", "-p", "no:cacheprovider", "test_it.py"]
    text = at_a_terminal(command, tmp_path, told)
    assert "rerun: share([1, 0], 5, 'a'" in text
    assert "(0, 5)" in text


def at_a_terminal(command: list[str], folder: Path, told: str) -> str:
    """What is to be seen at the terminal where the command is run, and these lines are typed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder, DISPATCHED) | {"TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, told.encode())
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
    except OSError:  # the other end has closed
        pass
    process.wait(TIMEOUT_SECONDS)
    os.close(ours)
    return seen.decode()


# --- in this process ---


class Item:
    """Something whose lives can be counted."""


@functional
def refuse(items: list[Item], limit: int = 3) -> int:
    raise ValueError(limit)


@schedule
def refused(boxes: list[list[Item]]) -> Any:
    for box in boxes:
        try:
            refuse(box)
        except ValueError as error:
            return error
    return None


@pytest.mark.usefixtures("workers")
def test_the_arguments_are_in_the_frame_as_undecorated_and_live_as_long() -> None:
    error = refused([[Item()]])
    step = error.__traceback__.tb_next
    assert step.tb_frame.f_locals.keys() == {"items", "limit"}
    assert alive() == 1
    del error, step
    assert alive() == 0


def alive() -> int:
    gc.collect()
    return sum(type(one) is Item for one in gc.get_objects())


@pytest.mark.usefixtures("workers")
def test_arguments_that_are_gone_are_told() -> None:
    error = refused([[Item()]])
    traceback.clear_frames(error.__traceback__)
    assert alive() == 0
    with pytest.raises(
        NothingToRerun, match=r"refuse\(\) has failed with ValueError: 3, but its arguments"
    ):
        pydron_ng.rerun(error)


@pytest.mark.usefixtures("workers")
def test_the_exception_is_left_as_it_is() -> None:
    error = refused([[Item()]])
    assert (error.args, vars(error)) == ((3,), {})
    assert not hasattr(error, "__notes__")


def test_an_exception_of_another_kind_is_told_with_a_way_out() -> None:
    with pytest.raises(ValueError) as raised:
        int("x")
    with pytest.raises(NothingToRerun, match="did not come from a functional call\n  try: pdb"):
        pydron_ng.rerun(raised.value)
    with pytest.raises(NothingToRerun, match="has no traceback"):
        pydron_ng.rerun(ValueError("never raised"))


@functional
def refused_with(number: int) -> None:
    raise Speechless(number)


class Speechless(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


@schedule
def refusing(number: int) -> None:
    refused_with(number)


@pytest.mark.usefixtures("workers")
def test_arguments_and_exceptions_that_cannot_be_written_are_no_trouble(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pdb.post_mortem", lambda _: None)
    with pytest.raises(Speechless) as raised:
        refusing(10**5000)
    pydron_ng.rerun(raised.value)
    assert "refused_with(<int>)" in capsys.readouterr().out


def test_a_call_that_kills_its_process_is_not_made_again() -> None:
    lost = pydron_ng.errors.WorkerLost("crash(3) killed 3 workers")
    with pytest.raises(NothingToRerun, match="faulthandler"):
        pydron_ng.rerun(lost)


def test_without_any_exception_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("last_exc", "last_value"):
        monkeypatch.delattr(sys, name, raising=False)
    with pytest.raises(NothingToRerun, match="no exception is being handled"):
        pydron_ng.rerun()
