"""All that a developer starts, from a bare clone: ``python3 dev.py demo``, ``python3 dev.py test``.

Makes .venv beside this file if it is missing, installs what the command needs, hands over to nox.
Standard library only; noxfile.py says what each command does.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP_INSTALL: tuple[str | Path, ...] = (
    PYTHON,
    "-m",
    "pip",
    "install",
    "-qq",
    "--disable-pip-version-check",
)

LINT = ["style", "types", "layers"]

#: Command: the sessions of noxfile.py, the dependency groups of pyproject.toml, what it is for.
COMMANDS = {
    "demo": (["demo"], ["examples"], "the examples, sequential and scheduled, side by side"),
    "test": (
        ["tests"],
        ["test", "docs", "examples", "notebook"],
        "the test suite, without its long tier",
    ),
    "lint": (LINT, ["lint", "docs", "test", "examples"], "ruff, mypy and the layers"),
    "docs": (["docs"], ["docs"], "the documentation as a site, in site/"),
    "long": (
        ["long"],
        ["test", "docs", "examples", "notebook", "release"],
        "the whole test suite",
    ),
    "bench": (["bench"], ["test"], "the benchmarks"),
    "check": (
        [*LINT, "docs", "versions", "fuzz", "foreign", "halves"],
        ["lint", "docs", "test", "examples", "notebook"],
        "what has to pass before a change lands: lint, docs, tests, fuzz, foreign code, Pythons",
    ),
    "all": (
        [*LINT, "docs", "versions", "engines", "long", "bench"],
        ["lint", "docs", "test", "examples", "notebook", "release"],
        "everything there is",
    ),
}

NO_VENV = """\
dev.py: could not make the virtual environment .venv (message above).
  On Debian and Ubuntu the module is a package of its own: apt install python3-venv"""

NO_PIP = """\
dev.py: pip could not install what `{command}` needs (message above).
  Without a network, point pip to a mirror or to a folder of wheels and try again:
    PIP_INDEX_URL=https://mirror/simple python3 dev.py {command}
    PIP_NO_INDEX=1 PIP_FIND_LINKS=/folder/of/wheels python3 dev.py {command}
  If .venv is broken, remove it; it is made anew."""


def main(arguments: list[str]) -> int:
    """Exit status of the command named first; further arguments go to pytest."""
    if not arguments or arguments[0] not in COMMANDS:
        return _usage()
    command, *rest = arguments
    sessions, groups, _ = COMMANDS[command]
    _prepare(command, ["command", *groups])
    return _run(PYTHON, "-m", "nox", "--session", *sessions, *(["--", *rest] if rest else []))


def _usage() -> int:
    print("python3 dev.py <command>, one of:")
    for name, (_, _, purpose) in COMMANDS.items():
        print(f"  {name:<6} {purpose}")
    return 2


def _prepare(command: str, groups: list[str]) -> None:
    """Leave .venv with the package (editable) and these groups installed."""
    if not PYTHON.exists() and _run(sys.executable, "-m", "venv", VENV) != 0:
        sys.exit(NO_VENV)
    wanted = _requirements(groups)
    done = VENV / "installed" / hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]
    if done.exists():
        return
    print(f"dev.py: installing what `{command}` needs into .venv ...", flush=True)
    if _run(*PIP_INSTALL, *wanted, "--editable", ROOT) != 0:
        sys.exit(NO_PIP.format(command=command))
    done.parent.mkdir(exist_ok=True)
    done.touch()


def _requirements(groups: list[str]) -> list[str]:
    """All requirements of these groups and of the package itself.

    Read here because pip knows dependency groups only since 25.1.
    """
    import tomllib

    pyproject: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = pyproject["dependency-groups"]
    return sorted({*pyproject["project"]["dependencies"], *(r for g in groups for r in named[g])})


def _run(*command: str | Path) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit("dev.py: Python 3.11 or later is needed, this is " + sys.version.split()[0])
    sys.exit(main(sys.argv[1:]))
