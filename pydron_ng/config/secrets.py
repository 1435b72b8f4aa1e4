"""Keys of pydron.conf whose values are shown nowhere."""

from __future__ import annotations

import re

SECRET = frozenset({"accesskey", "passphrase", "password", "private_keys", "privatekey"})

#: Such a key and its text, in a line of JSON.
_IN_LINE = re.compile(rf'("(?:{"|".join(sorted(SECRET))})"\s*:\s*\[?\s*")((?:[^"\\]|\\.)*)')


def is_secret(path: str) -> bool:
    """Whether a JSON path leads to one."""
    return path.rpartition(".")[2].partition("[")[0] in SECRET


def without_secrets(line: str) -> str:
    """A line of a file as it may be shown, as long as it was."""
    return _IN_LINE.sub(lambda found: found[1] + "*" * len(found[2]), line)


def secrets_in(values: object) -> set[str]:
    """The keys of JSON values that hold one."""
    if isinstance(values, dict):
        own = {key for key, value in values.items() if key in SECRET and value}
        return own.union(*map(secrets_in, values.values()))
    if isinstance(values, list):
        return set().union(*map(secrets_in, values))
    return set()
