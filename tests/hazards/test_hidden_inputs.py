"""Functions that depend on more than their arguments: what was there when the call came counts.

Run-ahead has made most of these calls before the statement that changes what they look at.
"""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydron_ng import functional, schedule
from pydron_ng.testing import assert_equivalent
from tests.programs.work import spin

LIMIT = 1


# --- functions that look around ---


@functional
def load(path: str) -> str:
    spin(100)
    return Path(path).read_text(encoding="utf-8")


@functional
def names(folder: str) -> list[str]:
    return sorted(os.listdir(folder))


@functional
def scanned(folder: str) -> list[tuple[str, bool]]:
    with os.scandir(folder) as entries:
        return sorted((entry.name, entry.is_dir()) for entry in entries)


@functional
def matching(folder: str) -> list[str]:
    return sorted(glob.glob("*.txt", root_dir=folder))


@functional
def below(folder: str) -> list[str]:
    return sorted(os.path.relpath(path, folder) for path in Path(folder).rglob("*"))


@functional
def is_there(path: str) -> tuple[bool, bool, bool, bool]:
    return os.path.exists(path), os.path.isfile(path), Path(path).exists(), os.access(path, os.R_OK)


@functional
def size(path: str) -> tuple[int, int]:
    return os.path.getsize(path), Path(path).stat().st_size


@functional
def is_link(path: str) -> tuple[bool, bool, bool]:
    return os.path.islink(path), os.path.lexists(path), Path(path).is_symlink()


@functional
def linked(path: str) -> str:
    return os.path.basename(os.path.realpath(path))


@functional
def size_here() -> int:
    return len(Path("data").read_text(encoding="utf-8"))


@functional
def printed(n: int) -> str:
    return str(np.array([n, 1 / 3]))


@functional
def setting(name: str) -> str | None:
    return os.environ.get(name)


@functional
def limited(n: int) -> int:
    return min(n, LIMIT)


@functional
def count_rows(path: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("select count(*) from t").fetchone()[0]
    finally:
        connection.close()


@functional
def said_by_child(path: str) -> bytes:
    return subprocess.run([sys.executable, "-S", "-c", _CAT, path], capture_output=True).stdout


_CAT = "import sys; print(open(sys.argv[1]).read())"


@functional
def read_by_c(path: str) -> int:
    libc = ctypes.CDLL(None)
    descriptor = libc.open(os.fsencode(path), os.O_RDONLY)
    buffer = ctypes.create_string_buffer(100)
    count = libc.read(descriptor, buffer, 100)
    libc.close(descriptor)
    return count


@functional
def asked(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        return connection.recv(10)


@functional(reads=True)
def unseen(path: str) -> int:
    libc = ctypes.PyDLL(None)
    descriptor = libc.open(os.fsencode(path), os.O_RDONLY)
    return libc.lseek(descriptor, 0, os.SEEK_END) + 0 * libc.close(descriptor)


# --- statements that change what they look at ---


def fresh(folder: str) -> str:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def write(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="utf-8")


def remove(path: str) -> None:
    os.remove(path)


def replace(path: str, text: str) -> None:
    write(path + ".new", text)
    os.replace(path + ".new", path)


def overwritten_unnoticed(path: str, text: str) -> None:
    """As long as before, and its time put back."""
    before = os.stat(path)
    write(path, text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@schedule
def download_then_load(folder: str) -> list[str]:
    fresh(folder)
    loaded = []
    for n in range(6):
        write(f"{folder}/data", str(n))
        loaded.append(load(f"{folder}/data"))
    return loaded


@schedule
def download_all_then_load(folder: str) -> list[str]:
    fresh(folder)
    for n in range(6):
        write(f"{folder}/{n}", str(n))
    loaded = [load(f"{folder}/{n}") for n in range(6)]
    write(f"{folder}/3", "9")
    return [*loaded, *[load(f"{folder}/{n}") for n in range(6)]]


@schedule
def other_ways_to_change(folder: str) -> list[Any]:
    path = f"{fresh(folder)}/data"
    results: list[Any] = []
    for change in write, overwritten_unnoticed, replace, write:
        if change is overwritten_unnoticed or results:
            change(path, f"{len(results):03}")
        else:
            write(path, "abc")
        results += [load(path), load(path)]
    remove(path)
    results.append(is_there(path))
    return results


@schedule
def missing_then_there(folder: str) -> list[Any]:
    """Tasks that have failed, because the file was not there yet, are not believed."""
    path = f"{fresh(folder)}/data"
    results: list[Any] = [is_there(path)]
    for n in range(4):
        write(path, "x" * n)
        results += [load(path), is_there(path), size(path)]
        remove(path)
        results.append(is_there(path))
        try:
            results.append(load(path))
        except FileNotFoundError as error:
            results.append(error.errno)
    return results


@schedule
def listing(folder: str) -> list[Any]:
    fresh(folder)
    results: list[Any] = []
    for n in range(4):
        results += [names(folder), scanned(folder), matching(folder), below(folder)]
        write(f"{folder}/{n}.txt", "")
        if n == 2:
            fresh(f"{folder}/below")
    return results


@schedule
def links(folder: str) -> list[Any]:
    fresh(folder)
    results: list[Any] = []
    for n in range(4):
        write(f"{folder}/{n}", str(n))
        if n:
            remove(f"{folder}/link")
        os.symlink(f"{folder}/{n}", f"{folder}/link")
        results += [linked(f"{folder}/link"), load(f"{folder}/link")]
    return results


@schedule
def links_to_nowhere(folder: str) -> list[Any]:
    path = f"{fresh(folder)}/link"
    results: list[Any] = []
    for n in range(3):
        results.append(is_link(path))
        os.symlink(f"nowhere{n}", path)
        results += [is_link(path), linked(path)]
        remove(path)
    return results


@schedule
def working_directory(folder: str) -> list[int]:
    home = os.getcwd()
    results = []
    for n in range(4):
        fresh(f"{folder}/{n}")
        write(f"{folder}/{n}/data", "x" * n)
        os.chdir(f"{folder}/{n}")
        results.append(size_here())
    os.chdir(home)
    return results


@schedule
def environment(name: str) -> list[str | None]:
    results = []
    for n in range(4):
        results.append(setting(name))
        os.environ[name] = str(n)
        results.append(setting(name))
    del os.environ[name]
    return results


@schedule
def printing(numbers: list[int]) -> list[str]:
    results = []
    for n in numbers:
        results.append(printed(n))
        np.set_printoptions(precision=n)
        results.append(printed(n))
        np.set_printoptions(formatter={"float": f"{{:.{n}e}}".format})
        results.append(printed(n))
        np.set_printoptions(formatter=None, precision=8)
    return results


@schedule
def module_globals(numbers: list[int]) -> list[int]:
    global LIMIT
    results = []
    for n in numbers:
        results.append(limited(n))
        LIMIT = n
        results.append(limited(2 * n))
    LIMIT = 1
    return results


@schedule
def closures(numbers: list[int]) -> list[int]:
    scale = 1

    @functional
    def scaled(n: int) -> int:
        return n * scale

    def rescale() -> None:
        nonlocal scale
        scale += 1

    results = []
    for n in numbers:
        results.append(scaled(n))
        rescale()
    return results


@schedule
def database(folder: str) -> list[int]:
    path = f"{fresh(folder)}/db"
    connection = sqlite3.connect(path)
    connection.execute("create table t (n)")
    results = []
    for n in range(4):
        connection.execute("insert into t values (?)", (n,))
        connection.commit()
        results.append(count_rows(path))
    connection.close()
    return results


@schedule
def children(folder: str) -> list[bytes]:
    path = f"{fresh(folder)}/data"
    results = []
    for n in range(2):
        write(path, str(n))
        results.append(said_by_child(path))
    return results


@schedule
def libraries(folder: str) -> list[int]:
    path = f"{fresh(folder)}/data"
    results = []
    for n in range(4):
        write(path, "x" * n)
        results.append(read_by_c(path))
    return results


@schedule
def declared(folder: str) -> list[int]:
    path = f"{fresh(folder)}/data"
    results = []
    for n in range(4):
        write(path, "x" * n)
        results += [unseen(path), unseen(path)]
    return results


IN_A_FOLDER = [
    download_then_load,
    download_all_then_load,
    other_ways_to_change,
    missing_then_there,
    listing,
    links,
    links_to_nowhere,
    working_directory,
    database,
    children,
    libraries,
    declared,
]


@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("program", IN_A_FOLDER)
def test_what_is_on_disk_when_the_call_comes_counts(
    program: Callable[[str], Any], tmp_path: Path
) -> None:
    assert_equivalent(program, f"{tmp_path}/work")


@pytest.mark.usefixtures("workers")
def test_what_the_program_has_set_when_the_call_comes_counts() -> None:
    assert_equivalent(environment, "PYDRON_NG_TEST")
    assert_equivalent(printing, [1, 5, 3])
    assert_equivalent(module_globals, [1, 5, 3])
    assert_equivalent(closures, [1, 5, 3])


@functional
def place_and_size(path: str) -> tuple[int, int]:
    return os.getpid(), os.path.getsize(path) + len(Path(path).read_text(encoding="utf-8"))


@functional(reads=True)
def place(_n: int) -> int:
    return os.getpid()


@schedule
def places(paths: list[str]) -> list[Any]:
    return [place_and_size(path)[0] for path in paths] + [place(n) for n in range(3)]


@pytest.mark.usefixtures("processes")
def test_calls_that_read_are_taken_while_nothing_changes(tmp_path: Path) -> None:
    paths = [str(tmp_path / str(n)) for n in range(3)]
    for path in paths:
        write(path, "abc")
    assert os.getpid() not in places(paths)[:3]


@functional
def with_temporary_files(n: int) -> tuple[int, bool, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scratch"
        path.write_text("x" * n, encoding="utf-8")
        return os.getpid(), path.exists(), len(path.read_text(encoding="utf-8"))


@schedule
def scratching(numbers: range) -> list[tuple[int, bool, int]]:
    return [with_temporary_files(n) for n in numbers]


@pytest.mark.usefixtures("processes")
def test_files_that_a_call_makes_for_itself_do_not_count() -> None:
    for n, (process, there, size) in enumerate(scratching(range(4))):
        assert process != os.getpid()
        assert there
        assert size == n
