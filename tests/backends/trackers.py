"""Helpers that pools of others start in this process, and that would live as long as it does."""

from __future__ import annotations

import sys
from multiprocessing import forkserver, resource_tracker


def end_trackers() -> None:
    """Other tests count the children of this process: it is to have none of these."""
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined]
    if (of_loky := sys.modules.get("loky.backend.resource_tracker")) is not None:
        of_loky._resource_tracker._stop()
