"""What pydron_ng has to say about itself: the logger of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


def log() -> Logger:
    """The logger, to be asked for when there is something to say: logging is slow to import."""
    import logging

    return logging.getLogger("pydron_ng")
