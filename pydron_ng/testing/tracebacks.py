"""Tracebacks as the user reads them: his own frames, in order."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

_PACKAGE = str(Path(__file__).resolve().parent.parent)


def user_lines(traceback: TracebackType | None) -> tuple[str, ...]:
    """``file:line in function`` of each frame, outermost first, without those of this package."""
    lines = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(_PACKAGE):
            lines.append(f"{code.co_filename}:{traceback.tb_lineno} in {code.co_name}")
        traceback = traceback.tb_next
    return tuple(lines)
