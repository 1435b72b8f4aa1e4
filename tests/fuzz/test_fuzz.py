"""Random programs do scheduled what they do sequentially."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

import pytest

from pydron_ng.testing import observe_sequential
from tests.fuzz import shrink
from tests.fuzz.campaign import Campaign, Summary, campaign
from tests.fuzz.grammar import PRODUCTIONS
from tests.fuzz.programs import forget, generate, load

PROGRAMS = 40  # the fuzz session runs many more


@pytest.fixture(scope="module", params=["threads", "multicore"])
def running(request: pytest.FixtureRequest) -> Iterator[Campaign]:
    with campaign(request.param) as started:
        yield started


def test_random_programs_are_their_sequential_selves(running: Campaign) -> None:
    summary = Summary()
    running.run((f"1:{n}" for n in range(PROGRAMS)), summary)
    assert not summary.mismatches, "\n".join(map(str, summary.mismatches))
    assert not summary.undecorated, summary


def test_a_seed_always_gives_the_same_program() -> None:
    assert generate("7:3").text == generate("7:3").text


def test_every_production_is_used_before_long() -> None:
    used = {name for n in range(300) for name in generate(f"2:{n}").productions}
    assert used == set(PRODUCTIONS)


def test_most_programs_end_with_a_value(running: Campaign) -> None:
    ended = 0
    for n in range(40):
        call = load(generate(f"3:{n}").text, f"ends_{n}", running.folder)
        ended += observe_sequential(call).outcome[0][0] == "value"
        forget(f"ends_{n}")
    assert ended > 15


def test_shrinking_leaves_what_matters() -> None:
    loop = "    for x in a:\n        print(x)\n        if x:\n            b += 2\n"
    text = f"def program(a):\n    b = 1\n{loop}    return b\n"
    assert shrink.shrink(text, lambda t: "b += 2" in t) == "def program(a):\n    b += 2\n"


def test_candidates_are_as_documented() -> None:
    assert doctest.testmod(shrink).failed == 0
