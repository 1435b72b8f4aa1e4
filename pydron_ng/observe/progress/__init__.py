"""Progress of scheduled calls that take longer than a second: who wants to see it, and where.

Imported when the first call begins, so there is next to nothing in here.
"""

from __future__ import annotations

import os
import sys

#: 0: never; 1: also where standard error is no terminal, line by line.
VARIABLE = "PYDRON_PROGRESS"
STDERR = 2
_DUMB = frozenset({"", "dumb", "unknown"})


def is_wanted() -> bool:
    """Is there anybody who would see it?"""
    asked = os.environ.get(VARIABLE)
    return asked != "0" and (asked == "1" or is_on_terminal() or is_in_notebook())


def is_on_terminal() -> bool:
    """Is standard error a terminal that knows more than to print?

    That is the descriptor, not ``sys.stderr``: the program may have put anything there.
    """
    if not os.isatty(STDERR) or os.name != "posix":
        return False
    return os.environ.get("TERM", "") not in _DUMB


def is_in_notebook() -> bool:
    """Does the program run in a kernel of IPython's? Imports nothing."""
    shell = sys.modules.get("IPython.core.getipython")
    found = None if shell is None else shell.get_ipython()
    return hasattr(found, "kernel")
