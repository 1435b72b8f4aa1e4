"""Workers at nodes: machines on which ``pydron node`` listens, or dials."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec

from pydron_ng.backends.nodes.address import PATTERN, Address, address_from, address_of
from pydron_ng.backends.remote.keys import Keys
from pydron_ng.errors import ConfigError
from pydron_ng.log import log

if TYPE_CHECKING:
    from pydron_ng.backends.remote.fleet import Fleet
    from pydron_ng.backends.remote.plan import Plan
    from pydron_ng.backends.station import Station

#: ``[node://]host[:port][/cores]``; an address with colons is in brackets.
_SHORT = rf"^(?:node://)?{PATTERN}(?:/([1-9][0-9]*))?$"
_Short = Annotated[str, msgspec.Meta(pattern=_SHORT, examples=["node1:7733/8"])]
_FINGERPRINT = r"^(SHA256:[A-Za-z0-9+/]{43})?$"


class Config(Keys, frozen=True, kw_only=True, tag="node"):
    """One node, or several with the same token; or those that dial in."""

    hosts: tuple[_Short, ...] = ()
    listen: str = ""
    token_file: Annotated[str, msgspec.Meta(min_length=1)]
    fingerprint: Annotated[str, msgspec.Meta(pattern=_FINGERPRINT)] = ""
    ca_file: str = ""
    certificate: str = ""
    python: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.hosts) == bool(self.listen):
            raise ValueError('either "hosts" or "listen" is to say where nodes come from')
        if self.listen and (self.fingerprint or self.ca_file):
            raise ValueError('"fingerprint" and "ca_file" are for "hosts"; who listens has its own')
        if self.certificate and not self.listen:
            raise ValueError('"certificate" is for "listen"; nodes have their own')
        if self.fingerprint and len(self.hosts) > 1:
            raise ValueError('"fingerprint" is that of one certificate, so of one of "hosts"')
        for address in [place.address for place in places(self)] or [address_from(self.listen)]:
            if not address.port:
                raise ValueError(f"{address}: there is no port 0")


class Place(NamedTuple):
    """Where one node is. name: for messages; as it is written, without cores."""

    name: str
    address: Address
    cores: int | None


def create(config: Config, performer: str) -> tuple[Fleet, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.nodes.private import NotPrivate
    from pydron_ng.backends.remote.fleet import Fleet

    try:
        plans = _plans(config)
    except NotPrivate as error:
        raise ConfigError(str(error)) from None
    fleet = Fleet(plans, performer)
    return fleet, fleet.workers


def stations(config: Config) -> list[Station]:
    """The nodes, each by itself; each is asked for as many cores as for a program."""
    if config.listen:
        name = _those_that_dial(config)
        return [config.station(name)._replace(patience_seconds=config.timeout_seconds)]
    found = []
    for place in places(config):
        station = config.station(place.name, place.cores, hosts=(str(place.address),))
        own = msgspec.structs.replace(station.config, cores=station.workers or "auto")
        found.append(station._replace(config=own))
    return found


def places(config: Config) -> list[Place]:
    """The nodes that are dialled. Raises: ValueError."""
    return [_place(short) for short in config.hosts]


def _place(short: str) -> Place:
    found = re.match(_SHORT, short)
    assert found is not None  # as the model says
    host, port, cores = found.groups()
    name = f"node://{host}:{port}" if port else f"node://{host}"
    return Place(name, address_of(host, port), int(cores) if cores else None)


def _plans(config: Config) -> list[Plan]:
    """Raises: NotPrivate."""
    from pydron_ng.backends.nodes.certificate import certificate_beside, certificate_in, fingerprint
    from pydron_ng.backends.nodes.private import token_in

    token_file = os.path.expanduser(config.token_file)
    way: dict[str, Any] = {
        "token": token_in(token_file).decode(),
        "cores": config.workers,
        "timeout": config.timeout_seconds,
    }
    if config.listen:
        own = os.path.expanduser(config.certificate) or certificate_beside(token_file)
        shown = fingerprint(certificate_in(own).digest)  # made here, if need be
        log().warning("%s are awaited; certificate %s", _those_that_dial(config), shown)
        way |= {"listen": address_from(config.listen), "certificate": own}
        return [config.plan(_those_that_dial(config), "node", way, is_open=True)]
    trust = {"fingerprint": config.fingerprint, "ca_file": os.path.expanduser(config.ca_file)}
    return [_plan(config, place, {**way, **trust}) for place in places(config)]


def _plan(config: Config, place: Place, way: Mapping[str, Any]) -> Plan:
    own = {"dial": place.address, "cores": place.cores or way["cores"]}
    return config.plan(place.name, "node", {**way, **own}, place.cores)


def _those_that_dial(config: Config) -> str:
    return f"nodes that dial {address_from(config.listen)}"
