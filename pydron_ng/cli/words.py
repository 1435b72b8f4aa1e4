"""Groups of commands that say what was probably meant."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pydron_ng.config.mistakes import did_you_mean


class Words(click.Group):
    """An unknown word is answered with the one that is most like it, and with all there are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        known = self.list_commands(ctx)
        if word not in known and not word.startswith("-"):
            ctx.fail(unknown(word, known, ctx.command_path))
        return super().resolve_command(ctx, args)


def unknown(word: str, known: Sequence[str], path: str) -> str:
    """What is said to a word that does not exist."""
    return f"{path} has no word {word}{did_you_mean(word, known)}\n  it has: {', '.join(known)}"
