"""Is what a page says comes out what comes out?"""

from __future__ import annotations

import doctest
import re

from tests.docs.running import Printed

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?: ?(?:[GMk]B|[mµ]?s)\b)?")
_ANY_SPACE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def agrees(printed: Printed) -> bool:
    """With ``...`` for anything; the title may say that figures do not count."""
    if printed.wanted is None:
        return True
    wanted, got = _plain(printed.wanted), _plain(printed.got)
    if printed.block.is_any_figure:
        wanted, got = _FIGURE.sub("0", wanted), _FIGURE.sub("0", got)
        return doctest.OutputChecker().check_output(wanted, got, _ANY_SPACE)
    return doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)


def difference(printed: Printed) -> str:
    """For whoever wrote the page."""
    at = f"line {printed.block.line + 1}" + (f": $ {printed.command}" if printed.command else "")
    return f"{at}\n--- the page says\n{printed.wanted}\n--- what came out\n{printed.got}"


def _plain(text: str) -> str:
    """Without blanks at ends of lines, and empty lines at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n") + "\n"
