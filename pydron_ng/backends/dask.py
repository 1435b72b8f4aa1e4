"""Workers on a Dask cluster that runs already, or that is started by one of Dask's own classes."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from pydron_ng.backends.common import Common, KeptMb, most_kept
from pydron_ng.backends.station import Station
from pydron_ng.errors import ConfigError

if TYPE_CHECKING:
    from pydron_ng.backends.engines.backend import Seats


class Config(Common, frozen=True, kw_only=True, tag="dask"):
    """The address of a scheduler, or a class of clusters, ``module:class``, with its arguments."""

    address: str = ""
    cluster: str = ""
    kwargs: dict[str, Any] = msgspec.field(default_factory=dict)
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    start_seconds: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    kept_mb: KeptMb = "auto"


def create(config: Config, performer: str) -> tuple[Seats, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.engines import by_dask
    from pydron_ng.backends.engines.backend import Seats

    if importlib.util.find_spec("distributed") is None:
        raise ConfigError('"dask" needs Dask\n  try: pip install "pydron_ng[dask]"')
    engine = by_dask.Dask(_name(config), _target(config), _security(config), config.start_seconds)
    backend = Seats(
        engine,
        performer,
        by_dask.CAPABILITIES,
        config.labels,
        fills=config.workers is None,
        kept_mb=most_kept(config.kept_mb),
    )
    return backend, config.workers or 1


def stations(config: Config) -> list[Station]:
    """The cluster; one of its workers is looked at."""
    one = msgspec.structs.replace(config, cores=1)
    workers = config.workers or 1
    patience = config.start_seconds
    return [Station(_name(config), one, workers=workers, patience_seconds=patience)]


def _name(config: Config) -> str:
    return f"dask {config.address or config.cluster}"


def _target(config: Config) -> Callable[[], Any]:
    """Raises: ConfigError."""
    from pydron_ng.backends.engines import names

    if bool(config.address) == bool(config.cluster):
        raise ConfigError('"dask" takes either "address" or "cluster"')
    if config.address:
        if config.kwargs:
            raise ConfigError('"kwargs" are for a "cluster", and "dask" has an "address"')
        return lambda: config.address
    return partial(names.find(config.cluster, "cluster"), **config.kwargs)


def _security(config: Config) -> dict[str, str]:
    """As Dask calls the files. Raises: ConfigError."""
    files = {"tls_ca": config.tls_ca, "tls_cert": config.tls_cert, "tls_key": config.tls_key}
    if not any(files.values()):
        return {}
    for key, file in files.items():
        if not os.path.isfile(os.path.expanduser(file)):
            what = f"there is no file {file!r}" if file else "is missing"
            raise ConfigError(f'"{key}": {what}; TLS takes "tls_ca", "tls_cert" and "tls_key"')
    ca, cert, key = map(os.path.expanduser, files.values())
    return {"tls_ca_file": ca, "tls_client_cert": cert, "tls_client_key": key}
