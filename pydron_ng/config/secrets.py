"""Keys of pydron.conf whose values are shown nowhere."""

from __future__ import annotations

import re
from typing import Any

SECRET = frozenset({"accesskey", "passphrase", "password", "private_keys", "privatekey"})

#: How keys end that an object for somebody else may have for one.
_ENDS = re.compile(
    r"(access_?key|pass(word|phrase|wd)?|private_?keys?|secret|token)$", re.IGNORECASE
)

#: Such a key, however it is written, and a text or a list of texts, as far as it may go.
_IN_TEXT = re.compile(
    r"""(["']?\b\w*(?:access_?key|pass(?:word|phrase|wd)?|private_?keys?|secret|token)["']?\s*[:=]\s*)"""
    r"""(?:(\[[^\]]*)|("(?:[^"\\]|\\.)*|'(?:[^'\\]|\\.)*|[^\s"',}\]][^\n,}\]]*))""",
    re.IGNORECASE | re.DOTALL,
)


def is_secret(path: str) -> bool:
    """Whether a JSON path leads to one."""
    return path.rpartition(".")[2].partition("[")[0] in SECRET


def shown(key: str, value: Any) -> Any:
    """The JSON value of a key as it may be shown: what is secret in it is not."""
    if isinstance(value, dict):
        return {inner: shown(inner, part) for inner, part in value.items()}
    return "(not shown)" if value and _ENDS.search(key) else value


def without_secrets(text: str) -> str:
    """The text of a file as it may be shown, whatever is wrong with it: its lines as they were."""

    def hidden(found: re.Match[str]) -> str:
        key, several, one = found.groups("")
        kept = one[:1] if one[:1] in ("'", '"') else ""
        return (
            key
            + re.sub(r"""[^\[\s"',]""", "*", several)
            + kept
            + re.sub(".", "*", one[len(kept) :])
        )

    return _IN_TEXT.sub(hidden, text)


def secrets_in(values: object) -> set[str]:
    """The keys of JSON values that hold one."""
    if isinstance(values, dict):
        own = {key for key, value in values.items() if key in SECRET and value}
        return own.union(*map(secrets_in, values.values()))
    if isinstance(values, list):
        return set().union(*map(secrets_in, values))
    return set()
