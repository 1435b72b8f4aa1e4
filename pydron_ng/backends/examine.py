"""What a place with workers is like, as one of its workers finds it: the performer of a look.

Standard library only, and nothing that another host could lack.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydron_ng.backends import cores
from pydron_ng.backends.base import Blob, Conversation, Say, Token
from pydron_ng.backends.imports import has, version_of, versions_of
from pydron_ng.backends.vitals import entries, memory_bytes
from pydron_ng.memory.arena import Arena
from pydron_ng.values.blob import memory_of

#: What a call of the examiner begins with.
FACTS, TAKE, GIVE = b"facts", b"take", b"give"
PERFORMER = f"{__name__}:Examiner"

#: Those that decide how numerical libraries add up.
_NUMERICAL = ("sse", "ssse", "avx", "fma", "f16c", "amx", "asimd", "sve", "sme", "neon", "bf16")
_LIMITS = ("AS", "DATA", "CPU", "FSIZE", "NOFILE", "NPROC")


class Examiner:
    """Tells facts, and takes and gives bytes, so that the way there can be timed."""

    hold_seconds = 0.0

    def __init__(self, captures: str) -> None:
        """captures: where it works; it is the same everywhere."""

    def share(self, arena: Arena) -> None:
        """Nothing of this is large enough."""

    def define(self, token: Token, blob: Blob) -> None:
        """No function is ever sent."""

    def settings(self, blob: Blob) -> None:
        """The program's surroundings do not matter."""

    def dwell(self, folder: str) -> None:
        """It keeps no files."""

    def nest(self, conversation: Conversation, told: Blob) -> None:
        """It hands nothing on."""

    def perform(self, blob: Blob, say: Say) -> Blob:  # noqa: ARG002  there is nothing else to say
        word, argument = map(memory_of, blob)
        match bytes(word):
            case b"facts":
                return (json.dumps(facts(**json.loads(bytes(argument)))).encode(),)
            case b"give":
                return (os.urandom(int(bytes(argument))),)
            case _:
                return (b"",)


def facts(modules: Iterable[str], packages: Iterable[str], tmp_dir: str) -> dict[str, Any]:
    """What there is here; sizes in bytes, None for what cannot be found out.

    modules: whose packages' versions are wanted. packages: as pip knows them. tmp_dir: "" for
    that of Python's module tempfile.
    """
    modules = list(modules)
    tmp_dir = os.path.expanduser(tmp_dir) or _own_tmp_dir()
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "machine": platform.machine(),
        "cores": cores.available(),
        "memory": memory_bytes("MemTotal"),
        "free_memory": memory_bytes("MemAvailable"),
        "cpu_features": sorted(_cpu_features()),
        "versions": versions_of(modules),
        "missing": [module for module in modules if not has(module)],
        "packages": {package: version_of(package) for package in packages},
        "tmp_dir": tmp_dir,
        "free_tmp_dir": _free(tmp_dir),
        "free_shm": _free("/dev/shm"),  # noqa: S108  it is only looked at
        "limits": _limits(),
    }


def _own_tmp_dir() -> str:
    import tempfile

    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return ""


def _free(folder: str) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _cpu_features() -> set[str]:
    with suppress(OSError):
        told = entries(Path("/proc/cpuinfo"))
        flags = told.get("flags", told.get("Features", "")).split()
        return {flag for flag in flags if flag.startswith(_NUMERICAL)}
    return set()


def _limits() -> dict[str, int]:
    """The soft limits that there are, without those that limit nothing."""
    try:
        import resource
    except ImportError:
        return {}
    found = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in _LIMITS}
    return {name: most for name, most in found.items() if most != resource.RLIM_INFINITY}
