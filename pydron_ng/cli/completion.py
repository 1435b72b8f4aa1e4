"""``pydron completion``: what a shell needs to complete pydron's words, options and files."""

from __future__ import annotations

import os
from pathlib import PurePath

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command(
    short_help="Print what makes a shell complete words and files.",
    epilog="""\b
For good, in the file that your shell reads when it starts:
  eval "$(pydron completion bash)"           in ~/.bashrc
  eval "$(pydron completion zsh)"            in ~/.zshrc
  pydron completion fish | source            in ~/.config/fish/config.fish

\b
Examples:
  pydron completion zsh > ~/.zsh/_pydron     once, for a directory in $fpath
  pydron completion                          for the shell that you use
""",
)
@click.argument("shell", type=click.Choice(SHELLS), required=False)
def completion(shell: str | None) -> None:
    """Print what makes a shell complete pydron's words, options and files.

    Without SHELL, for the one that $SHELL names.
    """
    own = PurePath(os.environ.get("SHELL", "")).name
    if shell is None and own not in SHELLS:
        raise click.UsageError(f"$SHELL is none of {', '.join(SHELLS)}: say which one")
    kind = get_completion_class(shell or own)
    assert kind is not None
    root = click.get_current_context().find_root()
    click.echo(kind(root.command, {}, "pydron", "_PYDRON_COMPLETE").source())
