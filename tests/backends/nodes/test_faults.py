"""Programs and nodes that end in the middle: nothing remains, and nobody waits for ever."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pydron_ng
from pydron_ng import Pool, functional, schedule
from pydron_ng.errors import ConfigError, WorkerLost
from tests.backends.ending import ENDINGS, ended
from tests.backends.nodes.running import Node, all_gone
from tests.backends.remote.test_faults import agents_of, held_by
from tests.backends.rig import Rig, is_alive, wait_until
from tests.pool import work


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_of_a_program_that_ends_remains(
    start: Callable[..., Node], ending: str, tmp_path: Path
) -> None:
    node = start("--cores", "2")
    make = f"Rig('node', tmp_dir='{tmp_path}', **{node.keys!r})"
    with ended(ending, tmp_path, make):
        wait_until(lambda: not agents_of(tmp_path) and not node.consoles)
    node.until_said("is gone, Python exited with status 0")
    rig = Rig("node", 2, **node.keys).start()  # its cores are free again
    rig.close()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_of_a_node_that_ends_remains(
    start: Callable[..., Node], by: signal.Signals, tmp_path: Path
) -> None:
    node = start()
    rig = Rig("node", 1, **node.keys, tmp_dir=str(tmp_path)).start()
    held = held_by(rig, tmp_path / "held")
    assert node.stop(by) == (-signal.SIGKILL if by == signal.SIGKILL else 0)
    rig.until(lambda: not rig.alive)
    wait_until(lambda: not agents_of(tmp_path) and not is_alive(held))
    if by != signal.SIGKILL:
        assert "the connection ended: the node was stopped" in rig.losses[0][1]
    rig.close()


def test_a_node_that_comes_back_is_used_again(start: Callable[..., Node]) -> None:
    node = start()
    rig = Rig("node", 1, **node.keys).start()
    node.stop(signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    start(token=node.token, port=node.port)
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: bool(rig.alive))
    assert rig.call(b"echo", b"again") == (b"again",)
    rig.close()


def test_an_agent_that_is_killed_frees_its_cores(
    start: Callable[..., Node], tmp_path: Path
) -> None:
    node = start("--cores", "1")
    rig = Rig("node", 1, **node.keys, tmp_dir=str(tmp_path)).start()
    held = held_by(rig, tmp_path / "held")
    [console] = node.consoles
    os.kill(console, signal.SIGKILL)
    rig.until(lambda: not rig.alive)
    assert "Python there was ended by SIGKILL" in rig.losses[0][1]
    wait_until(lambda: not is_alive(held))
    rig.start()
    rig.close()


def test_a_python_that_is_not_there(node: Node) -> None:
    rig = Rig("node", 1, **node.keys, python="/nowhere/python3")
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: bool(rig.failures))
    assert "/nowhere/python3 cannot be started there: " in rig.failures[0][1]
    rig.close()


def test_what_python_says_when_it_cannot_begin_is_told(node: Node, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no room for Python >&2\nexit 3\n")
    broken.chmod(0o755)
    rig = Rig("node", 1, **node.keys, python=str(broken))
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: bool(rig.failures))
    assert "no room for Python; Python there exited with status 3" in rig.failures[0][1]
    rig.close()


# --- what programs see of it ---


@functional
def note_and_square(folder: str, x: int) -> int:
    """Says that it has begun."""
    Path(f"{folder}/{x}").touch()
    total = 0
    for _ in range(100_000):
        total += 1
    return x * x


@schedule
def noted_squares(folder: str) -> list[int]:
    return [note_and_square(folder, x) for x in range(30)]


def of(node: Node) -> dict[str, Any]:
    return {"type": "node", "cores": 1, **node.keys}


def test_a_program_goes_on_when_a_node_is_killed_in_the_middle(
    start: Callable[..., Node], tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()
    first, second = start(), start()
    killed: list[set[int]] = []

    def kill(_: object) -> None:
        if not killed and first.consoles and list(begun.iterdir()):
            killed.append(first.consoles)
            first.stop(signal.SIGKILL)

    workers = [of(first), of(second)]
    with pydron_ng.configure(workers=workers, inline=False), pydron_ng.on_event(kill):
        assert noted_squares(str(begun)) == [x * x for x in range(30)]
        assert killed
        wait_until(lambda: all_gone(killed[0]))


def test_a_pool_says_which_task_was_lost_with_its_node(
    start: Callable[..., Node], tmp_path: Path
) -> None:
    node = start()
    with Pool(config={"workers": [of(node)]}) as pool:
        held = pool.submit(work.hold, tmp_path / "begun")
        wait_until((tmp_path / "begun").exists)
        node.stop(signal.SIGKILL)
        with pytest.raises(WorkerLost):
            held.result(30)
        start(token=node.token, port=node.port)
        wait_until(lambda: pool.submit(work.double, 3).exception(30) is None)


def test_a_pool_computes_at_nodes(start: Callable[..., Node]) -> None:
    workers = [of(start()), of(start())]
    with Pool(config={"workers": workers}) as pool:
        assert list(pool.map(work.double, range(100))) == [2 * x for x in range(100)]
        assert sorted(pool.imap_unordered(work.double, range(100))) == [2 * x for x in range(100)]
        assert os.getpid() not in set(pool.map(work.pid, range(20)))


def test_a_pool_takes_nodes_by_their_address(
    start: Callable[..., Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    node = start()
    place = f"node://127.0.0.1:{node.port}/1"
    with pytest.raises(ConfigError, match="PYDRON_NODE_TOKEN_FILE is to name the file"):
        Pool(place)
    monkeypatch.setenv("PYDRON_NODE_TOKEN_FILE", str(node.token))
    with Pool(place) as pool:
        assert list(pool.map(work.double, range(5))) == [0, 2, 4, 6, 8]


def test_a_pool_whose_node_refuses_it_says_so(start: Callable[..., Node], tmp_path: Path) -> None:
    node, other = start(), start()
    wrong = {**of(node), "token_file": str(other.token), "python": sys.executable}
    with Pool(config={"workers": [wrong]}) as pool:
        with pytest.raises(WorkerLost, match="it does not know this token"):
            pool.submit(work.double, 1).result(30)
