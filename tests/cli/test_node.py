"""``pydron node``: what it says when it begins, and what keeps it from that."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pydron_ng.cli import main
from tests.backends.nodes.running import Node

Say = Callable[..., Result]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Run it with these options, which keep it from beginning."""

    def run(*options: str, token_file: Path = tmp_path / "token") -> Result:
        done = CliRunner().invoke(main, ["node", "--token-file", str(token_file), *options])
        assert done.exit_code == 2
        return done

    return run


def test_a_token_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    node = Node(tmp_path)
    assert f"made {node.token}: copy it to where programs are" in node.said
    for path in (node.token, tmp_path / "token.pem"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    token = node.token.read_text()
    assert len(token.strip()) == 64
    assert token.strip() not in node.said
    first = node.fingerprint
    assert node.stop() == 0
    again = Node(tmp_path)
    assert (node.token.read_text(), again.fingerprint) == (token, first)
    assert "made" not in again.said
    assert again.stop() == 0


def test_it_is_bound_to_this_machine_if_nobody_says_otherwise(say: Say) -> None:
    with socket.socket() as taken:
        with suppress(OSError):  # somebody else has it: that will do
            taken.bind(("127.0.0.1", 7733))
            taken.listen()
        assert "nobody can listen at 127.0.0.1:7733: Address already in use" in say().stderr


def test_a_token_that_others_may_read_is_refused(say: Say, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a" * 64)
    (tmp_path / "token").chmod(0o640)
    said = say().stderr
    assert f"others may read or write {tmp_path}/token; say: chmod 600 {tmp_path}/token" in said


@pytest.mark.parametrize("content", ["", "short", "two words" * 10, "ü" * 40])
def test_a_file_that_holds_no_token_is_refused(say: Say, tmp_path: Path, content: str) -> None:
    (tmp_path / "token").touch(0o600)
    (tmp_path / "token").write_text(content)
    assert "holds no token: that is one word of at least 32 characters" in say().stderr


def test_a_token_that_belongs_to_somebody_else_is_refused(say: Say, tmp_path: Path) -> None:
    (tmp_path / "token").touch(0o600)
    os.chown(tmp_path / "token", 12345, 12345)
    assert "belongs to somebody else" in say().stderr


def test_a_folder_that_is_not_there_is_told(say: Say, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "token"
    assert f"{path} cannot be made: No such file or directory" in say(token_file=path).stderr


def test_a_port_that_is_taken_is_told(say: Say) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        said = say("--listen", where).stderr
    assert f"nobody can listen at {where}: Address already in use" in said


@pytest.mark.parametrize(
    "options, why",
    [
        (("--cores", "0"), "with --cores 0 none is lent"),
        (("--cores-per-client", "0"), "with --cores-per-client 0 none is lent"),
        (("--listen", "::1:80"), "an address with colons goes into brackets"),
        (("--listen", "here:99999"), "ports are from 1 to 65535"),
        (("--join", "a", "--listen", "b"), "--join dials"),
        (("--fingerprint", "SHA256:x"), "say --join"),
    ],
)
def test_options_that_do_not_fit_are_told(say: Say, options: tuple[str, ...], why: str) -> None:
    assert why in " ".join(say(*options).stderr.split())


def test_the_doctor_looks_at_nodes(tmp_path: Path) -> None:
    node = Node(tmp_path / "node", "--cores", "1")
    place = {"type": "node", "python": sys.executable, **node.keys}
    away = {**place, "hosts": ["127.0.0.1:1"]}
    path = tmp_path / "workers.conf"
    path.write_text(json.dumps({"workers": [place, away]}))
    done = CliRunner().invoke(main, ["doctor", "--config", str(path), "--json"])
    here, nowhere = json.loads(done.stdout)["places"]
    assert here["ok"]
    assert here["host_key"] == {"host_key": f"TLS {node.fingerprint}", "is_known": True}
    assert here["facts"]["cores"] == 1
    assert nowhere["problems"][0]["what"] == "nobody listens at 127.0.0.1:1"
    assert node.stop() == 0
