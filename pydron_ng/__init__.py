"""Sequential Python in, the same results out, the pure calls in parallel.

``@schedule`` on the function that orchestrates, ``@functional`` on those that only compute.
"""

from __future__ import annotations

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

__all__ = [
    "ahead",
    "configure",
    "explain",
    "functional",
    "on_event",
    "record",
    "rerun",
    "schedule",
    "translate",
    "value_type",
]
