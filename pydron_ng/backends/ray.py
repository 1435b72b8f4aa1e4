"""Workers on a Ray cluster: actors, each of which keeps a processor for as long as it lives."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import msgspec

from pydron_ng.backends.common import Common, KeptMb, most_kept
from pydron_ng.backends.station import Station
from pydron_ng.errors import ConfigError

if TYPE_CHECKING:
    from pydron_ng.backends.engines.backend import Seats


class Config(Common, frozen=True, kw_only=True, tag="ray"):
    """The address of a head, as ``ray.init`` takes it."""

    address: str = "auto"
    kept_mb: KeptMb = "auto"


def create(config: Config, performer: str) -> tuple[Seats, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.engines import by_ray
    from pydron_ng.backends.engines.backend import Seats

    if importlib.util.find_spec("ray") is None:
        raise ConfigError('"ray" needs Ray\n  try: pip install "pydron_ng[ray]"')
    engine = by_ray.Ray(config.address)
    backend = Seats(
        engine,
        performer,
        by_ray.CAPABILITIES,
        config.labels,
        fills=config.workers is None,
        kept_mb=most_kept(config.kept_mb),
    )
    return backend, config.workers or 1


def stations(config: Config) -> list[Station]:
    """The cluster; one of its workers is looked at."""
    one = msgspec.structs.replace(config, cores=1)
    workers = config.workers or 1
    return [Station(f"ray {config.address}", one, workers=workers)]
