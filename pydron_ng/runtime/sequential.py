"""Everything undecorated for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pydron_ng.runtime.process import wake_all


@contextmanager
def sequential() -> Iterator[None]:
    """Scheduled functions run undecorated inside of the block, as with PYDRON=off."""
    before = os.environ.get("PYDRON")
    os.environ["PYDRON"] = "off"
    try:
        yield
    finally:
        os.environ.pop("PYDRON")
        if before is not None:
            os.environ["PYDRON"] = before
        wake_all()
