"""Workers on anything that is a ``concurrent.futures.Executor``: processes, MPI, Parsl, Slurm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from pydron_ng.backends.common import Common
from pydron_ng.backends.station import Station

if TYPE_CHECKING:
    from pydron_ng.backends.engines.backend import Seats


class Config(Common, frozen=True, kw_only=True, tag="executor"):
    """What makes the executor, ``module:callable``, and the arguments that it is given.

    start_seconds: so long it may take to do the first thing that it is given.
    """

    factory: str
    kwargs: dict[str, Any] = msgspec.field(default_factory=dict)
    start_seconds: Annotated[float, msgspec.Meta(gt=0)] = 30.0


def create(config: Config, performer: str) -> tuple[Seats, int]:
    """The backend, and how many workers it is to have, as far as anybody knows.

    Raises: ConfigError.
    """
    from pydron_ng.backends.engines import by_executor, names
    from pydron_ng.backends.engines.backend import Seats

    factory = names.find(config.factory, "factory")
    engine = by_executor.Executors(
        config.factory, factory, config.kwargs, config.workers, config.start_seconds
    )
    is_all = config.workers is None
    backend = Seats(engine, performer, by_executor.CAPABILITIES, config.labels, fills=is_all)
    return backend, config.workers or 1


def stations(config: Config) -> list[Station]:
    """The executor, wherever its processes are."""
    one = msgspec.structs.replace(config, cores=1)
    workers = config.workers or 1
    return [
        Station(
            f"executor {config.factory}",
            one,
            workers=workers,
            patience_seconds=config.start_seconds,
        )
    ]
