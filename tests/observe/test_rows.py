"""What stands side by side in a picture is independent; what is below a bar waits for it."""

from __future__ import annotations

from typing import Any

import pydron_ng
from examples import convergence
from pydron_ng.observe.pictures.arrange import Size, Tie, arranged
from pydron_ng.observe.pictures.measure import columns, legible, lines_of, shorten
from pydron_ng.observe.pictures.rows import Idle, Item, Row, Rows, Stop
from tests.observe import busy, programs


def shown(function: Any, block: int) -> list[Any]:
    """The layers of a block: names of calls and titles of blocks, lines of bars."""
    told = pydron_ng.explain(function)
    found: list[Any] = []
    for layer in Rows(told.flow).of(block):
        match layer:
            case Row(cells):
                items = [cell for cell in cells if isinstance(cell, Item)]
                found.append(
                    {
                        told.calls[i.number].text
                        if i.kind == "call"
                        else told.flow.blocks[i.number].title
                        for i in items
                    }
                )
            case Stop(bar):
                found.append(bar.line - told.line)
            case Idle(bars):
                found.append(tuple(bar.line - told.line for bar in bars))
    return found


def test_a_call_is_below_those_whose_results_it_takes() -> None:
    assert shown(programs.loop, 1) == [{"f()"}, {"g()"}]
    assert shown(programs.steps, 1) == [{"f()"}, {"g()"}, (6,)]


def test_what_waits_is_below_the_bar_and_what_does_not_is_above_it() -> None:
    layers = shown(busy.night, 0)
    bar = next(n for n, layer in enumerate(layers) if isinstance(layer, int))
    above = set().union(*layers[:bar])
    assert above == {"bias()", "dark()", "psf()", "for band in catalogue.bands"}
    assert layers[bar + 1] == {"calibrate()"}


def test_independent_calls_are_at_one_height() -> None:
    layers = shown(busy.night, 0)
    assert layers[0] == {"bias()", "psf()"}
    assert {"summary()", "stack()"} in layers


def test_the_bar_of_the_next_pass_is_below_the_call_that_waits_for_it() -> None:
    assert shown(convergence.sweep_temperatures, 2) == [{"for _ in range(4)"}, 13]


def test_what_nothing_waits_for_is_at_the_end() -> None:
    titles = [block.title for block in pydron_ng.explain(busy.night).flow.blocks]
    assert shown(busy.night, titles.index("for one in fields"))[-1] == (40,)


def test_cells_of_a_row_do_not_overlap_and_links_are_straight_where_they_can_be() -> None:
    sizes = {cell: Size(100, 20) for cell in range(4)}
    ties = [Tie(0, 2, 50, 50, 1), Tie(1, 3, 50, 50, 1)]
    left = arranged([[0, 1], [3, 2]], sizes, ties)
    assert (left[0], left[1]) == (left[2], left[3])
    assert abs(left[0] - left[1]) >= 120


def test_texts_are_shortened_in_the_middle_by_what_one_sees() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("a_very_long_name_of_a_function", 12) == "a_very_…tion"
    assert columns(shorten("的" * 40, 20)) <= 20
    assert lines_of("one two three", 7) == ["one two", "three"]


def test_what_xml_does_not_know_is_replaced() -> None:
    assert legible("a\x00b\ttab\ud800") == "a\ufffdb tab\ufffd"
