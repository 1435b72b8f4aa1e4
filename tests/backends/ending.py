"""A program that ends in the middle of its work, in one way or another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backends.rig import is_alive, wait_until

_PROGRAM = """
import os, sys
from tests.backends.rig import Rig
rig = {make}.start()
rig.submit((b"hold_gil", b"{folder}/busy"))
rig.submit((b"hold", b"{folder}/asleep"), worker=1)
rig.until(lambda: os.path.exists("{folder}/busy") and os.path.exists("{folder}/asleep"))
print(os.getpid(), flush=True)
{ending}
"""

ENDINGS = {
    "by _exit": "os._exit(0)",
    "by a signal": "os.kill(os.getpid(), 9)",
    "by an exception": "raise RuntimeError",
    "while a fork of it lives": "os.fork() or __import__('time').sleep(1000); os._exit(0)",
}


@contextmanager
def ended(ending: str, folder: Path, make: str) -> Iterator[int]:
    """The program that was; its workers, which never listen, are gone.

    ending: one of ENDINGS. make: the source of its ``Rig``.
    """
    source = _PROGRAM.format(make=make, folder=folder, ending=ENDINGS[ending])
    program = subprocess.Popen(
        [sys.executable, "-c", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    workers = [int((folder / name).read_text()) for name in ("busy", "asleep")]
    program.wait()
    try:
        wait_until(lambda: not any(map(is_alive, workers)))
        yield pid
    finally:
        program.stdout.close()
        if "fork" in ending:
            os.killpg(pid, signal.SIGKILL)
