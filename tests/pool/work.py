"""What the workers of these tests do."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydron_ng import report

_STEP_SECONDS = 0.002


def wait_until(holds: Callable[[], object]) -> None:
    """Look again and again."""
    while not holds():
        time.sleep(_STEP_SECONDS)


def double(x: Any) -> Any:
    return 2 * x


def add(x: int, y: int = 0) -> int:
    return x + y


def pid(_: object = None) -> int:
    return os.getpid()


def pid_and_thread() -> tuple[int, int]:
    return os.getpid(), threading.get_ident()


def fail(x: object) -> None:
    raise ValueError(x)


def fail_if_odd(x: int) -> int:
    if x % 2:
        raise ValueError(x)
    return x


def stop_at_two(x: int) -> int:
    if x == 2:
        raise StopIteration
    return x


def note(path: Path, text: str) -> None:
    """One more line, whole, whoever else writes there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def hold(begun: Path, until: Path | None = None) -> str:
    """Tell that it has begun, then wait for the other file; for ever without one."""
    note(begun, str(os.getpid()))
    wait_until(lambda: until is not None and until.exists())
    return "released"


def hold_first(x: int, until: Path) -> int:
    if x == 0:
        wait_until(until.exists)
    return x


def die(way: str, begun: Path | None = None) -> None:
    if begun is not None:
        note(begun, way)
    if way == "exit":
        os._exit(3)
    if way == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    ctypes.string_at(0)


def die_unless(path: Path) -> str:
    """Dies once."""
    if not path.exists():
        path.touch()
        os._exit(3)
    return "alive"


def say(text: str) -> str:
    print(text)
    print(f"{text}!", file=sys.stderr)
    return text


class Unreadable(Exception):
    """Can be written, not read."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


class Frozen(Exception):
    """Forbids that its attributes are set."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


class Exploding:
    """Ends who reads it."""

    def __reduce__(self) -> Any:
        return sys.exit, ("read",)


def raise_unreadable() -> None:
    raise Unreadable(1, 2)


def raise_frozen() -> None:
    raise Frozen("cold")


def explode() -> Exploding:
    return Exploding()


def make_generator() -> Iterator[int]:
    yield 1


def give_generator() -> Iterator[int]:
    return make_generator()


def change(array: Any) -> Any:
    array += 1
    return array


async def meet(folder: Path, number: int, together: int) -> int:
    """Returns when so many are there at once."""
    (folder / str(number)).touch()
    while len(os.listdir(folder)) < together:  # noqa: ASYNC110  others are elsewhere
        await asyncio.sleep(_STEP_SECONDS)
    return number


async def double_later(x: int) -> int:
    await asyncio.sleep(0)
    return 2 * x


async def hold_async(begun: Path) -> None:
    note(begun, "begun")
    try:
        await asyncio.Event().wait()
    finally:
        note(begun, "ended")


def say_all_ways(text: str) -> None:
    """By Python, by a program, by C, by a process that was forked, and by Python again."""
    print(f"{text}1")
    subprocess.run(["sh", "-c", f"echo {text}2; echo {text}! >&2"], check=True)
    ctypes.CDLL(None).printf(f"{text}3\n".encode())
    if not (child := os.fork()):
        print(f"{text}4")
        os._exit(0)
    os.waitpid(child, 0)
    subprocess.run(["echo", f"{text}5"], stdout=sys.stdout, check=True)
    sys.stdout.buffer.write(f"{text}6\n".encode())
    print(f"{text}7")


def say_bytes(text: str) -> None:
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()


def say_and_fail_if_odd(x: int) -> int:
    subprocess.run(["echo", str(x)], check=True)
    return fail_if_odd(x)


def leave_a_talker(path: Path) -> None:
    """A program that prints when the file is there, and then says so."""
    script = f"while ! test -e {path}; do sleep 0.01; done; echo late; touch {path}.done"
    subprocess.Popen(["sh", "-c", script])


def touch_and_wait(path: Path, other: Path) -> None:
    path.touch()
    wait_until(other.exists)


def print_by_halves(character: str) -> None:
    """The first byte by a program, the others by another one."""
    first, *others = character.encode()
    for part in (bytes([first]), bytes(others)):
        os.write(1, part)
        print(end="")


async def say_async(text: str) -> None:
    print(text)
    await asyncio.sleep(0)
    print(text)


def report_each(values: list[Any]) -> str:
    for value in values:
        report(value)
    return "done"


def report_until(path: Path) -> int:
    """Again and again, how often, until the file is there; the last number."""
    number = 0
    while True:
        number += 1
        report(number)
        if path.exists():
            return number


def report_and_die_once(path: Path) -> str:
    report("begun")
    return die_unless(path)


def report_from_a_thread(value: object) -> None:
    thread = threading.Thread(target=report, args=(value,))
    thread.start()
    thread.join()


def report_from_a_fork(value: object) -> int:
    child = os.fork()
    if not child:
        report("from the fork")
        os._exit(0)
    report(value)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def report_in_turns(value: str, times: int) -> str:
    for number in range(times):
        report(f"{value}{number}")
        await asyncio.sleep(0)
    return value


def clean_up(path: Path) -> None:
    note(path, str(os.getpid()))


def hang_for_ever(*_: object) -> None:
    while True:
        time.sleep(_STEP_SECONDS)


def upper(name: str, into: str) -> str:
    """The directory that this is done in."""
    output = Path(into)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(Path(name).read_text().upper())
    return os.getcwd()


def listed() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*"))


def write_and(way: str, begun: Path) -> None:
    """Leave a file, and tell where, before something happens."""
    Path("out.txt").write_text("half of it")
    note(begun, os.getcwd())
    if way == "raise":
        raise ValueError(way)
    if way == "exit":
        os._exit(3)
    wait_until(lambda: way != "hold")


def link(target: str, name: str) -> None:
    Path(name).symlink_to(target)


def make_pipe(name: str) -> None:
    os.mkfifo(name)


def make_large(size: int) -> None:
    Path("large").write_bytes(bytes(size))


def remove_all_rights() -> None:
    Path("closed").mkdir()
    Path("closed", "file").touch()
    Path("closed").chmod(0)


def run_script() -> str:
    return subprocess.run(["./script"], capture_output=True, text=True, check=True).stdout


def behave(number: int, way: str, folder: Path) -> int:
    """Notes that it was made, then ends in one way or another."""
    note(folder / "made", str(number))
    if way == "die":
        os._exit(1)
    if way == "raise":
        raise ValueError(number)
    wait_until(lambda: way != "hang")
    wait_until(lambda: way != "gate" or (folder / "open").exists())
    return number
