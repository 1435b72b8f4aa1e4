"""All shapes, in the order of the page."""

from __future__ import annotations

from tests.shapes import functions, loops, values

MODULES = (loops, values, functions)
SHAPES = tuple(shape for module in MODULES for shape in module.SHAPES)
