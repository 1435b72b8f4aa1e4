"""``pydron node``: lends this machine's cores to programs that know a token."""

from __future__ import annotations

import logging
import select
import signal
import threading
from collections.abc import Callable

import click

from pydron_ng.backends.descriptors import Bell
from pydron_ng.backends.nodes.address import DEFAULT_PORT, Address, address_from, listener_at
from pydron_ng.backends.nodes.certificate import (
    Certificate,
    certificate_beside,
    certificate_in,
    fingerprint,
)
from pydron_ng.backends.nodes.dial import Endpoint
from pydron_ng.backends.nodes.door import Door
from pydron_ng.backends.nodes.greeting import Role
from pydron_ng.backends.nodes.joining import Joining
from pydron_ng.backends.nodes.private import NotPrivate, make_token, token_in
from pydron_ng.backends.nodes.reception import Reception
from pydron_ng.backends.nodes.shares import Shares
from pydron_ng.cli.configured import Refused
from pydron_ng.log import log


def _address(_: click.Context, __: click.Parameter, value: str | None) -> Address | None:
    """HOST[:PORT]."""
    try:
        return None if value is None else address_from(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(
    epilog="""\b
Examples:
  pydron node --token-file token             for programs on this machine, and tunnels to it
  pydron node --token-file token --listen 10.0.0.7:7733
  pydron node --token-file token --listen 0.0.0.0 --cores -2 --cores-per-client 4
  pydron node --token-file token --join 10.0.0.1:7733
""",
)
@click.option(
    "--token-file",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Who knows what is in it is let in; made if it is not there.",
)
@click.option(
    "--listen",
    callback=_address,
    metavar="HOST:PORT",
    help=f"Where programs dial; 0.0.0.0: everywhere.  [default: 127.0.0.1:{DEFAULT_PORT}]",
)
@click.option(
    "--join",
    callback=_address,
    metavar="HOST:PORT",
    help="Dial a program that listens there, again and again.",
)
@click.option("--cores", type=int, metavar="N", help="Lend N cores; -N: all but N.")
@click.option("--cores-per-client", type=int, metavar="N", help="At most N to each program.")
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="With its key, to listen with.  [default: one that is made, beside the token]",
)
@click.option("--fingerprint", default="", help="Of the certificate of whom it joins.")
@click.option(
    "--ca-file",
    default="",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Who vouches for that certificate.",
)
def node(
    token_file: str,
    listen: Address | None,
    join: Address | None,
    cores: int | None,
    cores_per_client: int | None,
    certificate: str | None,
    fingerprint: str,
    ca_file: str,
) -> None:
    """Lend this machine's cores to programs that know a token.

    What they do runs as you. Exit status: 0 after SIGINT or SIGTERM, when all of it has ended; 2 if
    it cannot begin.
    """
    if join and (listen or certificate):
        raise click.UsageError("--join dials: --listen and --certificate are for who listens")
    if not join and (fingerprint or ca_file):
        raise click.UsageError("--fingerprint and --ca-file are about whom it joins: say --join")
    work: Reception | Joining
    try:
        door = Door(shares := Shares(cores, cores_per_client))
        token = _token(token_file)
        if join:
            work = Joining(Endpoint(join, token, fingerprint, ca_file), door)
            what = f"joining {join}"
        else:
            own = certificate_in(certificate or certificate_beside(token_file))
            work = _reception(listen or Address("127.0.0.1", DEFAULT_PORT), own, token, door)
            what = f"listening at {work.address}"
    except (NotPrivate, ValueError) as error:
        raise Refused(str(error)) from None
    _until_told(work, door, f"{what}, {shares.total} cores")


def _token(file: str) -> bytes:
    """Raises: NotPrivate."""
    if make_token(file):
        click.echo(f"made {file}: copy it to where programs are, so that nobody else sees it")
    return token_in(file)


def _reception(listen: Address, own: Certificate, token: bytes, door: Door) -> Reception:
    """Raises: Refused."""
    try:
        listener = listener_at(listen)
    except OSError as error:
        raise Refused(f"nobody can listen at {listen}: {error.strerror or error}") from None
    click.echo(f"certificate {fingerprint(own.digest)}")
    return Reception(listener, own, token, Role.NODE, door.serve, log().warning)


def _until_told(work: Reception | Joining, door: Door, what: str) -> None:
    """Signals end it, and all that it has started. what: said when it has begun."""
    told: list[int] = []
    end = Bell()

    def hear(number: int, _: object) -> None:
        told.append(number)
        end.ring()

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, hear)
    _speak()
    threading.Thread(target=_ringing, args=(work.run, end), daemon=True).start()
    click.echo(what)
    select.select([end], [], [])
    if not told:
        raise click.ClickException("it ended by itself, which is a mistake of pydron_ng's")
    work.stop()
    door.close()


def _ringing(work: Callable[[], None], end: Bell) -> None:
    """Nobody is to wait for what is over."""
    try:
        work()
    finally:
        end.ring()


def _speak() -> None:
    """What happens is said on standard error."""
    said = logging.StreamHandler()
    said.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log().addHandler(said)
    log().setLevel(logging.INFO)
