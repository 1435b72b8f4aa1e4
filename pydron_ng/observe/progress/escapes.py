"""What is written to a terminal for a line at its foot. Each text is written as a whole.

The foot is taken out of what scrolls: so whatever the program writes, wherever its cursor is, it
finds the rest of the terminal as if that were all of it. Nobody else has to know, and nothing that
passes through Python has to be caught: children, C code and the keyboard's echo write there, too.
The cursor, and the colour that it writes with, are put back each time.
"""

from __future__ import annotations

_SAVE, _RESTORE = "\0337", "\0338"
_WHOLE = "\033[r"  # all of it scrolls
#: One row down, where the last one scrolls, and up again: there is a row below the cursor, and the
#: cursor where it was in its text.
_ROOM = "\033D\033[A"
_PLAIN, _LINE, _BELOW = "\033[0m", "\033[2K", "\033[J"


def set_up(rows: int, line: str) -> str:
    """The line at the foot of a terminal that had none."""
    return _SAVE + _WHOLE + _RESTORE + _ROOM + update(rows, line)


def update(rows: int, line: str) -> str:
    """Another line in place of the one before."""
    foot = f"\033[1;{rows - 1}r\033[{rows};1H"
    return _SAVE + foot + _PLAIN + _LINE + line + _RESTORE


def take_away(rows: int) -> str:
    """No line any more."""
    return _SAVE + _WHOLE + f"\033[{rows};1H" + _PLAIN + _LINE + _RESTORE


def take_away_anywhere() -> str:
    """The same where the terminal has got another size: all that is below the cursor's row."""
    rest = _SAVE + "\033[B\r" + _PLAIN + _BELOW + _RESTORE
    return _SAVE + _WHOLE + _RESTORE + _ROOM + rest
