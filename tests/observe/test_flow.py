"""How calls hang together: what is said of loops, links between calls, and what they wait for."""

from __future__ import annotations

from typing import Any

import pytest

import pydron_ng
from pydron_ng.observe.flow import Flow, Link, Passes, needed_links
from tests.observe import busy, programs

#: Of each loop that has calls in it, from the outermost.
PASSES = {
    "loop": [Passes.OVERLAP],
    "steps": [Passes.OVERLAP],
    "unknown_call": [Passes.WAIT],
    "changes": [Passes.WAIT],
    "lines": [Passes.WAIT],
    "lines_read_ahead": [Passes.OVERLAP],
    "chain": [Passes.CHAIN],
    "rounds": [Passes.ROUNDS, Passes.OVERLAP],
    "until_found": [Passes.UNDECIDED],
    "until_found_ahead": [Passes.OVERLAP],
    "generator": [Passes.OVERLAP],
    "draws": [Passes.WAIT],
    "drawn_first": [Passes.OVERLAP],
    "kept": [Passes.CHAIN],
    "handed": [Passes.OVERLAP, Passes.OVERLAP, Passes.OVERLAP],
    "nothing": [],
}


def flow(function: Any) -> Flow:
    return pydron_ng.explain(function).flow


@pytest.mark.parametrize("name", PASSES)
def test_of_each_loop_it_is_known_whether_its_passes_wait_for_each_other(name: str) -> None:
    blocks = flow(getattr(programs, name)).blocks
    assert [block.passes for block in blocks if block.passes] == PASSES[name]


def test_a_loop_says_what_its_next_pass_takes_or_waits_for() -> None:
    assert flow(programs.chain).blocks[1].by == ("state",)
    held = flow(programs.unknown_call)
    assert held.blocks[1].lines == (held.bars[0].line,)
    assert not flow(programs.kept).blocks[1].is_sure


def test_a_link_has_the_names_that_bring_the_result() -> None:
    (link,) = flow(programs.steps).links
    assert (link.names, link.decides, link.is_later) == (("y",), False, False)
    assert [link.names for link in flow(programs.loop).links] == [()]


def test_what_decides_whether_a_call_is_made_is_a_link_of_its_own_kind() -> None:
    told = pydron_ng.explain(busy.night)
    decided = [link for link in told.flow.links if link.decides and not link.is_later]
    pairs = {(told.calls[k.source].text, told.calls[k.target].text) for k in decided}
    assert ("residual()", "register()") in pairs


def test_the_result_of_the_pass_before_is_no_link_within_a_pass() -> None:
    (link,) = flow(programs.chain).links
    assert (link.source, link.target, link.is_later) == (0, 0, True)


def test_a_function_inside_is_a_block_of_its_own() -> None:
    titles = [(block.title, block.outer) for block in flow(programs.inner).blocks]
    assert titles == [("def inner(xs)", -1), ("for x in xs", 0), ("def both(x)", 0)]


def test_a_bar_knows_who_waits_for_it_and_how() -> None:
    (once,) = flow(programs.drawn_first).bars
    assert [hold.is_once for hold in once.holds] == [True]
    (perhaps,) = flow(programs.changes).bars
    assert [hold.is_sure for hold in perhaps.holds] == [False]
    (idle,) = flow(programs.steps).bars
    assert idle.holds == ()


def link(source: int, target: int, name: str = "", *, decides: bool = False) -> Link:
    return Link(source, target, (name,) * bool(name), decides, is_later=False)


def test_a_decision_that_follows_from_others_is_left_out() -> None:
    first, second = link(0, 1, "x"), link(1, 2, "y")
    assert needed_links([first, second, link(0, 2, decides=True)]) == [first, second]


def test_a_value_is_left_out_only_where_others_bring_it_under_the_same_name() -> None:
    first, second = link(0, 1, "x"), link(1, 2, "y")
    assert needed_links([first, second, link(0, 2, "y")]) == [first, second]
    assert needed_links([first, second, link(0, 2, "x")]) == [first, second, link(0, 2, "x")]
    assert needed_links([link(0, 2, "y"), second]) == [link(0, 2, "y"), second]
