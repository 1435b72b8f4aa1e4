"""Diagrams of pages are drawn while the site is built."""

from __future__ import annotations

import re

import pytest

from tools.site.drawing import WIDTH, drawn

DIAMOND = """graph LR
    c1["f()"]
    c2["g()"]
    c3["h()"]
    c4["add()"]
    c1 --> c2
    c1 --> c3
    c2 --> c4
    c3 --> c4
"""


def columns(picture: str) -> list[int]:
    """How far from the left each box begins."""
    return [int(found) for found in re.findall(r'<rect x="(\d+)"', picture)]


def test_a_call_stands_right_of_those_whose_results_it_needs() -> None:
    first, left, right, last = columns(drawn(DIAMOND))
    assert first + WIDTH < left == right < last - WIDTH


def test_each_arrow_is_drawn_those_back_to_an_earlier_call_too() -> None:
    picture = drawn(DIAMOND + "    c4 --> c1\n    c2 --> c2\n")
    assert picture.count("marker-end") == 6


def test_names_of_calls_are_text_and_no_markup() -> None:
    assert "&lt;lambda&gt;()" in drawn('graph LR\n    c1["<lambda>()"]')


def test_a_diagram_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot draw"):
        drawn("sequenceDiagram\n    a->>b: hello")
