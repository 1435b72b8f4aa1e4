"""What a worker has sent, told to the driver."""

from __future__ import annotations

from collections.abc import Sequence

from pydron_ng.backends.base import Blob, Events, TaskId, WorkerId
from pydron_ng.backends.wire import Item, subject


def tell(events: Events, worker: WorkerId, items: Sequence[Item]) -> None:
    """Remarks first: no outcome is before a remark on the same call."""
    outcomes: list[tuple[TaskId, Blob]] = []
    remarks: list[tuple[TaskId, Blob]] = []
    for key, blob in items:
        assert isinstance(key, int)
        if (task := subject(key)) is not None:
            remarks.append((task, blob))
        else:
            outcomes.append((TaskId(key), blob))
    if remarks:
        events.remarked(worker, remarks)
    if outcomes:
        events.finished(worker, outcomes)
