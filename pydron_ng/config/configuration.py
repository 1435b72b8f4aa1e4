"""The configuration in force: read, checked, frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydron_ng.config.document import plain, read
from pydron_ng.config.mistakes import Mistake
from pydron_ng.errors import ConfigError

#: What holds where no pydron.conf is found: all local cores.
DEFAULT = {"workers": [{"type": "multicore"}]}

#: How many issued and not yet committed calls there may be, if the file does not say.
WINDOW = 1024


class Configuration(NamedTuple):
    """Which workers there are, and how far the program is run ahead.

    workers: enabled ones, each an instance of its backend's model.
    inline: False has every functional call dispatched, however small it is.
    window: how many issued and not yet committed calls there may be in one scheduled call.
    functional, pure, value_types: what is declared of libraries, as ``module:name``.
    cache: whether translations are kept on disk.
    monitor: which programs can be asked how they are: those with pools, all, none.
    source: the file, or what else it comes from, for messages.
    """

    workers: tuple[Any, ...]
    inline: Literal[False, "auto"]
    window: int
    functional: tuple[str, ...]
    pure: tuple[str, ...]
    value_types: tuple[str, ...]
    cache: Literal["on", "off"]
    monitor: Literal["pools", "all", "off"]
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
    document = document_from(values, worker_model, source)
    workers = tuple(worker for worker in document.workers if worker.enabled)
    declared = document.functional, document.pure, document.value_types
    seen = document.cache, document.monitor
    return Configuration(workers, document.inline, document.window, *declared, *seen, source)


def document_from(values: Any, worker_model: Any, source: str) -> Any:
    """All that these JSON values say, disabled workers included, as `document_model` has it.

    Raises: ConfigError.
    """
    found: list[Mistake] = []

    def mistaken(where: str, what: str) -> None:
        found.append(Mistake(source, where, what))

    document = _checked(plain(values, mistaken), document_model(worker_model), mistaken)
    if found:
        raise ConfigError(*found)
    return document


def document_model(worker_model: Any) -> Any:
    """What a whole pydron.conf looks like, for msgspec; unfit for workers of other kinds."""
    import msgspec  # slow, and not needed to find out that there is no file

    never = Annotated[bool, msgspec.Meta(extra_json_schema={"enum": [False]})]
    named = msgspec.Meta(pattern=r"^[\w.]+:[\w.]+$", examples=["numpy.linalg:svd"])
    names = tuple[Annotated[str, named], ...]
    return msgspec.defstruct(
        "Document",
        [
            ("workers", tuple[worker_model, ...], msgspec.field(default_factory=tuple)),
            ("inline", never | Literal["auto"], "auto"),
            ("window", Annotated[int, msgspec.Meta(ge=1)], WINDOW),
            ("functional", names, ()),
            ("pure", names, ()),
            ("value_types", names, ()),
            ("cache", Literal["on", "off"], "on"),
            ("monitor", Literal["pools", "all", "off"], "pools"),
        ],
        forbid_unknown_fields=True,
    )


def _complete(values: Any) -> Any:
    return {**DEFAULT, **values} if isinstance(values, dict) else values


def _checked(values: Any, model: Any, mistaken: Any) -> Any:
    import msgspec

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
