"""What no program may do: the fuzzer has to see it."""

from __future__ import annotations

import threading
from typing import Any

from pydron_ng import functional
from pydron_ng.runtime.process import in_worker

KEPT: list[Any] = []
LEFT: list[threading.Event] = []


@functional
def impure(n: Any) -> Any:
    """Is another one in a worker."""
    return n + in_worker()


def leave_thread() -> None:
    """A thread that goes on after the run."""
    LEFT.append(threading.Event())
    threading.Thread(target=LEFT[-1].wait, name="left over", daemon=True).start()
