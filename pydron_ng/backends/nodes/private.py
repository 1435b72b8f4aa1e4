"""Files that nobody else may read: the token, and the key of the certificate."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress

_TOKEN_BYTES = 32
#: What is shorter could be guessed by trying.
_LEAST_CHARACTERS = 32


class NotPrivate(Exception):
    """A file that cannot be used; the text says which, why, and the way out."""


def token_in(path: str) -> bytes:
    """The token that the file holds. Raises: NotPrivate."""
    token = read_private(path).strip()
    if len(token) < _LEAST_CHARACTERS or len(token.split()) != 1 or not token.isascii():
        raise NotPrivate(
            f"{path} holds no token: that is one word of at least {_LEAST_CHARACTERS} characters;"
            " `pydron node --token-file FILE` makes one where there is no such file"
        )
    return token


def make_token(path: str) -> bool:
    """Whether it was made, a random one: where there is a file, it stays. Raises: NotPrivate."""
    return create_private(path, _random_token)


def _random_token() -> bytes:
    return f"{secrets.token_hex(_TOKEN_BYTES)}\n".encode()


def read_private(path: str) -> bytes:
    """What is in a file that is ours alone. Raises: NotPrivate."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NotPrivate(f"{path} cannot be read: {error.strerror}") from None
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotPrivate(f"{path} is no file")
        if found.st_uid not in {0, os.getuid()}:
            raise NotPrivate(f"{path} belongs to somebody else; make one of your own")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise NotPrivate(f"others may read or write {path}; say: chmod 600 {path}")
        return file.read()


def create_private(path: str, content: Callable[[], bytes]) -> bool:
    """Whether it was made: what is there already is left as it is. Raises: NotPrivate."""
    if os.path.exists(path):
        return False
    try:
        descriptor, beside = tempfile.mkstemp(dir=os.path.dirname(path) or ".")  # 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(content())
            with suppress(FileExistsError):  # somebody was faster
                os.link(beside, path)
                return True
        finally:
            os.unlink(beside)
    except OSError as error:
        raise NotPrivate(f"{path} cannot be made: {error.strerror}") from None
    return False
