"""Sequential Python in, the same results out, the pure calls in parallel.

``@schedule`` on the function that orchestrates, ``@functional`` on those that only compute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydron_ng.api import (
    explain,
    functional,
    on_event,
    record,
    rerun,
    schedule,
    translate,
    value_type,
)
from pydron_ng.runtime.session import configure
from pydron_ng.runtime.shared import ahead

if TYPE_CHECKING:
    from pydron_ng.pool.pool import Pool
    from pydron_ng.pool.worker.reporting import report

__all__ = [
    "Pool",
    "ahead",
    "configure",
    "explain",
    "functional",
    "on_event",
    "record",
    "report",
    "rerun",
    "schedule",
    "translate",
    "value_type",
]


def __getattr__(name: str) -> Any:
    """What programs without a pool need not import."""
    if name == "Pool":
        from pydron_ng.pool.pool import Pool

        return Pool
    if name == "report":
        from pydron_ng.pool.worker.reporting import report

        return report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
