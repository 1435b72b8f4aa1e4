"""Names of files in the directory of a task: none that leaves it, here nor there."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import Any


def checked_name(name: Any, what: str) -> str:
    """It, as a relative path. what: how it is called in messages.

    Raises: TypeError, ValueError.
    """
    if not isinstance(name, str | os.PathLike):
        raise TypeError(f"{what} is a name in the directory of the task, not {name!r}")
    text = os.fspath(name)
    path = PurePosixPath(text) if isinstance(text, str) else None
    if path is None or path.is_absolute() or ".." in path.parts or not path.parts or "\0" in text:
        raise ValueError(f"{what} has to be a name in the directory of the task, not {text!r}")
    return str(path)


def is_within(path: str, folder: str) -> bool:
    """Whether it is there, links resolved."""
    real, home = os.path.realpath(path), os.path.realpath(folder)
    return os.path.commonpath([real, home]) == home
