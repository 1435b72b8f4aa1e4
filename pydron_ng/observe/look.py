"""The looks that all pages have in common."""

from __future__ import annotations

from importlib.resources import files


def palette() -> str:
    """CSS: ``--paper``, ``--ink``, ``--mono`` and others, for light and dark screens."""
    return (files(__package__) / "assets" / "palette.css").read_text(encoding="utf-8")
