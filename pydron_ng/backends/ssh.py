"""Workers on machines that are reached by SSH."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec

from pydron_ng.backends.remote.keys import Keys
from pydron_ng.errors import ConfigError

if TYPE_CHECKING:
    from pydron_ng.backends.remote.fleet import Fleet
    from pydron_ng.backends.remote.plan import Plan
    from pydron_ng.backends.station import Station

#: ``[ssh://][user@]host[:port][/cores]``; an address with colons is in brackets.
_SHORT = r"^(?:ssh://)?(?:([^@/]+)@)?(\[[^@/\[\]]+\]|[^@/:\[\]]+)(?::([0-9]+))?(?:/([1-9][0-9]*))?$"
_Short = Annotated[str, msgspec.Meta(pattern=_SHORT, examples=["me@node1:22/8"])]
_MOST_PORT = 65535


class Config(Keys, frozen=True, kw_only=True, tag="ssh"):
    """One host, or several that are reached in the same way."""

    hostname: str = ""
    hosts: tuple[_Short, ...] = ()
    port: Annotated[int, msgspec.Meta(ge=1, le=_MOST_PORT)] | None = None
    username: str = ""
    password: str = ""
    password_env: str = ""
    passphrase_env: str = ""
    private_key_files: tuple[str, ...] = ()
    private_keys: tuple[str, ...] = ()
    agent: bool = True
    known_hosts: str = ""
    host_key: Literal["strict", "accept-new"] = "strict"
    proxy_jump: str = ""
    ssh_config: str = "~/.ssh/config"
    transport: Literal["paramiko", "openssh"] = "paramiko"

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.hostname) == bool(self.hosts):
            raise ValueError('either "hostname" or "hosts" is to say where the workers are')
        for place in places(self):
            place.check()
        if self.password and self.password_env:
            raise ValueError('"password" and "password_env" are both there')
        if self.transport == "openssh" and self.private_keys:
            raise ValueError('"private_keys" need "transport": "paramiko"; ssh takes files only')
        if self.transport == "openssh" and (self.password or self.password_env):
            raise ValueError('a password needs "transport": "paramiko"; ssh takes keys only')

    def __repr__(self) -> str:
        return f"ssh.Config({', '.join(place.name for place in places(self))})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("hosts", [place.name for place in places(self)])]


class Place(NamedTuple):
    """Where one host is, as far as pydron.conf says; ``~/.ssh/config`` may say more."""

    host: str
    port: int | None
    username: str
    cores: int | None

    @property
    def name(self) -> str:
        """For messages."""
        user = f"{self.username}@" if self.username else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"ssh://{user}{host}{port}"

    def check(self) -> None:
        """Raises: ValueError."""
        if ":" in self.username:
            raise ValueError('hosts: a password is to be in "password_env", not before the host')
        if self.port is not None and not 1 <= self.port <= _MOST_PORT:
            raise ValueError(f"hosts: {self.host}: ports are from 1 to {_MOST_PORT}")

    @property
    def keys(self) -> dict[str, Any]:
        """How it would be told if it were the only one."""
        where = {"hostname": self.host, "port": self.port, "username": self.username}
        return {"hosts": (), **where}


def create(config: Config, performer: str) -> tuple[Fleet, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.remote.fleet import Fleet

    plan = _openssh_plan if config.transport == "openssh" else _paramiko_plan
    fleet = Fleet([plan(config, place) for place in places(config)], performer)
    return fleet, fleet.workers


def stations(config: Config) -> list[Station]:
    """The hosts, each by itself."""
    return [config.station(place.name, place.cores, **place.keys) for place in places(config)]


def places(config: Config) -> list[Place]:
    """The hosts; what the short form says about one goes before what is said about all."""
    return [_place(config, short) for short in config.hosts or (config.hostname,)]


def _place(config: Config, short: str) -> Place:
    found = re.match(_SHORT, short) if config.hosts else None
    if found is None:
        return Place(_bare(short), config.port, config.username, None)
    user, host, port, cores = found.groups()
    return Place(
        _bare(host),
        int(port) if port else config.port,
        user or config.username,
        int(cores) if cores else None,
    )


def _bare(host: str) -> str:
    """An address without the brackets that keep its colons from a port."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def _paramiko_plan(config: Config, place: Place) -> Plan:
    way: dict[str, Any] = {
        "hostname": place.host,
        "port": place.port,
        "username": place.username,
        "password": config.password or _variable(config.password_env) or None,
        "passphrase": _variable(config.passphrase_env) or None,
        "private_key_files": list(config.private_key_files),
        "private_keys": list(config.private_keys),
        "agent": config.agent,
        "known_hosts": config.known_hosts,
        "host_key": config.host_key,
        "proxy_jump": config.proxy_jump,
        "ssh_config": config.ssh_config,
        "timeout": config.timeout_seconds,
    }
    return config.plan(place.name, "paramiko", way, place.cores)


def _variable(name: str) -> str:
    """Raises: ConfigError."""
    if name and name not in os.environ:
        raise ConfigError(f'the variable {name}, which is to hold a secret of "ssh", is not set')
    return os.environ[name] if name else ""


def _openssh_plan(config: Config, place: Place) -> Plan:
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes" if config.host_key == "strict" else "accept-new",
        "ConnectTimeout": str(max(1, round(config.timeout_seconds))),
        "User": place.username,
        "Port": str(place.port or ""),
        "ProxyJump": config.proxy_jump,
        "UserKnownHostsFile": config.known_hosts,
    }
    command = ["ssh", "-T"]
    if config.ssh_config != "~/.ssh/config":
        command += ["-F", os.path.expanduser(config.ssh_config)]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"] if value else []
    for key in config.private_key_files:
        command += ["-i", os.path.expanduser(key)]
    return config.plan(
        place.name, "command", {"command": [*command, "--", place.host]}, place.cores
    )
