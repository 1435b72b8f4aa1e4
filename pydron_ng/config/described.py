"""What a configuration comes to, key by key, and who says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from pydron_ng.config.configuration import DEFAULT, document_from
from pydron_ng.config.document import read
from pydron_ng.config.force import WORKERS, worker_from
from pydron_ng.config.secrets import shown

Origin = Literal["file", "default", "$PYDRON_WORKERS"]


class Setting(NamedTuple):
    """One key, as it is in force. value: JSON; that of a secret is not shown."""

    key: str
    value: Any
    origin: Origin


class Worker(NamedTuple):
    """One entry of "workers".

    config: of its backend's model. is_used: it is enabled, and no variable has replaced it.
    """

    type: str
    config: Any
    is_used: bool
    settings: tuple[Setting, ...]


class Described(NamedTuple):
    """A whole configuration. path: the file; None: there is none."""

    path: Path | None
    workers: tuple[Worker, ...]
    settings: tuple[Setting, ...]


def described(path: Path | None, worker_model: Any, asked: str = "") -> Described:
    """What the file, or for None nothing, comes to.

    asked: what $PYDRON_WORKERS says where that counts, too.

    Raises: ConfigError, as ``load`` and ``in_force``.
    """
    values = {} if path is None else read(path)
    document = document_from(values, worker_model, "default" if path is None else str(path))
    given = values.get("workers")
    workers = list(_workers(document, given, is_used=not asked))
    if asked:
        said = {"workers": [worker_from(asked)]}
        own = document_from(said, worker_model, f"${WORKERS}")
        workers += _workers(own, said["workers"], is_used=True, origin="$PYDRON_WORKERS")
    top = tuple(one for one in _settings(document, values, "file") if one.key != "workers")
    return Described(path, tuple(workers), top)


def _workers(
    document: Any, given: Any, *, is_used: bool, origin: Origin = "file"
) -> Iterator[Worker]:
    if given is None:
        given, origin = DEFAULT["workers"], "default"
    for config, keys in zip(document.workers, given, strict=True):
        kind = config.__struct_config__.tag
        first = Setting("type", kind, origin)
        settings = first, *_settings(config, keys, origin)
        yield Worker(kind, config, is_used and config.enabled, settings)


def _settings(struct: Any, given: Mapping[str, Any], origin: Origin) -> Iterator[Setting]:
    for field in msgspec.structs.fields(struct):
        key = field.encode_name
        value = msgspec.to_builtins(getattr(struct, field.name))
        yield Setting(key, shown(key, value), origin if key in given else "default")
