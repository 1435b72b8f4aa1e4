"""The configuration in force: read, checked, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from pydron_ng.config.document import plain, read
from pydron_ng.config.mistakes import Mistake
from pydron_ng.errors import ConfigError

#: What holds where no pydron.conf is found: all local cores.
DEFAULT = {"workers": [{"type": "multicore"}]}


@dataclass(frozen=True, slots=True)
class Configuration:
    """Which workers there are, and whether small calls are made inline.

    workers: enabled ones, each an instance of its backend's model.
    inline: False has every functional call dispatched, however small it is.
    source: the file, or what else it comes from, for messages.
    """

    workers: tuple[Any, ...]
    inline: Literal[False, "auto"]
    source: str


def load(path: Path | None, worker_model: Any) -> Configuration:
    """The configuration in the file at `path`; all local cores for None.

    worker_model: the union of the models of all kinds of workers.

    Raises:
        ConfigError: holds every mistake in the file.
    """
    if path is None:
        return from_dict(DEFAULT, worker_model, "default")
    return from_dict(read(path), worker_model, str(path))


def from_dict(values: Any, worker_model: Any, source: str) -> Configuration:
    """The configuration that these JSON values describe; `source` names them in messages.

    Raises:
        ConfigError: holds every mistake in them.
    """
    found: list[Mistake] = []

    def mistaken(where: str, what: str) -> None:
        found.append(Mistake(source, where, what))

    document = _checked(plain(values, mistaken), document_model(worker_model), mistaken)
    if found:
        raise ConfigError(*found)
    workers = tuple(worker for worker in document.workers if worker.enabled)
    return Configuration(workers, document.inline, source)


def document_model(worker_model: Any) -> Any:
    """What a whole pydron.conf looks like, for msgspec; unfit for workers of other kinds."""
    never = Annotated[bool, msgspec.Meta(extra_json_schema={"enum": [False]})]
    return msgspec.defstruct(
        "Document",
        [
            ("workers", tuple[worker_model, ...], msgspec.field(default_factory=tuple)),
            ("inline", never | Literal["auto"], "auto"),
        ],
        forbid_unknown_fields=True,
    )


def _complete(values: Any) -> Any:
    return {**DEFAULT, **values} if isinstance(values, dict) else values


def _checked(values: Any, model: Any, mistaken: Any) -> Any:
    try:
        document = msgspec.convert(_complete(values), model)
    except msgspec.ValidationError:
        from pydron_ng.config.validate import mistakes

        for where, what in mistakes(values, model):
            mistaken(where, what)
        return None
    if document.inline is True:
        mistaken("$.inline", 'expected false or "auto", not true')
    if not any(worker.enabled for worker in document.workers):
        mistaken("$.workers", "no worker is enabled, so nothing could run in parallel")
    return document
