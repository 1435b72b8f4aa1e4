"""Worker threads keep the contract; what is special about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from tests.backends.contract import Contract
from tests.backends.promise import Promise
from tests.backends.rig import Rig


class TestThreads(Contract):
    type = "threads"
    sends_nothing = True
    is_kept = False
    made_for = b"thread"


class TestThreadsForPrograms(Promise):
    worker: ClassVar[dict[str, Any]] = {"type": "threads", "cores": 2}


def test_close_does_not_wait_for_a_call_that_never_ends(tmp_path: Path) -> None:
    rig = Rig("threads").start()
    held = tmp_path / "held"
    rig.submit((b"wait_for", str(held).encode()))
    rig.close()
    held.touch()
