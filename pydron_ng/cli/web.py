"""``pydron web``: what ``pydron top`` shows, as a page for browsers."""

from __future__ import annotations

import ipaddress
import socket
import sys
from contextlib import suppress

import click

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@click.command(
    epilog="""\b
Examples:
  pydron web                                 to read, on this machine
  pydron web --token-file ~/.pydron-token    also to end tasks and workers
  pydron web --host 0.0.0.0 --token-file ~/.pydron-token
"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8181, show_default=True)
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Who knows what is in there may end tasks and workers; it is made if it is not there.",
)
def web(host: str, port: int, *, token_file: str | None) -> None:
    """Serve a page that shows live what workers are at.

    It is for this machine alone unless --host says otherwise; from elsewhere, reading takes the
    token, too. What it says is not encrypted: from elsewhere, come by SSH.
    Exit status: 0; 1 if it cannot be served.
    """
    is_here = _is_loopback(host)
    if token_file is None and not is_here:
        raise click.ClickException(
            f"{host} can be reached from elsewhere, and there is no token\n  try: --token-file FILE"
        )
    try:
        import uvicorn

        from pydron_ng.cli.page.app import app
        from pydron_ng.cli.page.guard import Rules
    except ModuleNotFoundError as error:
        why = f"the package {error.name} is not installed"
        raise click.ClickException(f"{why}\n  try: pip install pydron_ng[web]") from None
    rules = Rules(_token(token_file), {*_LOOPBACK, host}, is_here)
    with _listening(host, port) as listener:
        address = f"[{host}]" if ":" in host else host
        click.echo(f"http://{address}:{listener.getsockname()[1]}/  (^C ends)")
        sys.stdout.flush()
        application = app(rules, lambda: server.should_exit)
        config = uvicorn.Config(application, log_level="warning", server_header=False)
        server = uvicorn.Server(config)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(path: str | None) -> str | None:
    """Raises: ClickException."""
    if path is None:
        return None
    from pydron_ng.cli.page.guard import token_in

    try:
        return token_in(path)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


def _listening(host: str, port: int) -> socket.socket:
    """Raises: ClickException."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = f"cannot listen on {host}, port {port}: {error.strerror or error}"
        raise click.ClickException(f"{why}\n  try: another --port, or 0 for any") from None
