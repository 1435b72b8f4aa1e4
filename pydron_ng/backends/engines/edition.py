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


@cache
def mine() -> Edition:
    """That of the process itself."""
    versions = version_of(OWN) or "unknown", version_of(_CLOUDPICKLE) or "unknown"
    return Edition(*versions, platform.python_version(), socket.gethostname())


def sealed(content: tuple[Any, ...]) -> bytes:
    """A message. Version 2 of marshal is the same in every Python."""
    return marshal.dumps((tuple(mine()), content), 2)


def opened(message: bytes) -> Any:
    """What is in a message. Raises: Refused, if it comes from a process that is not like this."""
    edition, content = marshal.loads(message)
    _check(Edition(*edition))
    return content


def _check(theirs: Edition) -> None:
    """Raises: Refused, which says both versions, and a way out."""
    ours = mine()
    if _minor(theirs.python) != _minor(ours.python):
        why = f"Python is {theirs.python} at {theirs.host}, and {ours.python} here"
        raise Refused(why, "start the engine, or the program, with the other one's Python")
    if theirs.package != ours.package:
        why = f"{OWN} is {theirs.package} at {theirs.host}, and {ours.package} here"
        raise Refused(why, f"run there: pip install {distribution(OWN)}")
    if _minor(theirs.cloudpickle) != _minor(ours.cloudpickle):
        why = f"{_CLOUDPICKLE} is {theirs.cloudpickle} at {theirs.host}, "
        why += f"and {ours.cloudpickle} here"
        raise Refused(why, f"run there: pip install {distribution(_CLOUDPICKLE)}")


def lacking(module: str) -> Refused:
    """There is no such module where an engine's processes are."""
    package = distribution(module.partition(".")[0])
    return Refused(f"its workers cannot import {module}", f"run there: pip install {package}")


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]
