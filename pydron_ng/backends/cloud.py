"""Workers on machines that are rented when they are needed, and ended after."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from pydron_ng.backends.clouds.providers import today
from pydron_ng.backends.remote.keys import Keys, Seconds
from pydron_ng.backends.station import Station
from pydron_ng.errors import ConfigError

if TYPE_CHECKING:
    from pydron_ng.backends.clouds.account import Access
    from pydron_ng.backends.clouds.fleet import CloudFleet
    from pydron_ng.backends.clouds.order import Order

Name = Annotated[str, msgspec.Meta(min_length=1)]
Project = Annotated[str, msgspec.Meta(pattern=r"^[\w.-]+$", examples=["my-project_2"])]
Money = Annotated[float, msgspec.Meta(gt=0)]

#: What is ours to say when an instance is created.
_OURS = frozenset({"ex_userdata", "ex_clienttoken", "ex_mincount", "ex_maxcount", "auth"})
#: Where EC2's credentials are, if pydron.conf does not say.
_USUAL = {
    "ec2": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
}


class Config(Keys, frozen=True, kw_only=True, tag="cloud"):
    """One or more instances of a kind."""

    provider: Name
    imageid: Name
    sizeid: Name
    username: Name
    region: str = ""
    accesskeyid: str = ""
    accesskeyid_env: str = ""
    accesskey: str = ""
    accesskey_env: str = ""
    publickey: str = ""
    privatekey: str = ""
    private_keys: tuple[str, ...] = ()
    private_key_files: tuple[str, ...] = ()
    passphrase_env: str = ""
    agent: bool = True
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    address: Literal["public", "private"] = "public"
    proxy_jump: str = ""
    ssh_config: str = "~/.ssh/config"
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    max_instances: Annotated[int, msgspec.Meta(ge=1)] | None = None
    max_cost_per_hour: Money | None = None
    price_per_hour: Money | None = None
    keep_minutes: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    lease_minutes: Money = 10.0
    max_hours: Money = 24.0
    start_seconds: Seconds = 300.0
    accept_stopped: bool = False
    project: Project = "pydron"
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    driver_options: dict[str, Any] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("accesskeyid", "accesskey"):
            if getattr(self, name) and getattr(self, f"{name}_env"):
                raise ValueError(f'"{name}" and "{name}_env" are both there')
        if self.max_instances is not None and self.count > self.max_instances:
            raise ValueError('"count" is more than "max_instances"')
        if theirs := _OURS.intersection(self.options):
            raise ValueError(
                f'"options" cannot hold {", ".join(sorted(theirs))}: that is said here'
            )

    def __repr__(self) -> str:
        return f"cloud.Config({self.place}, {self.count} times {self.sizeid})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("place", self.place), ("count", self.count), ("sizeid", self.sizeid)]

    @property
    def place(self) -> str:
        """For messages."""
        return " ".join(filter(None, today(self.provider, self.region)))


def create(config: Config, performer: str) -> tuple[CloudFleet, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.clouds.fleet import CloudFleet
    from pydron_ng.backends.clouds.link import new_desk

    desk = new_desk()
    ssh = _ssh(config)
    plans = [
        config.plan(
            f"cloud {config.place} {slot + 1} of {config.count}",
            "cloud",
            {"desk": desk, "slot": slot, "turn": 0, "ssh": ssh},
        )
        for slot in range(config.count)
    ]
    fleet = CloudFleet(plans, performer, _order(config), desk)
    return fleet, fleet.workers


def stations(config: Config) -> list[Station]:
    """One of the instances: they are all of a kind."""
    name, kind = f"cloud {config.place}", f"an instance of {config.sizeid}"
    station = config.station(name, None, count=1, keep_minutes=0.0)
    patience = station.patience_seconds + config.start_seconds
    return [station._replace(patience_seconds=patience, costs=kind)]


def access(config: Config) -> Access:
    """Where instances are rented, and with which right. Raises: ConfigError."""
    from pydron_ng.backends.clouds.account import Access

    provider, region = today(config.provider, config.region)
    names = _USUAL.get(provider, ("", "", ""))
    return Access(
        provider,
        region,
        config.accesskeyid or _secret(config.accesskeyid_env, names[0]),
        config.accesskey or _secret(config.accesskey_env, names[1]),
        "" if config.accesskeyid or config.accesskeyid_env else os.environ.get(names[2], ""),
        config.driver_options,
    )


def usual_access(provider: str, region: str, options: dict[str, Any]) -> Access:
    """The same, where no pydron.conf says it."""
    from pydron_ng.backends.clouds.account import Access

    provider, region = today(provider, region)
    names = _USUAL.get(provider, ("", "", ""))
    key, secret, token = (os.environ.get(name, "") for name in names)
    return Access(provider, region, key, secret, token, options)


def _order(config: Config) -> Order:
    from pydron_ng.backends.clouds.order import Order
    from pydron_ng.backends.clouds.stock import Limits
    from pydron_ng.backends.clouds.user_data import Seconds as Lives

    lease = max(config.lease_minutes, config.keep_minutes)
    return Order(
        access=access(config),
        project=config.project,
        session=f"{datetime.now(UTC):%Y%m%dT%H%M}-{secrets.token_hex(4)}",
        image=config.imageid,
        size=config.sizeid,
        authorized=_authorized(config),
        root=config.username == "root",
        address=config.address,
        options=config.options,
        limits=Limits(config.max_instances, config.max_cost_per_hour, config.price_per_hour),
        seconds=Lives(config.start_seconds, lease * 60, config.max_hours * 3600),
        is_kept=config.keep_minutes > 0,
        accept_stopped=config.accept_stopped,
    )


def _ssh(config: Config) -> dict[str, Any]:
    """How instances are reached once it is known where they are; as ``pydron_ng.backends.ssh``."""
    from pydron_ng.backends.clouds.login import is_text

    given = [key for key in (config.privatekey, *config.private_keys) if key]
    files = [key for key in given if not is_text(key)]
    return {
        "port": config.port,
        "username": config.username,
        "password": None,
        "passphrase": _secret(config.passphrase_env) or None,
        "private_key_files": [*files, *config.private_key_files],
        "private_keys": [key for key in given if is_text(key)],
        "agent": config.agent,
        "proxy_jump": config.proxy_jump,
        "ssh_config": config.ssh_config,
        "timeout": config.timeout_seconds,
    }


def _authorized(config: Config) -> str:
    """The public key that instances let in. Raises: ConfigError."""
    from pydron_ng.backends.clouds.login import public_key

    private = [config.privatekey, *config.private_keys, *config.private_key_files]
    return public_key(config.publickey, filter(None, private), _secret(config.passphrase_env))


def _secret(name: str, usual: str = "") -> str:
    """What a variable holds; the usual one may be missing. Raises: ConfigError."""
    if name and name not in os.environ:
        raise ConfigError(f'the variable {name}, which is to hold a secret of "cloud", is not set')
    return os.environ.get(name or usual, "")
