"""What pydron_ng has to say about itself: the logger of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


_own: list[Logger] = []


def log() -> Logger:
    """The logger, to be asked for when there is something to say: logging is slow to import."""
    import logging

    return _own[0] if _own else logging.getLogger("pydron_ng")


def hush() -> None:
    """In a worker, where what is logged is taken to be a call's own: nobody hears it."""
    import logging

    _own[:] = [logging.Logger("pydron_ng")]  # noqa: LOG001  no manager is to know it
    _own[0].disabled = True
