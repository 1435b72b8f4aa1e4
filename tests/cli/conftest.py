"""Programs that commands look at."""

from __future__ import annotations

from tests.watched import programs, run_folder

__all__ = ["programs", "run_folder"]
