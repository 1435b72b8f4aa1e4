"""Stands between program and host: ``proxy.py FOLDER command...`` carries bytes, until told else.

What files are in the folder says what it does: ``stall`` (nothing goes on), ``garble`` (what comes
back is other bytes), ``flip`` (one bit of it is another one), ``slow`` (each 4 kB take 10 ms).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time


def carry(folder: str, source: int, target: int, back: bool) -> None:
    while data := os.read(source, 1 << 16):
        while os.path.exists(f"{folder}/stall"):
            time.sleep(0.01)
        if back and os.path.exists(f"{folder}/garble"):
            data = bytes(byte ^ 0x55 for byte in data)
        if back and os.path.exists(f"{folder}/flip"):
            data = data[:-1] + bytes([data[-1] ^ 1])
        if os.path.exists(f"{folder}/slow"):
            time.sleep(0.01 * (1 + len(data) // 4096))
        while data:
            data = data[os.write(target, data) :]
    os.close(target)


def main(folder: str, *command: str) -> None:
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert child.stdin is not None
    assert child.stdout is not None
    there = (folder, 0, child.stdin.fileno(), False)
    threading.Thread(target=carry, args=there, daemon=True).start()
    carry(folder, child.stdout.fileno(), 1, True)


if __name__ == "__main__":
    main(*sys.argv[1:])
