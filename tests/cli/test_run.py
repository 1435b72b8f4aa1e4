"""``pydron run``: what python would have done with the script, workers and all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from pydron_ng.cli import main
from tests.scripts import ROOT, TIMEOUT_SECONDS, Ended, write

SHOWS = """
    import json, os, sys
    mine = {name: value for name, value in os.environ.items() if name.startswith("PYDRON")}
    about = [__name__, sys.argv, sys.path[0], sys.flags.optimize, mine, sys.stdin.read()]
    print(json.dumps(about))
"""
WHERE = """
    import os, threading
    from pydron_ng import functional, schedule

    @functional
    def where(n):
        return os.getpid(), threading.current_thread() is threading.main_thread()

    @schedule
    def survey(count):
        return [where(n) for n in range(count)]

    found = survey(40)
    print({pid == os.getpid() for pid, _ in found}, {is_main for _, is_main in found})
"""
ALL_SENT = {"inline": False, "workers": [{"type": "multicore", "cores": 1}]}


def python(
    folder: Path, *command: str, stdin: str = "", variables: Mapping[str, str] | None = None
) -> Ended:
    inherited = {name: os.environ[name] for name in ("PATH", "PYDRON_CACHE_DIR")}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "HOME": str(folder), **(variables or {})}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def pydron_run(folder: Path, *words: str, **more: object) -> Ended:
    return python(folder, "-m", "pydron_ng", "run", *words, **more)  # type: ignore[arg-type]


# --- as python does ---


@pytest.mark.parametrize(
    "command",
    [("script.py",), ("script.py", "-h", "--workers", "3", "--", "x"), ("-m", "script", "-m", "a")],
)
def test_the_script_sees_what_it_sees_under_python(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    write(tmp_path, SHOWS)
    by_python = python(tmp_path, *command, stdin="input")
    assert pydron_run(tmp_path, *command, stdin="input") == by_python
    assert by_python.status == 0


@pytest.mark.parametrize(
    "last", ["sys.exit(7)", "sys.exit('why')", "1 // 0", "os.abort()", "def f(:", "print('fine')"]
)
def test_output_traceback_and_exit_status_are_the_scripts(tmp_path: Path, last: str) -> None:
    script = f"import os, sys\nprint('said')\nprint('err', file=sys.stderr)\n{last}\n"
    (tmp_path / "script.py").write_text(script)
    assert pydron_run(tmp_path, "script.py") == python(tmp_path, "script.py")


def test_a_directory_and_standard_input_are_run_as_python_runs_them(tmp_path: Path) -> None:
    (tmp_path / "tool").mkdir()
    write(tmp_path / "tool", SHOWS, "__main__.py")
    for command, stdin in ((("tool", "a"), "x"), (("-", "a"), "print(__name__, 5)")):
        ended = pydron_run(tmp_path, *command, stdin=stdin)
        assert ended == python(tmp_path, *command, stdin=stdin)
        assert "__main__" in ended.out


def test_flags_of_the_interpreter_are_handed_on(tmp_path: Path) -> None:
    write(tmp_path, SHOWS)
    ended = python(tmp_path, "-O", "-m", "pydron_ng", "run", "script.py")
    assert json.loads(ended.out)[3] == 1


def test_a_signal_reaches_the_script_and_no_process_is_in_between(tmp_path: Path) -> None:
    write(tmp_path, "import os, signal; print(os.getpid(), flush=True); signal.pause()")
    command = [sys.executable, "-m", "pydron_ng", "run", "script.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == -signal.SIGTERM


# --- what is asked for ---


def variables_of(folder: Path, *options: str, inherited: Mapping[str, str] | None = None) -> object:
    write(folder, SHOWS)
    ended = pydron_run(folder, *options, "script.py", variables=inherited)
    assert ended.status == 0, ended.err
    found: dict[str, str] = json.loads(ended.out)[4]
    found.pop("PYDRON_CACHE_DIR")
    return found


def test_each_option_is_a_variable(tmp_path: Path) -> None:
    assert variables_of(tmp_path) == {}
    assert variables_of(tmp_path, "--off") == {"PYDRON": "off"}
    assert variables_of(tmp_path, "--check") == {"PYDRON_CHECK": "1"}
    assert variables_of(tmp_path, "--workers", "4") == {"PYDRON_WORKERS": "4"}
    assert variables_of(tmp_path, "--workers", "auto") == {"PYDRON_WORKERS": "auto"}
    assert variables_of(tmp_path, "--threads", "8") == {"PYDRON_WORKERS": "threads:8"}
    assert variables_of(tmp_path, "--progress") == {"PYDRON_PROGRESS": "1"}
    assert variables_of(tmp_path, "--no-progress") == {"PYDRON_PROGRESS": "0"}
    report = str(tmp_path / "r.html")
    assert variables_of(tmp_path, "--report", "r.html") == {"PYDRON_REPORT": report}


def test_a_configuration_goes_before_workers_that_a_variable_asks_for(tmp_path: Path) -> None:
    (tmp_path / "own.conf").write_text("{}")
    found = variables_of(tmp_path, "--config", "own.conf", inherited={"PYDRON_WORKERS": "3"})
    assert found == {"PYDRON_CONF": str(tmp_path / "own.conf"), "PYDRON_WORKERS": ""}


def test_calls_run_where_the_options_say(tmp_path: Path) -> None:
    write(tmp_path, WHERE)
    (tmp_path / "pydron.conf").write_text(json.dumps(ALL_SENT))
    assert pydron_run(tmp_path, "script.py").out == "{False} {True}\n"
    assert pydron_run(tmp_path, "--workers", "2", "script.py").out == "{False} {True}\n"
    assert pydron_run(tmp_path, "--threads", "2", "script.py").out == "{True} {False}\n"
    assert pydron_run(tmp_path, "--off", "script.py").out == "{True} {True}\n"


def test_check_tells_who_breaks_the_word(tmp_path: Path) -> None:
    write(tmp_path, WHERE)
    ended = pydron_run(tmp_path, "--check", "script.py")
    assert "where" in ended.err
    assert ended.out == "{True} {True}\n"


# --- what cannot be done ---

Refusal = Callable[..., str]


@pytest.fixture
def refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refusal:
    """Why nothing is run, with exit status 2; the script would leave a file."""
    monkeypatch.chdir(tmp_path)
    for name in ("PYDRON", "PYDRON_CONF", "PYDRON_WORKERS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "script.py").write_text("open('it-ran', 'w')")

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["run", *words])
        assert done.exit_code == 2
        assert not (tmp_path / "it-ran").exists()
        return done.stderr

    return run


def test_a_script_that_is_not_there_is_told_with_the_one_that_was_meant(refusal: Refusal) -> None:
    assert refusal("scirpt.py") == "Error: there is no file scirpt.py; did you mean script.py?\n"
    assert refusal("json").endswith("; there is a module\n  try: pydron run -m json\n")
    assert refusal("zzz") == "Error: there is no file zzz\n"
    os.mkdir("folder")
    assert "folder is a directory without __main__.py" in refusal("folder")


def test_a_module_that_is_not_there_is_told(refusal: Refusal) -> None:
    assert "there is no module nowhere:" in refusal("-m", "nowhere.at.all")
    assert refusal("-m", "script.py").endswith("  try: without -m: pydron run script.py\n")


def test_a_configuration_that_cannot_be_used_ends_it_before_it_begins(
    refusal: Refusal, tmp_path: Path
) -> None:
    assert (
        refusal("--config", "no.conf", "script.py") == "Error: there is no configuration no.conf\n"
    )
    (tmp_path / "pydron.conf").write_text('{"windw": 1, "inline": 3}')
    told = refusal("script.py")
    assert "$.windw: unknown key: expected" in told
    assert "$.inline: expected" in told


@pytest.mark.parametrize(
    "options, why",
    [
        (("--workers", "0"), "'0' is neither 1, 2, ... nor auto"),
        (("--threads", "many"), "'many' is neither"),
        (("--workers", "2", "--threads", "2"), "say one of them"),
        (("--off", "--workers", "2"), "--off leaves nothing"),
        (("--off", "--check"), "--off leaves nothing"),
        (("--report", "no/where.html"), "is no directory that you may write to"),
    ],
)
def test_options_that_make_no_sense_are_told(
    refusal: Refusal, options: tuple[str, ...], why: str
) -> None:
    assert why in refusal(*options, "script.py")


def test_workers_where_pydron_is_off_are_told(
    refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDRON", "off")
    assert "try: unset PYDRON" in refusal("--workers", "2", "script.py")
