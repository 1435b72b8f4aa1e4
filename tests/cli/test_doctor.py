"""``pydron doctor``: every place is looked at, and whoever reads it knows what to do."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pydron_ng.backends import registry
from pydron_ng.cli import main
from tests.backends.clouds.ec2 import Ec2
from tests.backends.rig import wait_until
from tests.backends.sshd import Server

Run = Callable[..., Result]
LOCAL: dict[str, Any] = {"type": "command", "command": ["env"], "python": sys.executable}


@pytest.fixture
def doctor(tmp_path: Path) -> Run:
    """Run it with these workers in its configuration."""

    def run(*workers: dict[str, Any], options: tuple[str, ...] = ()) -> Result:
        path = tmp_path / "workers.conf"
        path.write_text(json.dumps({"workers": workers}))
        return CliRunner().invoke(main, ["doctor", "--config", str(path), *options])

    return run


@pytest.fixture
def places(doctor: Run) -> Callable[..., list[dict[str, Any]]]:
    """What it tells other programs of these workers, place by place."""

    def told(*workers: dict[str, Any], options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        done = doctor(*workers, options=("--json", *options))
        report = json.loads(done.stdout)
        assert report["ok"] == (done.exit_code == 0)
        found: list[dict[str, Any]] = report["places"]
        return found

    return told


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


def over_ssh(server: Server, **more: Any) -> dict[str, Any]:
    return {"type": "ssh", "python": sys.executable, **server.keys, **more}


def texts(findings: list[dict[str, str]]) -> str:
    return "\n".join(f"{finding['what']} | {finding['way_out']}" for finding in findings)


def other_numpy(folder: Path, version: str = "0.1") -> dict[str, Any]:
    """A host on which pip knows another numpy than here."""
    package = folder / f"numpy-{version}.dist-info"
    package.mkdir()
    (package / "METADATA").write_text(f"Name: numpy\nVersion: {version}\n")
    return {**LOCAL, "command": ["env", f"PYTHONPATH={folder}"]}


def test_every_kind_of_worker_is_looked_at(places: Any, server: Server) -> None:
    kinds: list[dict[str, Any]] = [
        {"type": "multicore", "cores": 3},
        {"type": "threads"},
        LOCAL,
        over_ssh(server),
    ]
    found = places(*kinds)
    assert [place["type"] for place in found] == ["multicore", "threads", "command", "ssh"]
    for place in found:
        assert place["ok"]
        assert place["latency_ms"] > 0
        assert place["facts"]["python"] == sys.version.split()[0]
        assert place["facts"]["cores"] >= 1
        assert place["facts"]["memory"] >= place["facts"]["free_memory"] > 0
        assert place["facts"]["versions"]["numpy"]
    assert [place["mb_per_second_there"] is None for place in found] == [True, True, False, False]
    assert found[0]["workers"] == 3


def test_every_kind_of_worker_says_how_it_is_looked_at() -> None:
    for kind in registry.TYPES:
        assert callable(importlib.import_module(f"pydron_ng.backends.{kind}").stations)


def test_the_host_key_is_shown_and_whether_it_was_known(
    places: Any, server: Server, tmp_path: Path
) -> None:
    listed = ["ssh-keygen", "-lf", str(server.folder / "host_key.pub")]
    fingerprint = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    nobody = tmp_path / "known_hosts"
    first = over_ssh(server, known_hosts=str(nobody), host_key="accept-new")
    for is_known in (False, True):
        [place] = places(first)
        shown = {"host_key": f"ssh-ed25519 {fingerprint[1]}", "is_known": is_known}
        assert place["host_key"] == shown


def test_a_key_that_is_not_known_is_told_with_its_fingerprint_and_a_way_out(
    places: Any, server: Server, tmp_path: Path
) -> None:
    [place] = places(over_ssh(server, known_hosts=str(tmp_path / "nobody")))
    assert not place["ok"]
    assert "its host key is not known: ssh-ed25519 SHA256:" in texts(place["problems"])
    assert f"ssh-keyscan -p {server.port} 127.0.0.1" in texts(place["problems"])


def test_a_host_that_cannot_be_reached_keeps_no_other_from_being_shown(doctor: Run) -> None:
    done = doctor({"type": "command", "command": ["no-such-command"]}, LOCAL)
    assert done.exit_code == 1
    assert "no-such-command cannot be started: No such file or directory" in done.stdout
    assert "try: install it" in done.stdout
    assert sys.version.split()[0] in done.stdout
    assert done.stdout.endswith("1 of 2 would not work\n")
    assert not done.stderr


def test_hosts_that_unpack_at_the_same_time_do_not_disturb_each_other(
    places: Any, tmp_path: Path
) -> None:
    found = places({**LOCAL, "count": 5, "tmp_dir": str(tmp_path)})
    assert [place["problems"] for place in found] == [[]] * 5
    assert [place["name"] for place in found] == [f"env ({n} of 5)" for n in range(1, 6)]


def test_a_tilde_in_tmp_dir_is_home_where_the_worker_is(places: Any, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    host = {**LOCAL, "command": ["env", f"HOME={tmp_path}"], "tmp_dir": "~/scratch"}
    [place] = places(host)
    assert place["ok"]
    assert place["facts"]["tmp_dir"] == str(tmp_path / "scratch")
    assert list((tmp_path / "scratch").glob("pydron-*"))


def test_nothing_is_left_behind(doctor: Run, tmp_path: Path) -> None:
    doctor({**LOCAL, "keep": False, "tmp_dir": str(tmp_path)})
    [home] = tmp_path.glob("pydron-*")
    assert not list(home.iterdir())


# --- packages ---


def test_a_requirement_that_is_not_met_is_a_problem(places: Any) -> None:
    requirements = ["numpy>=999", "click", "no-such-package; python_version < '3'"]
    [place] = places({**LOCAL, "requirements": requirements})
    told = texts(place["problems"])
    assert told.startswith("it does not have what is required: numpy>=999 | run there: ")
    assert told.endswith("-m pip install 'numpy>=999'")


def test_another_version_is_a_note_and_refused_where_that_is_wanted(
    places: Any, tmp_path: Path
) -> None:
    host = other_numpy(tmp_path)
    [place] = places(host)
    assert place["ok"]
    assert "numpy is 0.1 there, " in texts(place["notes"])
    assert "-m pip install numpy==" in texts(place["notes"])
    [place] = places({**host, "versions": "strict"})
    assert "; refused | run there: " in texts(place["problems"])


def test_what_the_program_imports_is_looked_for(places: Any, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import json, own, pydron_ng\ndef f():\n    from msgspec import json\n")
    (tmp_path / "own.py").write_text("import rich.console\nimport nowhere_at_all")
    bare = {**LOCAL, "python": f"{os.path.realpath(sys.executable)} -S"}
    [here, there] = places(LOCAL, bare, options=("--program", str(program)))
    assert here["ok"]
    assert here["facts"]["versions"].keys() == {"msgspec", "nowhere_at_all", "rich"}
    told = texts(there["problems"])
    assert told.startswith("msgspec, rich not installed there; calls that need it cannot go there")
    assert "-m pip install msgspec==" in told


# --- mistakes ---


@pytest.mark.parametrize("text", ["{", '{"workers": [{"type": "sssh"}]}', '{"workers": []}'])
def test_a_wrong_configuration_is_bad_usage(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.conf"
    path.write_text(text)
    done = CliRunner().invoke(main, ["doctor", "--config", str(path)])
    assert done.exit_code == 2
    assert str(path) in done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    "text, what",
    [(b"x = 1\ndef (", ":2: "), (b"\0\1", ": ")],
)
def test_a_program_that_cannot_be_read_is_named(
    doctor: Run, tmp_path: Path, text: bytes, what: str
) -> None:
    program = tmp_path / "program.py"
    program.write_bytes(text)
    done = doctor({"type": "multicore"}, options=("--program", str(program)))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"pydron doctor: {program}{what}")


def test_no_configuration_and_no_program_are_bad_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["doctor", "--config", str(tmp_path / "none")]).exit_code == 2
    broken = tmp_path / "broken.py"
    broken.write_text("def")
    assert CliRunner().invoke(main, ["doctor", "--program", str(broken)]).exit_code == 2
    assert CliRunner().invoke(main, ["doctor", "--no-such-option"]).exit_code == 2


def test_a_secret_that_is_not_there_costs_its_own_place_only(
    places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THE_PASSWORD", raising=False)
    [there, here] = places(
        {"type": "ssh", "hostname": "h", "password_env": "THE_PASSWORD"}, {"type": "threads"}
    )
    assert "THE_PASSWORD" in texts(there["problems"])
    assert here["ok"]


def test_an_instance_is_only_rented_when_asked_for(places: Any, tmp_path: Path) -> None:
    ec2 = Ec2(tmp_path)
    try:
        [place] = places({"type": "cloud", **ec2.keys})
        assert place["ok"]
        assert place["facts"] is None
        assert "--start-cloud starts an instance of" in texts(place["notes"])
        assert not ec2.instances
        [place] = places({"type": "cloud", **ec2.keys}, options=("--start-cloud",))
        assert place["facts"]
        assert len(ec2.instances) == 1
        wait_until(lambda: not ec2.alive)
    finally:
        ec2.close()


def test_limits_that_hurt_are_told(places: Any) -> None:
    limited = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"]
    [place] = places({**LOCAL, "command": limited})
    assert "100 files may be open at a time (RLIMIT_NOFILE) | ulimit -n" in texts(place["notes"])


def test_the_package_is_light_without_it() -> None:
    heavy = "import sys, pydron_ng; print({'click', 'rich', 'paramiko'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
