"""The configuration that a command works with, and how a broken one is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pydron_ng import config
from pydron_ng.backends import registry
from pydron_ng.config import Configuration
from pydron_ng.errors import ConfigError

BAD_USAGE = 2


#: For commands that look at one.
CONFIG_OPTION = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="This pydron.conf instead of the one that a program would find here.",
)


class Refused(click.ClickException):
    """Why nothing was begun: a broken configuration, no such file. Exit status 2 everywhere."""

    exit_code = BAD_USAGE


def broken(error: ConfigError) -> Refused:
    """All mistakes of a configuration."""
    return Refused(f"this configuration cannot be used\n{error}")


def in_force(file: Path | None = None) -> Configuration:
    """The configuration in the file; for None, that of a program that starts here.

    Raises: Refused.
    """
    try:
        if file is not None:
            return config.load(file, registry.model())
        return config.in_force(registry.model())
    except ConfigError as error:
        raise broken(error) from None


@contextmanager
def quiet() -> Iterator[None]:
    """What is logged meanwhile is told in another way, or by somebody else."""
    log = logging.getLogger("pydron_ng")
    log.addFilter(_nothing)
    try:
        yield
    finally:
        log.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False
