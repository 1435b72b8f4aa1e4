"""``pydron top``: the same as ``pydron status``, again and again, until q."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Group
from rich.live import Live
from rich.text import Text

from pydron_ng.cli.programs import NOBODY, running
from pydron_ng.cli.told import console, screen

_ENDS, _KEYS = b"q", "q ends"


@click.command(
    epilog="""\b
Examples:
  pydron top
  pydron top --every 0.5
"""
)
@click.option(
    "--every",
    "seconds",
    type=click.FloatRange(min=0.2),
    default=1.0,
    show_default=True,
    help="Seconds from one look to the next.",
)
def top(seconds: float) -> None:
    """Show live what workers are at, on the whole terminal; q ends.

    Exit status: 0; 1 if this is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException("this is no terminal\n  try: pydron status, or --json of it")
    with (
        _keys() as keys,
        Live(_shown(), console=console(), screen=True, auto_refresh=False) as live,
    ):
        live.refresh()
        while _ENDS not in keys(seconds):
            live.update(_shown(), refresh=True)


def _shown() -> Group:
    told, troubles = running()
    clock = Text(f"{time.strftime('%H:%M:%S')}  {_KEYS}\n", style="dim")
    return Group(clock, screen(told, troubles), *([] if told else [Text(NOBODY)]))


@contextmanager
def _keys() -> Iterator[Callable[[float], bytes]]:
    """What is typed within so many seconds, at once and without being shown; ^C interrupts."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def typed(seconds: float) -> bytes:
        ready, _, _ = select.select([terminal], [], [], seconds)
        return os.read(terminal, 100) if ready else b""

    try:
        tty.setcbreak(terminal)
        yield typed
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
