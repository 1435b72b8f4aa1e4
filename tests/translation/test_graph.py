"""The dataflow graph: slices, independence, sync-points; and that it tells what overlaps."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pydron_ng import schedule, translate
from pydron_ng.translation.graph import Graph, site, statement
from tests.translation import meeting, programs
from tests.translation.meeting import Tag
from tests.translation.written import function, text


def graph(source: str) -> Graph:
    found: Graph = translate(function(source)).program.graph
    return found


STRAIGHT = """
    def f(a):
        x = work(a)
        y = work(a + 1)
        unused = len("a")
        z = work(x, y)
        print(z)
        return z
"""


def test_calls_that_need_nothing_of_one_another_are_independent() -> None:
    found = graph(STRAIGHT)
    assert found.independent(0, 1)
    assert not found.independent(0, 3)
    assert not found.independent(3, 1)


def test_a_slice_holds_what_is_needed_and_nothing_else() -> None:
    found = graph(STRAIGHT)
    needed = found.slice(site(3))
    assert {statement(0), statement(1), statement(2), site(0), site(1)} < needed
    assert statement(3) not in needed
    assert statement(5) not in needed


def test_slices_hold_what_any_candidate_needs() -> None:
    found = graph(STRAIGHT)
    assert found.candidates() == (0, 1, 3)
    assert found.slices() == found.slice(site(3))


def test_the_text_has_a_line_for_each_edge() -> None:
    assert graph("def f(a):\n    return work(a)\n").text() == text(
        """
        statement 0 -> site 0  data a
        site 0 -> statement 1  data
        statement 0 -> statement 1  control
        """
    )


def test_the_next_pass_of_a_loop_may_need_the_one_before() -> None:
    found = graph(
        """
        def f(xs):
            t = 0
            for x in xs:
                u = work(x)
                t = work(t)
            return t
        """
    )
    assert found.independent(0, 1)
    assert site(1) in found.slice(statement(4))


def test_a_test_decides_what_comes_after_its_exit() -> None:
    found = graph(
        """
        def f(a):
            if work(a):
                return 1
            return work(a, 1)
        """
    )
    assert not found.independent(0, 1)


@pytest.mark.parametrize(
    "expression",
    [
        "work(b) if work(a) else 0",
        "work(a) and work(b)",
        "[work(x) for x in [1, 2] if work(a)]",
        "[work(x) for x in listed(a)]",
        "{x: work(x) for x in listed(a)}",
    ],
)
def test_a_test_inside_of_an_expression_decides_too(expression: str) -> None:
    assert not graph(f"def f(a, b):\n    return {expression}\n").independent(0, 1)


def test_the_sync_points_between_two_calls_are_told() -> None:
    found = graph(
        """
        def f(a, log, unknown):
            x = work(a)
            print(x)
            unknown(a)
            log.level = 3
            return work(a, 1)
        """
    )
    assert found.separating(0, 3) == (3, 4)
    assert found.separating(3, 0) == (3, 4)


def test_effects_are_a_chain_that_slices_do_not_follow() -> None:
    found = graph(
        """
        def f(a, unknown):
            unknown(1)
            unknown(2)
            return work(a)
        """
    )
    kinds = [data["kind"] for _, _, data in found.digraph.edges(data=True)]
    assert kinds.count("effect") == 1
    assert statement(1) not in found.slice(site(2))


def test_a_changed_container_is_needed_in_the_order_of_its_changes() -> None:
    found = graph(
        """
        def f(a):
            kept = []
            kept.append(work(a))
            before = work(len(kept))
            kept.append(work(a, 1))
            return work(len(kept)), before
        """
    )
    first, before, second, after = found.candidates()
    assert found.independent(first, second)
    assert not found.independent(first, before)
    assert found.independent(before, second)
    assert not found.independent(second, after)


@pytest.mark.parametrize(
    "text, at_once, apart",
    [
        ("for x in xs:\n    a = work(x)\n    b = work(a)", False, True),
        ("for x in xs:\n    a = work(b)\n    b = work(x)", True, False),
        ("for x in xs:\n    a = work(x)\n    b = work(b)", True, True),
        ("for x in xs:\n    a = work(x)\n    if work(a): break", False, False),
        ("for x in xs:\n    if work(x): continue\n    work(1)", False, True),
        ("for x in xs:\n    if work(x): break\n    work(1)", False, False),
        ("while work(b):\n    b = work(1)", False, False),
        ("while b:\n    b = quick(b)\n    work(b)", False, False),
        ("for x in xs:\n    for y in x:\n        b += work(y)\n    work(x)", True, True),
    ],
)
def test_what_needs_a_pass_before_is_told_apart(text: str, at_once: bool, apart: bool) -> None:
    body = "\n".join(f"    {line}" for line in text.splitlines())
    found = graph(f"def f(xs, b):\n{body}\n")
    assert found.independent(0, 1) is at_once
    assert found.independent(0, 1, apart=True) is apart


def test_a_call_may_need_the_one_of_the_pass_before() -> None:
    found = graph("def f(xs, b):\n    for x in xs:\n        b = work(b)\n        work(x)\n")
    assert not found.independent(0, 0, apart=True)
    assert found.independent(1, 1, apart=True)
    assert "data b of the pass before" in found.text()


# --- the pairs that the graph calls independent are the pairs seen to overlap ---


class _Trial:
    """One program, run again and again with other pairs of calls that wait for one another."""

    def __init__(self, source: str) -> None:
        made = function(source, step=programs.step, note=programs.note)
        self.source = source
        meeting.arrange()
        self.value = made(3)
        self.made = [tag for what, tag in meeting.steps() if what == "begin"]
        self.graph: Graph = translate(made).program.graph
        self.scheduled: Any = schedule(made)
        outline = self.graph.outline
        numbered = [s for s in outline.sites if s.callee == "step"]
        self.sites = {s.node.args[0].value: s for s in numbered}

    def run(self, *pair: Tag) -> None:
        """Run scheduled; the pair must meet, and no call may begin before those that it needs."""
        meeting.arrange(*pair)
        value = self.scheduled(3)
        steps, met = meeting.steps(), meeting.did_meet()
        meeting.arrange()
        assert value == self.value, self.source
        assert met, f"{pair} did not overlap in\n{self.source}"
        # What a branch that is not taken would have needed, nothing waits for.
        for a, b in combinations(self.made, 2):
            if self._needs(a, b) and self._is_complete(b):
                order = [step for step in steps if step in {("end", a), ("begin", b)}]
                assert order[0] == ("end", a), f"{a} and {b} overlapped in\n{self.source}"

    def _is_complete(self, tag: Tag) -> bool:
        """Were all calls made in that pass of the loop?"""
        loops = self.sites[tag[0]].loops
        together = {name for name, site in self.sites.items() if site.loops == loops}
        return together <= {name for name, place in self.made if place == tag[1]}

    def _needs(self, a: Tag, b: Tag) -> bool:
        first, second = self.sites[a[0]], self.sites[b[0]]
        same_pass = first.loops == second.loops and a[1] == b[1]
        return same_pass and site(first.index) in self.graph.slice(site(second.index))

    def independent_pairs(self) -> list[tuple[Tag, Tag]]:
        first = {tag[0]: tag for tag in reversed(self.made)}
        pairs = combinations(sorted(first.values()), 2)
        sites = self.sites
        return [
            (a, b) for a, b in pairs if self.graph.independent(sites[a[0]].index, sites[b[0]].index)
        ]


@pytest.mark.usefixtures("threads", "capfd")
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.randoms(use_true_random=False))
def test_the_pairs_called_independent_are_the_pairs_that_overlap(choose: random.Random) -> None:
    trial = _Trial(programs.program(choose))
    pairs = trial.independent_pairs()
    trial.run()
    for pair in choose.sample(pairs, min(5, len(pairs))):
        trial.run(*pair)
