"""Whether a host is the one that it was: nothing is sent to one that is not known."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import paramiko

from pydron_ng.backends.remote.trouble import Trouble

_OF_THE_MACHINE = "/etc/ssh/ssh_known_hosts"
OF_THE_USER = "~/.ssh/known_hosts"


def load_known_hosts(client: paramiko.SSHClient, named: str | None) -> None:
    """Tell the client which hosts are known; lines that cannot be read are none.

    named: files, separated by spaces; none: the user's own one.
    """
    places = named.split() if named else [OF_THE_USER]
    for place in (*places, _OF_THE_MACHINE):
        with suppress(OSError), open(os.path.expanduser(place), encoding="utf-8") as file:
            for number, line in enumerate(file):
                _take(client.get_host_keys(), line, number)


def _take(known: paramiko.HostKeys, line: str, number: int) -> None:
    entry = None
    if line.strip() and not line.startswith(("#", "@")):
        with suppress(Exception):  # paramiko raises all kinds of them for a line that is garbled
            entry = paramiko.hostkeys.HostKeyEntry.from_line(line, number)
    if entry is not None and entry.key is not None:
        for name in entry.hostnames or ():
            known.add(name, entry.key.get_name(), entry.key)


def policy_for(way: Mapping[str, Any]) -> paramiko.MissingHostKeyPolicy:
    """What is done about a host that is not known."""
    place = (way["known_hosts"] or OF_THE_USER).split()[0]
    return _AcceptNew(place) if way["host_key"] == "accept-new" else _Refuse(place)


class _Refuse(paramiko.MissingHostKeyPolicy):
    def __init__(self, place: str) -> None:
        self._place = place

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002  as paramiko calls it
        hostname: str,
        key: paramiko.PKey,
    ) -> None:
        raise Trouble(
            f"its host key is not known: {describe(key)}",
            f"if it is the right one, run: {adding(hostname, self._place)}",
        )


class _AcceptNew(paramiko.MissingHostKeyPolicy):
    """The first key that a host shows is written down; another one is refused from then on."""

    def __init__(self, place: str) -> None:
        self._place = os.path.expanduser(place)

    def missing_host_key(
        self,
        client: paramiko.SSHClient,  # noqa: ARG002  as paramiko calls it
        hostname: str,
        key: paramiko.PKey,
    ) -> None:
        try:
            os.makedirs(os.path.dirname(self._place) or ".", mode=0o700, exist_ok=True)
            with open(self._place, "a", encoding="utf-8") as file:
                file.write(f"{hostname} {key.get_name()} {key.get_base64()}\n")
        except OSError as error:
            why = f"its host key cannot be written to {self._place}: {error.strerror}"
            raise Trouble(why, 'name a file that you may write as "known_hosts"') from None


def shown_by(client: paramiko.SSHClient) -> dict[str, Any]:
    """The key of the host that it is connected to, and whether it was known before."""
    transport = client.get_transport()
    assert transport is not None
    key = transport.get_remote_server_key()
    known = client.get_host_keys().values()
    return {"host_key": describe(key), "is_known": any(key in entry.values() for entry in known)}


def describe(key: paramiko.PKey) -> str:
    """Kind and fingerprint, as ``ssh-keygen -l`` shows them."""
    return f"{key.get_name()} {key.fingerprint}"


def changed(error: paramiko.BadHostKeyException, host: str, port: int, named: str) -> Trouble:
    """What is said of a host that is another one than it was. named: as in ``policy_for``."""
    place = (named or OF_THE_USER).split()[0]
    name = host if port == paramiko.config.SSH_PORT else f"[{host}]:{port}"
    return Trouble(
        f"its host key has changed: it was {describe(error.expected_key)}, "
        f"it is {describe(error.key)}; somebody may be listening in",
        f"only if you know why: ssh-keygen -f {place} -R {shlex.quote(name)}; "
        f"{adding(name, place)}",
    )


def adding(hostname: str, place: str) -> str:
    """The command that adds a host's key. hostname: ``host``, or ``[host]:port``."""
    host, _, port = hostname.removeprefix("[").partition("]:")
    number = ["-p", port] if port else []
    return f"{shlex.join(['ssh-keyscan', *number, host])} >> {place}"
