"""Workers on anything that is a ``concurrent.futures.Executor``: processes, MPI, Parsl, Slurm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from pydron_ng.backends.labels import Labels
from pydron_ng.backends.station import Station

if TYPE_CHECKING:
    from pydron_ng.backends.engines.backend import Seats


class Config(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="executor",
):
    """What makes the executor, ``module:callable``, and the arguments that it is given."""

    factory: str
    kwargs: dict[str, Any] = {}
    enabled: bool = True
    cores: Annotated[int, msgspec.Meta(ge=1)] | Literal["auto"] = "auto"
    labels: Labels = ()


def create(config: Config, performer: str) -> tuple[Seats, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.engines import by_executor, names
    from pydron_ng.backends.engines.backend import Seats

    factory = names.find(config.factory, "factory")
    cores = None if config.cores == "auto" else config.cores
    engine = by_executor.Executors(config.factory, factory, config.kwargs, cores)
    backend = Seats(engine, performer, by_executor.CAPABILITIES, config.labels, fills=cores is None)
    return backend, cores or 1


def stations(config: Config) -> list[Station]:
    """The executor, wherever its processes are."""
    one = msgspec.structs.replace(config, cores=1)
    workers = 1 if config.cores == "auto" else config.cores
    return [Station(f"executor {config.factory}", one, workers=workers)]
