"""What paramiko raises, in words, with the way out; never a secret."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Mapping
from typing import Any

import paramiko
from paramiko.ssh_exception import NoValidConnectionsError

from pydron_ng.backends.remote.trouble import Trouble


def trouble_with(error: Exception, way: Mapping[str, Any]) -> Trouble:
    """Why there is no connection. way: see ``pydron_ng.backends.ssh``."""
    by_hand = f"by hand: {_command(way)}"
    match error:
        case paramiko.PasswordRequiredException():
            return Trouble(
                "a private key is encrypted",
                'name the variable that holds its passphrase as "passphrase_env", or use an agent',
            )
        case paramiko.AuthenticationException():
            return Trouble(*_refused(way))
        case NoValidConnectionsError() | ConnectionError():
            return Trouble(f"it cannot be reached: {_words(error)}", by_hand, lasting=False)
        case socket.gaierror():
            why = f"its name cannot be resolved: {error.strerror}"
            return Trouble(why, 'check "hostname"', lasting=False)
        case TimeoutError():
            why = f"it did not answer within {way['timeout']:g} s"
            return Trouble(why, f'{by_hand}; "timeout_seconds" allows more', lasting=False)
        case FileNotFoundError():
            return Trouble(f"there is no {error.filename}", 'check "private_key_files"')
        case IsADirectoryError() | PermissionError() if error.filename:
            why = f"{error.filename} cannot be read: {error.strerror}"
            return Trouble(why, 'check "private_key_files"')
        case paramiko.SSHException() | EOFError():
            return _protocol(error, way, by_hand)
        case _:
            return Trouble(f"{type(error).__name__}: {error}", by_hand, lasting=False)


def _refused(way: Mapping[str, Any]) -> tuple[str, str]:
    tried = [
        *(["the password"] if way["password"] else []),
        *way["private_key_files"],
        *(['"private_keys"'] if way.get("private_keys") else []),
        *([] if way["private_key_files"] or way.get("private_keys") else ["your own keys"]),
        *(["the agent's keys"] if way["agent"] else []),
    ]
    user = f" {way['username']}" if way["username"] else ""
    return (
        f"it does not let{user} in; tried: {', '.join(tried)}",
        'check "username", and "private_key_files", "password_env" or the agent (ssh-add -l)',
    )


def _protocol(error: Exception, way: Mapping[str, Any], by_hand: str) -> Trouble:
    words = _words(error)
    if "banner" in words or "No existing session" in words:
        why = f"what answers at port {way['port'] or 22} is no SSH server, or a slow one"
        return Trouble(why, f'check "port"; {by_hand}', lasting=False)
    if "key" in words.lower() and ("valid" in words or "checkints" in words):
        why = f"a private key cannot be read: {words}"
        return Trouble(why, 'check "private_key_files" and the passphrase')
    return Trouble(words, by_hand, lasting=False)


def _command(way: Mapping[str, Any]) -> str:
    port = ["-p", str(way["port"])] if way["port"] else []
    user = f"{way['username']}@" if way["username"] else ""
    return shlex.join(["ssh", *port, f"{user}{way['hostname']}"])


def _words(error: Exception) -> str:
    if isinstance(error, NoValidConnectionsError):
        each = error.errors.items()
        return ", ".join(f"{host} port {port}: {_reason(why)}" for (host, port, *_), why in each)
    return str(error) or type(error).__name__


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
