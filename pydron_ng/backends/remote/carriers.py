"""Carriers of bytes: what they are to us, and which one leads to a host."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any, Protocol

#: Typed into Python's own console, line by line: such a command line needs no quotes, whatever
#: shells it passes through. -P: what lies about in the directory is not imported.
CONSOLE = ("-P", "-u", "-m", "code", "-q")

#: To ask for the version of a Python is a matter of moments.
_VERSION_SECONDS = 20.0


class Carrier(Protocol):
    """A duplex stream of bytes to a host. Its two directions belong to different threads."""

    def read(self, most: int) -> bytes:
        """What has come, at least a byte; empty at the end. Raises: OSError."""

    def write(self, data: bytes | memoryview) -> None:
        """All of it. Raises: OSError."""

    def hang_up(self) -> None:
        """Nothing is written any more."""

    def close(self) -> None:
        """End it, however hard that is; idempotent."""

    def last_words(self) -> str:
        """What was said beside the stream; after its end."""

    def identity(self) -> dict[str, Any]:
        """Who is at the other end: "host_key", and whether it "is_known"; empty if it is open.

        "name": of one that was not known before.
        """


def settled(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan, once it is known where the host is. Raises: Trouble."""
    if plan["by"] == "cloud":
        from pydron_ng.backends.clouds.finding import found

        return found(plan)
    return plan


def carrier_for(plan: dict[str, Any], note: Callable[[str], None]) -> Carrier:
    """A connection that leads to Python's console there.

    note: is told what the user is to know although it is no trouble. Raises: Trouble.
    """
    python = plan["settings"]["python"]
    if plan["by"] == "paramiko":
        from pydron_ng.backends.remote.by_paramiko import ByParamiko

        through = plan.get("through", "")  # what Python is to be started by there
        return ByParamiko(plan["way"], f"{through} {python} {' '.join(CONSOLE)}".strip())
    if plan["by"] == "node":
        from pydron_ng.backends.remote.by_node import ByNode

        carrier = ByNode(plan["way"], python, note)
        plan["settings"]["cores"] = carrier.cores  # it may give less than was asked for
        return carrier
    from pydron_ng.backends.remote.by_command import ByCommand

    return ByCommand([*plan["way"]["command"], *shlex.split(python), *CONSOLE])


def version_by(plan: dict[str, Any]) -> str:
    """What that Python says about its version; empty if it says nothing."""
    python = plan["settings"]["python"]
    if plan["by"] == "paramiko":
        from pydron_ng.backends.remote.by_paramiko import ByParamiko

        return ByParamiko(plan["way"], f"{python} -V 2>&1").everything(_VERSION_SECONDS)
    if plan["by"] == "node":
        return ""  # another connection might find no core free
    from pydron_ng.backends.remote.by_command import answer_to

    return answer_to([*plan["way"]["command"], *shlex.split(python), "-V"], _VERSION_SECONDS)


def by_hand(plan: dict[str, Any]) -> str:
    """The command with which a user asks for that."""
    python = plan["settings"]["python"]
    if plan["by"] == "paramiko":
        return f"ssh {plan['way']['hostname']} {python} -V"
    if plan["by"] == "node":
        return f"{python or 'python3'} -V, at the node"
    return f"{shlex.join(plan['way']['command'])} {python} -V"
