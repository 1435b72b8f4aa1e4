"""Workers on a Ray cluster: actors, each of which keeps a processor for as long as it lives."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from pydron_ng.backends.labels import Labels
from pydron_ng.backends.station import Station
from pydron_ng.errors import ConfigError

if TYPE_CHECKING:
    from pydron_ng.backends.engines.backend import Seats


class Config(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="ray",
):
    """The address of a head, as ``ray.init`` takes it."""

    address: str = "auto"
    enabled: bool = True
    cores: Annotated[int, msgspec.Meta(ge=1)] | Literal["auto"] = "auto"
    labels: Labels = ()


def create(config: Config, performer: str) -> tuple[Seats, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.engines import by_ray
    from pydron_ng.backends.engines.backend import Seats

    if importlib.util.find_spec("ray") is None:
        raise ConfigError('"ray" needs Ray\n  try: pip install "pydron_ng[ray]"')
    engine = by_ray.Ray(config.address)
    is_all = config.cores == "auto"
    backend = Seats(engine, performer, by_ray.CAPABILITIES, config.labels, fills=is_all)
    return backend, 1 if config.cores == "auto" else config.cores


def stations(config: Config) -> list[Station]:
    """The cluster; one of its workers is looked at."""
    one = msgspec.structs.replace(config, cores=1)
    workers = 1 if config.cores == "auto" else config.cores
    return [Station(f"ray {config.address}", one, workers=workers)]
