"""The looks of a picture: colours that differ in lightness, too, so that all eyes tell them apart.

What a picture looks like by day stands in the attributes of its elements, which every program that
shows SVG understands; what it looks like by night, in a style sheet.
"""

from __future__ import annotations

from typing import NamedTuple

from pydron_ng.observe.explanation import State

MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


class Look(NamedTuple):
    """Of an element, by its class: fill and line, by day and by night."""

    fill: str = "none"
    line: str = "none"
    night_fill: str = "none"
    night_line: str = "none"


LOOKS = {
    "paper": Look("#ffffff", "none", "#0f1419", "none"),
    "ink": Look("#1b2127", "none", "#e8ecf0", "none"),
    "dim": Look("#55606b", "none", "#9aa6b2", "none"),
    "axis": Look("none", "#98a3ae", "none", "#5d6975"),
    "axis-tip": Look("#98a3ae", "none", "#5d6975", "none"),
    "frame": Look("#fbfcfd", "#b9c3cd", "#151b22", "#3b4753"),
    "loop": Look("#f1f5f9", "#9fb0c0", "#1c242d", "#4a5a6a"),
    "loop-in": Look("#e6edf3", "#8fa3b5", "#232d38", "#566879"),
    "frame-cover": Look("#fbfcfd", "none", "#151b22", "none"),
    "loop-cover": Look("#f1f5f9", "none", "#1c242d", "none"),
    "loop-in-cover": Look("#e6edf3", "none", "#232d38", "none"),
    "link": Look("none", "#4d5a66", "none", "#93a1af"),
    "tip": Look("#4d5a66", "none", "#93a1af", "none"),
    "label": Look("#ffffff", "none", "#0f1419", "none"),
    "back": Look("none", "#a87400", "none", "#e3b341"),
    "back-tip": Look("#a87400", "none", "#e3b341", "none"),
    "hold": Look("#9c2b1f", "none", "#b5483b", "none"),
    "hold-ink": Look("#ffffff", "none", "#ffffff", "none"),
    "may": Look("#fff3f0", "#9c2b1f", "#2b1a18", "#e0796c"),
    "may-ink": Look("#7e1f15", "none", "#f2b1a8", "none"),
    "idle": Look("#e9edf1", "#b9c3cd", "#1a2129", "#3b4753"),
    "ahead": Look("#dff3ea", "#0b7a57", "#0f2e25", "#35b48a"),
    "waits": Look("#fde6e1", "#9c2b1f", "#3a1a16", "#e0796c"),
    "chain": Look("#fff1c2", "#a87400", "#352a0c", "#e3b341"),
    "rounds": Look("#fff8e0", "#a87400", "#2b240f", "#e3b341"),
    "inline": Look("#eceff2", "#6b7681", "#262e36", "#94a1ad"),
}
#: What each call has before its name: pieces of lines in a square of 12 by 12.
ICONS = {
    State.AHEAD: "M1.5 1.5 6 6 10.5 1.5M1.5 6.5 6 11 10.5 6.5",
    State.WAITS: "M3.5 1V11M8.5 1V11",
    State.CHAIN: "M6 0.5V4M6 4 4.3 2.3M6 4 7.7 2.3M6 8V11.5M6 11.5 4.3 9.8M6 11.5 7.7 9.8M3 6H9",
    State.ROUNDS: "M1 2.5H3M5 2.5H7M9 2.5H11M1 6H11M1 9.5H3M5 9.5H7M9 9.5H11",
    State.INLINE: "M6 2A4 4 0 1 1 5.9 2Z",
}
NIGHT = "@media (prefers-color-scheme: dark)"


def style_sheet() -> str:
    """The rules for the night; class names begin with pg-, as they hold for a whole page."""
    rules = []
    for name, look in LOOKS.items():
        parts = [f"fill:{look.night_fill}"] * (look.night_fill != look.fill)
        parts += [f"stroke:{look.night_line}"] * (look.night_line != look.line)
        rules += [f".pg-{name}{{{';'.join(parts)}}}"] if parts else []
    return f"{NIGHT}{{{''.join(rules)}}}"
