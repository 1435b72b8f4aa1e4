"""What a worker has sent, told to the driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pydron_ng.backends.base import Blob, Events, TaskId, WorkerId
from pydron_ng.backends.wire import Item, subject


def tell(events: Events, worker: WorkerId, items: Sequence[Item]) -> None:
    """Remarks first: no outcome is before a remark on the same call."""
    said = cast(Sequence[tuple[int, Blob]], items)  # workers send nothing else
    outcomes = [(TaskId(key), blob) for key, blob in said if key >= 0]
    if len(outcomes) < len(said):
        remarks = [(task, blob) for key, blob in said if (task := subject(key)) is not None]
        events.remarked(worker, remarks)
    if outcomes:
        events.finished(worker, outcomes)
