"""What two processes must have in common before they can understand anything else they say."""

from __future__ import annotations

import marshal
import platform
import socket
from functools import cache
from typing import Any, NamedTuple

from pydron_ng.backends.engines.engine import Refused
from pydron_ng.backends.imports import version_of
from pydron_ng.backends.remote.packages import distribution

#: The name of this package.
OWN = __name__.partition(".")[0]
_CLOUDPICKLE = "cloudpickle"


class Edition(NamedTuple):
    """Versions of what reads orders and pickles, and the host where they are.

    Every message begins with it; no version of this package may change that.
    """

    package: str
    cloudpickle: str
    python: str
    host: str


class Unlike(Exception):  # noqa: N818  it is told as it is
    """A message of a process that has something else; its edition is the only argument."""


@cache
def mine() -> Edition:
    """This process's."""
    versions = version_of(OWN) or "unknown", version_of(_CLOUDPICKLE) or "unknown"
    return Edition(*versions, platform.python_version(), socket.gethostname())


def sealed(content: tuple[Any, ...]) -> bytes:
    """A message. Version 2 of marshal is the same in every Python."""
    return marshal.dumps((tuple(mine()), content), 2)


def opened(message: bytes) -> Any:
    """What is in a message. Raises: Unlike."""
    edition, content = marshal.loads(message)
    theirs = Edition(*edition)
    if refusal(theirs) is not None:
        raise Unlike(theirs)
    return content


def refusal(theirs: Edition) -> Refused | None:
    """Why nothing can be sent there, with both versions and a way out; None: it can."""
    ours = mine()
    if _minor(theirs.python) != _minor(ours.python):
        why = f"Python is {theirs.python} at {theirs.host}, and {ours.python} here"
        return Refused(why, "start the engine, or the program, with the other one's Python")
    if theirs.package != ours.package:
        why = f"{OWN} is {theirs.package} at {theirs.host}, and {ours.package} here"
        return Refused(why, f"run there: pip install {distribution(OWN)}")
    if _minor(theirs.cloudpickle) != _minor(ours.cloudpickle):
        why = f"{_CLOUDPICKLE} is {theirs.cloudpickle} at {theirs.host}, "
        why += f"and {ours.cloudpickle} here"
        return Refused(why, f"run there: pip install {distribution(_CLOUDPICKLE)}")
    return None


def lacking(module: str) -> Refused:
    """There is no such module where an engine's processes are."""
    package = module.partition(".")[0]
    return Refused(f"its workers cannot import {module}", f"run there: pip install {distribution(package)}")


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]
