"""Nodes that dial a program which listens: they come, go, and come again."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import Pool
from pydron_ng.backends.nodes.private import make_token
from tests.backends.nodes.peers import all_from, impostor, open_tls, passing_on, poison
from tests.backends.nodes.running import Node
from tests.backends.nodes.test_faults import noted_squares
from tests.backends.nodes.test_strangers import hello
from tests.backends.promise import each, square
from tests.backends.remote.test_faults import agents_of, held_by
from tests.backends.rig import Rig, is_alive, wait_until
from tests.backends.traces import none_left
from tests.pool import work


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    make_token(str(path))
    return path


@pytest.fixture
def keys(token: Path, tmp_path: Path) -> dict[str, Any]:
    """Of a program that listens."""
    listen = f"127.0.0.1:{free_port()}"
    return {"listen": listen, "token_file": str(token), "tmp_dir": str(tmp_path)}


@pytest.fixture
def join(start: Callable[..., Node], token: Path, keys: dict[str, Any]) -> Callable[..., Node]:
    """Start a node that joins it."""

    def one(*options: str, token: Path = token, at: str = keys["listen"]) -> Node:
        return start("--join", at, *options, token=token, port=None)

    return one


@pytest.fixture
def rig(keys: dict[str, Any]) -> Iterator[Rig]:
    rig = Rig("node", 1, **keys)
    rig.backend.start(1, rig, rig.loop)
    yield rig
    rig.close()
    wait_until(lambda: not agents_of(Path(keys["tmp_dir"])))


def test_nodes_come_at_any_time(rig: Rig, join: Callable[..., Node]) -> None:
    for _ in range(3):
        before = len(rig.alive)
        join("--cores", "1")
        rig.until(lambda: len(rig.alive) > before)
        assert rig.call(b"echo", b"here", worker=before) == (b"here",)
    assert not rig.failures


def test_nodes_that_wait_already_all_get_in(
    keys: dict[str, Any], join: Callable[..., Node]
) -> None:
    for node in [join("--cores", "1") for _ in range(3)]:
        node.until_said("nobody listens at")
    rig = Rig("node", 1, **keys)
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: len(rig.alive) == 3)
    rig.close()


def test_a_node_that_goes_is_lost_and_another_one_may_come(
    rig: Rig, join: Callable[..., Node], tmp_path: Path
) -> None:
    first = join()
    rig.until(lambda: bool(rig.alive))
    held = held_by(rig, tmp_path / "held")
    first.stop(signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    wait_until(lambda: not is_alive(held))
    join()
    rig.until(lambda: bool(rig.alive))
    assert rig.call(b"echo", b"another") == (b"another",)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_node_that_is_stopped_ends_all_it_has(
    rig: Rig, join: Callable[..., Node], tmp_path: Path, by: signal.Signals
) -> None:
    node = join()
    rig.until(lambda: bool(rig.alive))
    held = held_by(rig, tmp_path / "held")
    assert node.stop(by) == 0
    assert not is_alive(held)
    rig.until(lambda: not rig.alive)
    assert "the node was stopped" in rig.losses[0][1]


def test_a_node_serves_one_program_after_the_other(
    keys: dict[str, Any], join: Callable[..., Node]
) -> None:
    node = join()
    node.until_said("nobody listens at")
    for _ in range(2):
        rig = Rig("node", 1, **keys).start()
        assert rig.call(b"echo", b"here") == (b"here",)
        rig.close()
    node.until_said("is gone, Python exited with status 0", times=2)
    assert not node.consoles


PROGRAM = """
import os
from tests.backends.rig import Rig
rig = Rig("node", 1, **{0!r}).start()
rig.submit((b"hold_gil", b"{1}"))
rig.until(lambda: os.path.exists("{1}"))
print("busy", flush=True)
rig.until(lambda: False)
"""


def test_nothing_of_a_program_that_is_killed_remains(
    keys: dict[str, Any], join: Callable[..., Node], tmp_path: Path
) -> None:
    node = join()
    source = PROGRAM.format(keys, tmp_path / "busy")
    program = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "busy\n"
    assert node.consoles
    program.kill()
    program.wait()
    program.stdout.close()
    wait_until(lambda: not node.consoles and not agents_of(tmp_path))


def test_programs_that_listen_leave_nothing(
    keys: dict[str, Any],
    join: Callable[..., Node],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    worker = {"type": "node", **keys, "tmp_dir": str(folder)}
    join()

    def once() -> None:
        with pydron_ng.configure(workers=[worker], inline=False):
            assert each(square) == [0, 1, 4, 9, 16, 25]

    once()
    with none_left(folder, monkeypatch):
        for _ in range(3):
            once()


# --- those who are not let in ---


def test_a_wrong_token_is_told_on_both_sides(
    rig: Rig, join: Callable[..., Node], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_token(str(tmp_path / "other"))
    node = join(token=tmp_path / "other")
    node.until_said("it does not know this token, or somebody is in between")
    rig.until(lambda: "refused: it does not know the token" in caplog.text)
    join()
    rig.until(lambda: bool(rig.alive))


def test_a_pickle_that_comes_first_is_not_read(
    rig: Rig, keys: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trap, port = tmp_path / "sprung", int(keys["listen"].rpartition(":")[2])
    wait_until(lambda: is_listened_at(port))
    for beginning in (b"", hello()):
        with open_tls(port) as connection:
            connection.sendall(beginning + poison(trap)[:60])
            all_from(connection)
    rig.until(lambda: "it does not speak as pydron does" in caplog.text)
    rig.until(lambda: "it is a program, too" in caplog.text)
    assert not trap.exists()
    assert not rig.alive


def is_listened_at(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_node_reads_nothing_of_who_does_not_know_the_token(
    join: Callable[..., Node], tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"

    def behave(connection: Any) -> None:
        connection.sendall(poison(trap))
        all_from(connection)

    with impostor(tmp_path / "impostor", behave) as port:
        node = join(at=f"127.0.0.1:{port}")
        node.until_said("it does not speak as pydron does")
        assert not trap.exists()
        assert not node.consoles


def test_who_sits_in_between_can_pass_nothing_on(
    rig: Rig,
    keys: dict[str, Any],
    join: Callable[..., Node],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = int(keys["listen"].rpartition(":")[2])
    wait_until(lambda: is_listened_at(port))
    with impostor(tmp_path / "impostor", passing_on(port)) as between:
        node = join(at=f"127.0.0.1:{between}")
        node.until_said("it does not know this token, or somebody is in between")
        rig.until(lambda: "refused: it does not know the token" in caplog.text)
        assert not node.consoles


def test_nodes_do_not_join_nodes(node: Node, join: Callable[..., Node]) -> None:
    joining = join(at=f"127.0.0.1:{node.port}", token=node.token)
    joining.until_said("it is a node, too")
    node.until_said("refused: it is a node, too")


def test_a_fingerprint_may_be_asked_for(
    rig: Rig, token: Path, join: Callable[..., Node], caplog: pytest.LogCaptureFixture
) -> None:
    [record] = caplog.get_records("setup")
    node = join("--fingerprint", "SHA256:another")
    node.until_said("its certificate is another one: SHA256:")
    found = node.said.partition("another one: ")[2].partition(",")[0]
    assert record.getMessage().endswith(f"certificate {found}")
    join("--fingerprint", found)
    rig.until(lambda: bool(rig.alive))


def test_a_port_that_is_taken_is_told(keys: dict[str, Any]) -> None:
    host, _, port = keys["listen"].rpartition(":")
    with socket.create_server((host, int(port))):
        rig = Rig("node", 1, **keys)
        rig.backend.start(1, rig, rig.loop)
        rig.until(lambda: bool(rig.failures))
        assert f"nobody can listen at {keys['listen']}: Address already" in rig.failures[0][1]
        rig.close()


# --- what programs see of it ---


def test_a_pool_waits_for_nodes_and_says_so(
    keys: dict[str, Any], join: Callable[..., Node], caplog: pytest.LogCaptureFixture
) -> None:
    with Pool(config={"workers": [{"type": "node", **keys}]}) as pool:
        future = pool.submit(work.double, 2)
        assert f"nodes that dial {keys['listen']} are awaited; certificate SHA256:" in caplog.text
        assert [r.levelno for r in caplog.records] == [logging.WARNING]
        join()
        assert future.result(30) == 4
        assert os.getpid() not in set(pool.map(work.pid, range(8)))


def test_a_scheduled_function_goes_on_while_nodes_come_and_go(
    keys: dict[str, Any], join: Callable[..., Node], tmp_path: Path
) -> None:
    (tmp_path / "begun").mkdir()
    nodes = [join("--cores", "1")]
    killed: list[Node] = []

    def kill(_: object) -> None:
        if not killed and nodes[0].consoles and list((tmp_path / "begun").iterdir()):
            nodes[0].stop(signal.SIGKILL)
            killed.append(nodes[0])
            nodes.append(join("--cores", "1"))

    worker = {"type": "node", **keys}
    with pydron_ng.configure(workers=[worker], inline=False), pydron_ng.on_event(kill):
        assert noted_squares(str(tmp_path / "begun")) == [x * x for x in range(30)]
    assert killed
    wait_until(lambda: not agents_of(tmp_path))
