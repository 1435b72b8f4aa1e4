"""What each developer's command does; ``python3 dev.py <command>`` starts these from a bare clone.

Sessions run in the environment that nox itself runs in; ``versions`` makes one per Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["style", "types", "layers", "tests"]

PYTHON = sys.executable
#: What the other Pythons run: whole programs, and what depends on the language's version.
PROGRAMS = ["tests/programs", "tests/hazards", "tests/values"]
OTHERS = ["3.12", "3.13"]
#: Tests that mostly wait for servers, networks and other programs.
ELSEWHERE = ["tests/backends", "tests/cli", "tests/docs"]
GROUPS = nox.project.load_toml("pyproject.toml")["dependency-groups"]


def offer(version: str) -> str:
    """`version`; it is found from now on where pyenv keeps it, too."""
    command = shutil.which(f"python{version}")
    if command is None or not runs(command):
        places = sorted(Path.home().glob(f".pyenv/versions/{version}*/bin"))
        os.environ["PATH"] = os.pathsep.join([*map(str, places), os.environ["PATH"]])
    return version


def runs(command: str) -> bool:
    """Whether it is an interpreter, and not a stand-in of pyenv's for one that is switched off."""
    return subprocess.run([command, "-c", ""], check=False, capture_output=True).returncode == 0


@nox.session
def style(session: nox.Session) -> None:
    """Rules and format of the code."""
    session.run(PYTHON, "-m", "ruff", "check", "--output-format=concise", ".")
    session.run(PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict types, in the package and in its tests."""
    session.run(PYTHON, "-m", "mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """Lower layers know nothing of higher ones."""
    session.run(str(Path(PYTHON).with_name("lint-imports")))


@nox.session
def docs(session: nox.Session) -> None:
    """The site of docs/; what is wrong in it, or is fetched from elsewhere, is an error."""
    quiet = {"NO_MKDOCS_2_WARNING": "1"}
    session.run(PYTHON, "-m", "mkdocs", "build", "--strict", *session.posargs, env=quiet)
    session.run(PYTHON, "-m", "tools.site.offline", "site")


def side_by_side(session: nox.Session, commands: Sequence[Sequence[str]]) -> None:
    """Run these at the same time; what each has said is printed when all are done."""
    with ExitStack() as stack:
        logs = [stack.enter_context(TemporaryFile()) for _ in commands]
        runs = [
            subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
            for command, log in zip(commands, logs, strict=True)
        ]
        failed = [run.wait() for run in runs]
        for log in logs:
            log.seek(0)
            print(log.read().decode(errors="replace"), flush=True)
    if any(failed):
        session.error(f"{sum(map(bool, failed))} of {len(runs)} have failed")


@nox.session
def tests(session: nox.Session) -> None:
    """The test suite without its long tier."""
    session.run(PYTHON, "-m", "pytest", *session.posargs)


@nox.session
def halves(session: nox.Session) -> None:
    """The same, in two runs side by side: tests of workers elsewhere mostly wait for these."""
    run = [PYTHON, "-m", "pytest", *session.posargs]
    rest = [f"--ignore={folder}" for folder in ELSEWHERE]
    side_by_side(session, [[*run, *ELSEWHERE], [*run, *rest]])


@nox.session
def long(session: nox.Session) -> None:
    """The whole test suite, the wheel in a clean environment included."""
    patient = ("-o", "faulthandler_timeout=1200")  # some of it takes minutes
    session.run(PYTHON, "-m", "pytest", "-m", "long or not long", *patient, *session.posargs)


@nox.session
def versions(session: nox.Session) -> None:
    """Programs and the language on the other versions of Python, side by side."""
    rest = ["--", *session.posargs] if session.posargs else []
    run = [PYTHON, "-m", "nox", "--session"]
    side_by_side(session, [[*run, f"version-{name}", *rest] for name in OTHERS])


@nox.session(venv_backend="venv", python=[offer(version) for version in OTHERS], reuse_venv=True)
def version(session: nox.Session) -> None:
    """Programs and the language on another version of Python, with every call dispatched."""
    session.install("--quiet", "--editable", ".", *GROUPS["test"])
    chosen = ["-k", "not threads-inline and not multicore-inline"]
    session.run("python", "-m", "pytest", *PROGRAMS, *chosen, *session.posargs)


@nox.session(venv_backend="venv", reuse_venv=True)
def engines(session: nox.Session) -> None:
    """Workers on Ray, in an environment of its own."""
    session.install("--quiet", "--editable", ".", *GROUPS["test"], *GROUPS["engines"])
    session.run("python", "-m", "pytest", "tests/backends/test_ray.py", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """2,000 random programs; posargs such as --programs 20000 --seed 7 --record results."""
    session.run(PYTHON, "-m", "tests.fuzz", "--programs", "2000", "--jobs", "2", *session.posargs)


@nox.session
def foreign(session: nox.Session) -> None:
    """A package that others wrote, all of it decorated, under its own tests; posargs: others."""
    session.run(PYTHON, "-m", "tests.foreign", *(session.posargs or ["toolz"]))


@nox.session
def demo(session: nox.Session) -> None:
    """The examples: both times, and whether the results are the same."""
    session.run(PYTHON, "examples/demo.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks."""
    session.run(PYTHON, "-m", "benchmarks", *session.posargs)
