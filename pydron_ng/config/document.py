"""The text of a pydron.conf as plain JSON values, without comments and outdated keys."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydron_ng.config.mistakes import Mistake, either, quoted
from pydron_ng.config.search import distrust
from pydron_ng.config.secrets import secrets_in, without_secrets
from pydron_ng.errors import ConfigError
from pydron_ng.log import log

COMMENT = "//"
_OTHERS_READ = 0o044
#: Names the schema, for editors.
SCHEMA = "$schema"

#: Keys of older versions that have no meaning any more, by the JSON path of their object.
_OUTDATED = (
    (re.compile(r"\$"), {"data_ports", "scheduler"}),
    (re.compile(r"\$\.workers\[\d+\]"), {"data_ports", "preconnect"}),
)


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys it was given more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.repeated = {key for key in self if keys.count(key) > 1 and not key.startswith(COMMENT)}


def read(path: Path) -> Any:
    """The JSON values in the file at `path`, comments still in them.

    Raises:
        ConfigError: it cannot be read, others may write it, or it is not JSON.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if why := distrust(path, status):
                raise ConfigError(Mistake(str(path), "refused", why))
            text = file.read().decode("utf-8-sig")
        values = json.loads(text, object_pairs_hook=_Object)
    except json.JSONDecodeError as error:
        raise ConfigError(_syntax(path, error)) from None
    except UnicodeDecodeError as error:
        raise ConfigError(Mistake(str(path), f"byte {error.start}", "not UTF-8")) from None
    except (OSError, RecursionError) as error:
        raise ConfigError(Mistake(str(path), "cannot be read", str(error))) from None
    if status.st_mode & _OTHERS_READ and (secret := secrets_in(values)):
        _warn(f"{path}: others can read it, and with it {either(quoted(sorted(secret)))}", path)
    return values


def _warn(what: str, path: Path) -> None:
    log().warning("%s\n  try: chmod 600 %s", what, path)


def _syntax(path: Path, error: json.JSONDecodeError) -> Mistake:
    line = without_secrets(error.doc).split("\n")[error.lineno - 1]
    number = f"{error.lineno:>5} | "
    caret = " " * (len(number) + error.colno - 1) + "^"
    hint = _HINT if line.lstrip().startswith((COMMENT, "#")) else ""
    if error.msg.startswith(("Invalid \\escape", "Invalid control character")):
        hint = _ESCAPES
    what = f"not JSON: {error.msg}\n{number}{line}\n{caret}{hint}"
    return Mistake(str(path), f"{error.lineno}:{error.colno}", what)


_ESCAPES = (
    '\n  in JSON a backslash is written as two, "C:\\\\keys\\\\id_rsa", and a new line as \\n:'
    ' "-----BEGIN PRIVATE KEY-----\\nMII..."'
)
_HINT = f'\n  a comment is a key that begins with {COMMENT}, such as "{COMMENT} why": "..."'


def plain(value: Any, mistaken: Callable[[str, str], None], path: str = "$") -> Any:
    """`value` without comments and outdated keys, which are noted in the log.

    mistaken: called with the JSON path of each key that was given twice, and what is wrong.
    """
    if isinstance(value, list | tuple):
        return [plain(item, mistaken, f"{path}[{i}]") for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    for key in sorted(getattr(value, "repeated", ())):
        mistaken(f"{path}.{key}", "this key is there more than once in one object")
    return {
        key: plain(item, mistaken, f"{path}.{key}")
        for key, item in value.items()
        if not _left_out(key, path)
    }


def _left_out(key: Any, path: str) -> bool:
    if not isinstance(key, str):
        return False
    if any(key in keys and place.fullmatch(path) for place, keys in _OUTDATED):
        _note(f"{path}.{key}")
        return True
    return key.startswith(COMMENT) or (key == SCHEMA and path == "$")


def _note(where: str) -> None:
    log().info("%s has no meaning any more and is ignored", where)
