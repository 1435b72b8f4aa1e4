"""From the word in the configuration to the backend: one module per word, loaded when asked for."""

from __future__ import annotations

import importlib
from functools import reduce
from operator import or_
from types import ModuleType
from typing import Any

import msgspec

from pydron_ng.backends.base import Backend
from pydron_ng.backends.station import Station

#: Each is a ``type`` in pydron.conf and a file beside this one.
TYPES = (
    "multicore",
    "threads",
    "ssh",
    "command",
    "node",
    "cloud",
    "executor",
    "dask",
    "ray",
)


def model() -> Any:
    """The union of all workers' configurations, told apart by their ``type``."""
    return reduce(or_, (_module(type_).Config for type_ in TYPES))


def create(config: msgspec.Struct, performer: str) -> tuple[Backend, int]:
    """The backend that the configuration describes, and how many workers it is to have.

    performer: ``module:attribute``, called in each worker. Raises: ConfigError.
    """
    type_ = config.__struct_config__.tag
    assert isinstance(type_, str)
    backend, workers = _module(type_).create(config, performer)
    return backend, workers


def stations(config: msgspec.Struct) -> list[Station]:
    """Where the configuration has workers, each place by itself. Raises: ConfigError."""
    found: list[Station] = _module(str(config.__struct_config__.tag)).stations(config)
    return found


def _module(type_: str) -> ModuleType:
    return importlib.import_module(f"pydron_ng.backends.{type_}")
