"""The command ``pydron``: one module per word, loaded when it is asked for."""

from __future__ import annotations

import importlib
import sys
from io import TextIOWrapper

import click

from pydron_ng.cli.words import Words

#: Each is a module beside this one, with a click command of its own name.
WORDS: tuple[str, ...] = tuple(
    "check cloud completion config doctor explain kill lint node report run status top web".split()
)


class _Words(Words):
    """Words are listed without a look at what they import, which may be a lot."""

    def list_commands(self, _: click.Context) -> list[str]:
        return sorted(WORDS)

    def get_command(self, _: click.Context, word: str) -> click.Command | None:
        if word not in WORDS:
            return None
        command = getattr(importlib.import_module(f"{__name__}.{word}"), word)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=_Words, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pydron_ng", message="%(package)s %(version)s")
def main() -> None:
    """What pydron_ng does, where it does it, and what it leaves there."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # one that cannot show a character shows its number
            stream.reconfigure(errors="backslashreplace")
