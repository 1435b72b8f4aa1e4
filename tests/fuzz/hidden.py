"""What functional functions depend on besides their arguments, and what changes it."""

from __future__ import annotations

import atexit
import decimal
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from pydron_ng import functional
from tests.fuzz.objects import Scale

SETTING: Any = 3
TABLE: dict[str, Any] = {"factor": 5}
_VARIABLE = "PYDRON_FUZZ"
_HERE = Path.cwd()
#: Says to workers which folder it is: each process that runs programs has one of its own.
OF_FOLDER = "PYDRON_FUZZ_FOLDER"
if OF_FOLDER not in os.environ:
    os.environ[OF_FOLDER] = tempfile.mkdtemp(prefix="pydron-fuzz-")
    atexit.register(shutil.rmtree, os.environ[OF_FOLDER], ignore_errors=True)
#: Where programs write and read.
FOLDER = os.environ[OF_FOLDER]


@functional
def by_setting(n: Any) -> Any:
    return n * SETTING % 97


@functional
def by_table(n: Any) -> Any:
    return n * TABLE["factor"] % 97


@functional
def by_environment(n: Any) -> str:
    return f"{n} {os.environ.get(_VARIABLE)}"


@functional
def third(n: Any) -> str:
    return str(decimal.Decimal(int(n)) / 3)


@functional
def inverse(n: Any) -> float:
    return float(np.float64(1) / np.float64(n))


@functional
def printed(n: Any) -> str:
    return str(np.array([n, 1 / 3]))


@functional
def read_note(folder: str) -> str:
    return Path(folder, "note").read_text(encoding="utf-8")


@functional
def files_in(folder: str) -> int:
    return sum(name.endswith("txt") for name in os.listdir(folder))


@functional
def files_here() -> int:
    return sum(name.endswith("txt") for name in os.listdir("."))


def change(what: str, n: Any) -> Any:
    """Change one of these; returns `n`."""
    global SETTING
    match what:
        case "setting":
            SETTING = n
        case "table":
            TABLE["factor"] = n
        case "environment":
            os.environ[_VARIABLE] = str(n)
        case "decimal":
            decimal.getcontext().prec = 2 + int(abs(n)) % 5
        case "errors":
            np.seterr(divide="raise" if n % 2 else "ignore")
        case "printing":
            np.set_printoptions(precision=2 + int(abs(n)) % 5)
        case "warnings":
            warnings.simplefilter("error" if n % 2 else "always")
        case "class":
            Scale.turn(n)
        case _:
            raise LookupError(what)
    return n


def write_note(folder: str, n: Any) -> Any:
    """Over what was there: often as long as that was, and in the same moment."""
    Path(folder, "note").write_text(str(n), encoding="utf-8")
    return n


def add_file(folder: str, n: Any) -> Any:
    Path(folder, f"{n}.txt").touch()
    return n


def go(folder: str) -> None:
    """Into the folder, or back."""
    os.chdir(folder if Path.cwd() == _HERE else _HERE)


def reset() -> None:
    """All of it as it was; the folder holds a note only."""
    global SETTING
    SETTING = 3
    TABLE.clear()
    TABLE["factor"] = 5
    os.environ.pop(_VARIABLE, None)
    decimal.getcontext().prec = 28
    np.seterr(divide="warn")
    np.set_printoptions(precision=8)
    Scale.factor = 2
    os.chdir(_HERE)
    shutil.rmtree(FOLDER, ignore_errors=True)
    Path(FOLDER).mkdir(exist_ok=True)  # a call that nobody wants any more may still write there
    Path(FOLDER, "note").write_text("0", encoding="utf-8")
