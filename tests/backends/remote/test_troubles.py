"""Hosts that cannot be used: each is told with the place, the reason and a way out."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.backends.remote.landing import _unpack
from pydron_ng.backends.remote.luggage import pack
from pydron_ng.errors import WorkerLost
from tests.backends.rig import Rig, wait_until

LOCAL: dict[str, Any] = {"command": ["env"], "python": sys.executable}


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    """What the user is told of a host that is made with these keys; nobody joins."""

    def why(**keys: Any) -> str:
        rig = Rig(keys.pop("type", "command"), 1, **{**LOCAL, **keys})
        rig.backend.start(1, rig, rig.loop)
        rig.until(lambda: bool(rig.failures or rig.alive))
        rig.close()
        [(count, reason)] = rig.failures
        assert count == 1
        [record] = [r for r in caplog.records if r.name == "pydron_ng"]
        assert record.levelno == logging.WARNING
        assert record.getMessage().startswith(reason)
        caplog.clear()
        return record.getMessage()

    return why


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_not_there(told: Any) -> None:
    text, way_out = told(python="/nowhere/python3").splitlines()
    assert text.startswith("env: there is no /nowhere/python3 there: ")
    assert text.endswith("No such file or directory; env exited with status 127")
    assert way_out.startswith("  try: install Python there, or say where it is")


def test_a_command_that_is_not_there(told: Any) -> None:
    text = told(command=["no-such-command", "node1"])
    assert text.startswith("no-such-command node1: no-such-command cannot be started: No such file")


def test_a_python_of_another_minor_version(told: Any, tmp_path: Path) -> None:
    pretends = "import platform, code; platform.python_version = lambda: '3.8.1'; code.interact()"
    python = script(tmp_path / "python", f'exec {sys.executable} -u -c "{pretends}"')
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert told(python=python).splitlines() == [
        f"env: Python there is CPython 3.8.1, the program's is CPython {ours}",
        f'  try: install Python {ours} there and name it, such as "python": "python{ours}"',
    ]


def test_a_python_that_is_too_old_to_know_our_options(told: Any, tmp_path: Path) -> None:
    answers = 'test "$1" = -V && { echo Python 2.7.18 >&2; exit; }; echo Unknown option: -P >&2'
    assert "Python there is 2.7.18, the program's" in told(
        python=script(tmp_path / "python", f"{answers}; exit 2")
    )


def test_a_host_that_says_nothing(told: Any) -> None:
    text = told(command=["sh", "-c", "sleep 1000", "sh"], timeout_seconds=0.3)
    assert "Python there did not answer within 0.3 s" in text


def test_a_tmp_dir_that_is_not_there(told: Any) -> None:
    assert told(tmp_dir="/nowhere").splitlines() == [
        "env: cannot write to /nowhere: No such file or directory",
        '  try: make room there, or name another directory as "tmp_dir"',
    ]


def test_a_tilde_in_tmp_dir_is_the_home_of_the_host_not_of_the_program(told: Any) -> None:
    host = ["env", "HOME=/home-of-the-host"]
    assert told(command=host, tmp_dir="~/scratch").splitlines()[0] == (
        "env HOME=/home-of-the-host: cannot write to /home-of-the-host/scratch:"
        " No such file or directory"
    )


def test_a_tmp_dir_that_others_have_prepared(told: Any, tmp_path: Path) -> None:
    ours = tmp_path / f"pydron-{os.getuid()}"
    ours.mkdir(mode=0o755)
    assert f"{ours} is not a directory that only you may use" in told(tmp_dir=str(tmp_path))


def test_a_full_disk(told: Any, tmp_path: Path) -> None:
    namespace = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "-r", "--mount"]
    mounting = 'mount -t tmpfs -o size=100k none "$0" && exec "$@"'
    text = told(command=[*namespace, "sh", "-c", mounting, str(tmp_path)], tmp_dir=str(tmp_path))
    assert f"cannot write to {tmp_path}: No space left on device" in text


def test_packages_that_are_required_and_not_there(told: Any) -> None:
    text = told(requirements=["no-such-package>=1", "cloudpickle>=99"])
    assert "does not have what is required: no-such-package>=1, cloudpickle>=99" in text
    assert "there: no-such-package is not installed, cloudpickle" in text
    assert "-m pip install 'no-such-package>=1' 'cloudpickle>=99'" in text
    assert "  try: run there: /" in text


def with_numpy(folder: Path, version: str) -> list[str]:
    """Leads to a host on which pip knows that numpy."""
    package = folder / f"numpy-{version}.dist-info"
    package.mkdir()
    (package / "METADATA").write_text(f"Name: numpy\nVersion: {version}\n")
    return ["env", f"PYTHONPATH={folder}"]


def test_another_version_of_a_package_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import numpy as np

    rig = Rig("command", 1, **{**LOCAL, "command": with_numpy(tmp_path, "0.1")}).start()
    assert rig.call(b"echo", b"here") == (b"here",)
    rig.close()
    assert caplog.text.count(f"numpy is 0.1 there, {np.__version__} here; results may differ") == 1


def test_another_version_of_a_package_is_refused_where_that_is_wanted(
    told: Any, tmp_path: Path
) -> None:
    import numpy as np

    text = told(command=with_numpy(tmp_path, "0.1"), versions="strict")
    why = f'numpy is 0.1 there, {np.__version__} here, and "versions" is "strict"'
    assert text.startswith(f"env PYTHONPATH={tmp_path}: {why}\n  try: run there: ")
    assert text.endswith(f"-m pip install numpy=={np.__version__}")


def test_what_shells_say_before_is_passed_over() -> None:
    noisy = ["sh", "-c", 'echo Welcome; head -c 100000 /dev/zero; exec "$@"', "sh"]
    rig = Rig("command", 1, **{**LOCAL, "command": noisy}).start()
    assert rig.call(b"echo", b"here") == (b"here",)
    rig.close()


# --- what becomes of the program ---


@functional
def square(x: int) -> int:
    return x * x


@schedule
def squares() -> list[int]:
    return [square(x) for x in range(8)]


def test_other_hosts_go_on(caplog: pytest.LogCaptureFixture) -> None:
    workers = [
        {"type": "command", "command": ["no-such-command"], "cores": 1},
        {"type": "command", "cores": 1, **LOCAL},
    ]
    with pydron_ng.configure(workers=workers, inline=False):
        assert squares() == [x * x for x in range(8)]
    assert caplog.text.count("no-such-command cannot be started") == 1


def test_where_no_host_can_be_had_the_program_does_all_itself() -> None:
    worker = {"type": "command", "command": ["no-such-command"], "cores": 1}
    with pydron_ng.configure(workers=[worker], inline=False):
        assert squares() == [x * x for x in range(8)]


@schedule
def more_squares() -> list[int]:
    return [square(x) for x in range(8)]


def test_without_a_host_that_is_required_nothing_is_done() -> None:
    workers = [
        {"type": "command", "command": ["no-such-command"], "cores": 1, "required": True},
        {"type": "command", "cores": 1, **LOCAL},
    ]
    with (
        pydron_ng.configure(workers=workers, inline=False),
        pytest.raises(WorkerLost, match=r"no-such-command cannot be started[^\0]*try: install it"),
    ):
        more_squares()


@schedule
def logged_squares(log: list[str]) -> list[int]:
    log.append("begun")
    return [square(x) for x in range(8)]


LACKING: dict[str, dict[str, Any]] = {
    "cannot be started": {"command": ["no-such-command"]},
    "does not have what is required: numpy>=999": {"requirements": ["numpy>=999"]},
}


@pytest.mark.parametrize("why", LACKING)
@pytest.mark.parametrize("inline", ["auto", False])
def test_a_host_that_is_required_is_missed_before_anything_is_done(why: str, inline: Any) -> None:
    required = {"type": "command", "cores": 1, "required": True, **LOCAL, **LACKING[why]}
    workers = [required, {"type": "command", "cores": 1, **LOCAL}]
    log: list[str] = []
    with pydron_ng.configure(workers=workers, inline=inline):
        for _ in range(2):  # the next one is not made either
            with pytest.raises(WorkerLost, match=why):
                logged_squares(log)
    assert not log


def test_where_a_host_that_is_required_comes_work_begins() -> None:
    log: list[str] = []
    worker = {"type": "command", "cores": 1, "required": True, **LOCAL}
    with pydron_ng.configure(workers=[worker]):
        assert logged_squares(log) == [x * x for x in range(8)]
    assert log == ["begun"]


@functional
def root(x: float) -> float:
    import numpy as np

    return float(np.sqrt(x))


@schedule
def roots() -> list[float]:
    return [root(x) for x in (4.0, 9.0, 16.0)]


def test_a_package_that_a_host_lacks_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    import numpy as np

    bare = f"{os.path.realpath(sys.executable)} -S"
    worker = {"type": "command", "command": ["env"], "python": bare, "cores": 1}
    with pydron_ng.configure(workers=[worker], inline=False):
        assert roots() == [2.0, 3.0, 4.0]
    assert caplog.text.count("numpy is not installed there") == 1
    assert f"-m pip install numpy=={np.__version__}" in caplog.text


# --- the program's own modules ---

PROGRAM = """
import sys
import pydron_ng
import steps
from package.inner import tail

@pydron_ng.schedule
def main():
    return [steps.step(x) for x in range(5)], [tail(x) for x in range(5)]

worker = {"type": "command", "command": ["env", "-C", "/"], "python": sys.executable, "cores": 1}
taken = []
pydron_ng.on_event(lambda event: taken.append(type(event).__name__))
with pydron_ng.configure(workers=[worker], inline=False):
    print(main(), "Taken" in taken)
"""

STEPS = """
from pydron_ng import functional
from package import inner

@functional
def step(x):
    return inner.FACTOR * x
"""

INNER = """
from pydron_ng import functional
FACTOR = {factor}

@functional
def tail(x):
    from package import deep
    return deep.VALUE - x
"""


def run(folder: Path) -> str:
    here = Path(__file__).parents[3]
    return subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(here)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_modules_of_the_program_travel_and_edited_ones_are_seen_by_the_next_run(
    tmp_path: Path,
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "steps.py").write_text(STEPS)
    (tmp_path / "package" / "deep.py").write_text("VALUE = 100")
    (tmp_path / "package" / "inner.py").write_text(INNER.format(factor=2))
    assert run(tmp_path) == "([0, 2, 4, 6, 8], [100, 99, 98, 97, 96]) True"
    (tmp_path / "package" / "inner.py").write_text(INNER.format(factor=30))
    assert run(tmp_path) == "([0, 30, 60, 90, 120], [100, 99, 98, 97, 96]) True"


def test_what_was_unpacked_is_used_again_and_mended_if_somebody_tidied_up(tmp_path: Path) -> None:
    def once(**more: Any) -> None:
        rig = Rig("command", 1, **{**LOCAL, "tmp_dir": str(tmp_path), **more}).start()
        assert rig.call(b"echo", b"here") == (b"here",)
        rig.close()

    once()
    [home] = tmp_path.iterdir()
    assert home.stat().st_mode & 0o777 == 0o700
    [folder] = home.iterdir()
    before = folder.stat().st_ino
    once()
    assert folder.stat().st_ino == before
    (folder / "pydron_ng" / "errors.py").unlink()
    (home / "old").mkdir()
    os.utime(home / "old", (0, 0))
    once()
    assert (folder / "pydron_ng" / "errors.py").exists()
    assert not (home / "old").exists()
    once(keep=False)
    assert not list(home.iterdir())


def test_what_is_not_to_be_kept_is_removed_by_the_last_one_that_uses_it(tmp_path: Path) -> None:
    def one() -> Rig:
        return Rig("command", 1, **{**LOCAL, "tmp_dir": str(tmp_path)}, keep=False, kept_mb=0)

    first, second = one().start(), one().start()
    [home] = tmp_path.iterdir()
    first.close()
    [folder] = home.iterdir()
    assert (folder / "pydron_ng" / "errors.py").exists()
    os.kill(int(second.call(b"ids")[0].split()[1]), signal.SIGKILL)  # the launcher
    second.until(lambda: not second.alive)
    second.start()
    assert second.call(b"echo", b"again") == (b"again",)
    second.close()
    wait_until(lambda: not list(home.iterdir()))


def test_what_another_one_has_unpacked_meanwhile_is_left_alone(tmp_path: Path) -> None:
    parcel, folder = pack().parcel(), tmp_path / "digest"
    _unpack(parcel, str(tmp_path), str(folder))
    first = folder.stat().st_ino
    _unpack(parcel, str(tmp_path), str(folder))
    assert folder.stat().st_ino == first
    assert list(tmp_path.iterdir()) == [folder]
