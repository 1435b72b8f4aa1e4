"""Several clients of one node: each has cores of its own, and is told when there are none."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from pydron_ng.backends import cores
from pydron_ng.backends.nodes.shares import NoneFree, Shares
from tests.backends.nodes.running import Node
from tests.backends.rig import Rig

THERE = cores.available()


def processors(rig: Rig, worker: int = 0) -> set[int]:
    """Where a worker may run."""
    return os.sched_getaffinity(int(rig.call(b"pid", worker=worker)[0]))


def one_of_two(node: Node) -> Rig:
    """A client that asks for two cores, and gets one."""
    rig = Rig("node", 2, **node.keys)
    rig.backend.start(2, rig, rig.loop)
    rig.until(lambda: bool(rig.alive))
    assert rig.call(b"echo", b"here") == (b"here",)
    assert len(rig.alive) == 1
    return rig


def test_clients_get_at_most_what_is_allowed_to_each(
    start: Callable[..., Node], caplog: pytest.LogCaptureFixture
) -> None:
    node = start("--cores", "2", "--cores-per-client", "1")
    first, second = one_of_two(node), one_of_two(node)
    assert caplog.text.count("it gives 1 cores now, 1 fewer than it was asked for") == 2
    if THERE > 1:
        assert not processors(first) & processors(second)
    for rig in (first, second):
        assert len(processors(rig)) == 1
        rig.close()


def test_a_client_that_finds_no_core_free_is_told_and_comes_again(
    start: Callable[..., Node],
) -> None:
    node = start("--cores", "1")
    first, second = Rig("node", 1, **node.keys).start(), Rig("node", 1, **node.keys)
    second.backend.start(1, second, second.loop)
    second.until(lambda: bool(second.failures))
    assert "none of its 1 cores is free: another program has them" in second.failures[0][1]
    first.close()
    second.until(lambda: bool(second.alive))
    assert second.call(b"echo", b"after all") == (b"after all",)
    second.close()


def test_who_does_not_say_how_many_gets_all(start: Callable[..., Node]) -> None:
    node = start("--cores", "3")
    rig = Rig("node", "auto", **node.keys)  # type: ignore[arg-type]
    rig.backend.start(1, rig, rig.loop)
    rig.until(lambda: len(rig.alive) == 3)
    rig.close()


@pytest.mark.parametrize(
    "total, each, wanted, given",
    [
        (None, None, None, THERE),
        (8, None, 5, 5),
        (8, 3, 5, 3),
        (8, 3, 2, 2),
        (8, 9, None, 8),
        (1 - THERE, None, None, 1),
    ],
)
def test_a_share_is_what_is_wanted_allowed_and_there(
    total: int | None, each: int | None, wanted: int | None, given: int
) -> None:
    with Shares(total, each).share(wanted) as own:
        assert len(own.cores) == given


def test_a_core_belongs_to_one_at_a_time() -> None:
    shares = Shares(4, None)
    with shares.share(3) as first, shares.share(3) as second:
        assert (len(first.cores), len(second.cores)) == (3, 1)
        assert not first.cores & second.cores
        with pytest.raises(NoneFree, match="none of its 4 cores is free: other programs have them"):
            with shares.share(1):
                pass
    with shares.share(4) as own:
        assert own.cores == first.cores | second.cores


@pytest.mark.parametrize("total, each", [(0, None), (-THERE, None), (None, 0), (None, -1)])
def test_nothing_to_lend_is_a_mistake(total: int | None, each: int | None) -> None:
    with pytest.raises(ValueError, match="none is lent"):
        Shares(total, each)
