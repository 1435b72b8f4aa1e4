"""The user's own keys: which public half instances are told to let in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from pydron_ng.errors import ConfigError

_PUBLIC = ("ssh-", "ecdsa-", "sk-")


def public_key(given: str, private: Iterable[str], passphrase: str) -> str:
    """In one line. given: a text or a file; without it, it is that of the first private key.

    private: texts or files; a file's public half may lie beside it. Raises: ConfigError.
    """
    if given:
        return (given if given.startswith(_PUBLIC) else _read(given, "publickey")).strip()
    for key in private:
        beside = os.path.expanduser(f"{key}.pub")
        if not is_text(key) and os.path.exists(beside):
            return _read(beside, "publickey").strip()
        text = key if is_text(key) else _read(key, "private_key_files")
        return _public_half(text, passphrase)
    raise ConfigError(
        '"cloud" needs a "publickey", which instances are to let in, or a private one'
    )


def is_text(key: str) -> bool:
    """Is it a private key itself, and no file that holds one?"""
    return "PRIVATE KEY" in key


def _public_half(text: str, passphrase: str) -> str:
    """Raises: ConfigError."""
    from cryptography.hazmat.primitives import serialization as form

    password = passphrase.encode() or None
    for load in (form.load_ssh_private_key, form.load_pem_private_key):
        with suppress(Exception):  # one of them may know the format
            key: Any = load(text.encode(), password)
            public: bytes = key.public_key().public_bytes(
                form.Encoding.OpenSSH, form.PublicFormat.OpenSSH
            )
            return public.decode()
    raise ConfigError('a private key of "cloud" cannot be read; check it, and "passphrase_env"')


def _read(path: str, key: str) -> str:
    """Raises: ConfigError."""
    try:
        with open(os.path.expanduser(path), encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ConfigError(f'"{key}" of "cloud": {path} cannot be read: {reason}') from None
