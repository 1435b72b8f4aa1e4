"""Docstrings of this house are read as the reference shows them."""

from __future__ import annotations

from tools.site.docstrings import under, with_trees

DOCSTRING = """A worker for each core.

count: how many of them
    there are.

A paragraph about time: it passes.

Raises:
    ValueError: there is none."""


def test_lines_about_parameters_are_a_section_before_the_exceptions() -> None:
    assert (
        under("Args", DOCSTRING, {"count"})
        == """A worker for each core.

A paragraph about time: it passes.

Args:
    count: how many of them
        there are.

Raises:
    ValueError: there is none."""
    )


def test_a_line_that_is_about_no_parameter_stays_where_it_is() -> None:
    assert under("Args", DOCSTRING, {"time"}) == DOCSTRING


def test_a_drawn_tree_keeps_its_lines_as_code() -> None:
    assert with_trees("All.\n\nroot\n├── leaf") == "All.\n\n    root\n    ├── leaf"
