"""How wide a text is at most, in pixels, whichever of the usual fonts shows it."""

from __future__ import annotations

import re
import unicodedata

#: Of one letter, as a part of the size of the font: the widest of the usual ones.
_MONO, _SANS = 0.61, 0.585
_WIDE = {"W", "F"}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """The text without what XML does not allow; tabs and line ends are blanks."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(re.split(r"[\t\r\n]", text)))


def columns(text: str) -> int:
    """In letters of one width; a letter of East Asia takes two."""
    shown = (c for c in text if not unicodedata.combining(c))
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in shown)


def code_width(text: str, size: float) -> float:
    """In a font in which all letters have one width."""
    return columns(text) * size * _MONO


def prose_width(text: str, size: float) -> float:
    """In any other font."""
    return columns(text) * size * _SANS


def shorten(text: str, most: int) -> str:
    """The text, its middle left out where it has more columns than that."""
    if columns(text) <= most:
        return text
    tail = most // 3
    return f"{_cut(text, most - tail - 1)}…{_cut(text[::-1], tail)[::-1]}"


def _cut(text: str, most: int) -> str:
    while columns(text) > most:
        text = text[: min(len(text) - 1, most)]
    return text


def lines_of(text: str, most: int) -> list[str]:
    """The text in lines of so many columns, longer words cut."""
    found = [""]
    for word in text.split():
        shown = shorten(word, most)
        if found[-1] and columns(found[-1]) + 1 + columns(shown) > most:
            found.append("")
        found[-1] = f"{found[-1]} {shown}".strip()
    return found
