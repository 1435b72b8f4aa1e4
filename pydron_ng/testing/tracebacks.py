"""Tracebacks as the user reads them: his own frames, in order."""

from __future__ import annotations

import sys
from pathlib import Path

_PACKAGE = str(Path(__file__).resolve().parent.parent)
#: Once a function is warm, Python 3.11 may say the line before instead.
_IS_VAGUE = sys.version_info < (3, 12)


def user_lines(error: BaseException) -> tuple[str, ...]:
    """``file:line in function`` of each frame, outermost first, without those of this package."""
    lines, traceback = [], error.__traceback__
    while traceback is not None:
        code, line = traceback.tb_frame.f_code, str(traceback.tb_lineno)
        if _IS_VAGUE and traceback.tb_next is None and type(error) is UnboundLocalError:
            line = "?"
        if not code.co_filename.startswith(_PACKAGE):
            lines.append(f"{code.co_filename}:{line} in {code.co_name}")
        traceback = traceback.tb_next
    return tuple(lines)
