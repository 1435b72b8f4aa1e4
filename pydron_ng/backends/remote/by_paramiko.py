"""Bytes through an SSH connection of our own: paramiko, in the relay's process alone."""

from __future__ import annotations

import getpass
import logging
import os
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import paramiko

from pydron_ng.backends.remote.host_keys import changed, load_known_hosts, policy_for, shown_by
from pydron_ng.backends.remote.ssh_troubles import trouble_with
from pydron_ng.backends.remote.trouble import Trouble

#: A channel's send copies what it is given beyond that.
_SEND_BYTES = 1 << 20
_WINDOW_BYTES = (1 << 31) - 1
_PACKET_BYTES = 1 << 15
_WORDS_BYTES = 4000
_END_SECONDS = 5.0


class ByParamiko:
    """A command that runs on a host. Raises: Trouble when it cannot be reached, or does not let in.

    way: see ``pydron_ng.backends.ssh``.
    """

    def __init__(self, way: Mapping[str, Any], command: str) -> None:
        logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)
        self._clients: list[paramiko.SSHClient] = []
        self._words = b""
        try:
            transport = _Route(way, self._clients).connect()
            self._channel = transport.open_session(_WINDOW_BYTES, _PACKET_BYTES)
            self._channel.exec_command(command)
        except Trouble:
            self.close()
            raise
        except Exception as error:
            self.close()
            raise trouble_with(error, way) from None
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def read(self, most: int) -> bytes:
        return self._channel.recv(most)

    def write(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            sent = self._channel.send(rest[:_SEND_BYTES])  # type: ignore[arg-type]  # buffers do
            if not sent:
                raise OSError("the connection is closed")
            rest = rest[sent:]

    def hang_up(self) -> None:
        with suppress(OSError, EOFError):
            self._channel.shutdown_write()

    def close(self) -> None:
        for client in reversed(self._clients):
            client.close()

    def last_words(self) -> str:
        """Its standard error, and how it ended."""
        self._listener.join(_END_SECONDS)
        words = self._words.decode(errors="replace").strip()
        end = "the connection was lost"
        if self._channel.status_event.wait(_END_SECONDS) and self._channel.exit_status >= 0:
            end = f"exited with status {self._channel.exit_status}"
        return "; ".join(filter(None, [words, end]))

    def identity(self) -> dict[str, Any]:
        """The host's key; one that is not known was accepted just now."""
        return shown_by(self._clients[-1])

    def everything(self, seconds: float) -> str:
        """All that it says, to its end."""
        self._channel.settimeout(seconds)
        said = b""
        with suppress(OSError):
            while more := self.read(_WORDS_BYTES):
                said += more
        self.close()
        return said.decode(errors="replace")

    def _listen(self) -> None:
        with suppress(OSError, EOFError):
            while words := self._channel.recv_stderr(_WORDS_BYTES):
                self._words = (self._words + words)[-_WORDS_BYTES:]


class _Route:
    """The way to a host, over others if need be; every connection is kept in `clients`."""

    def __init__(self, way: Mapping[str, Any], clients: list[paramiko.SSHClient]) -> None:
        self._way = way
        self._clients = clients
        self._config = _read_config(way["ssh_config"])

    def connect(self) -> paramiko.Transport:
        last = _Hop.named(self._way["hostname"], self._config)
        last = last.with_own(self._way)
        sock: Any = None
        jumps = self._way["proxy_jump"] or last.found.get("proxyjump", "none")
        if jumps != "none":
            hops = [_Hop.named(jump.strip(), self._config) for jump in jumps.split(",")]
            for hop, following in pairwise([*hops, last]):
                sock = self._through(hop, sock, following)
        elif last.found.get("proxycommand", "none") != "none":
            sock = paramiko.ProxyCommand(last.found["proxycommand"])
        return self._open(last, sock)

    def _through(self, hop: _Hop, sock: Any, following: _Hop) -> paramiko.Channel:
        """Raises: Trouble, which says at which one."""
        there = following.host, following.port
        try:
            transport = self._open(hop, sock)
            return transport.open_channel("direct-tcpip", there, ("127.0.0.1", 0))
        except Exception as error:
            own = hop.way(self._way)
            trouble = error if isinstance(error, Trouble) else trouble_with(error, own)
            why = f"on the way, at {hop.username}@{hop.host}:{hop.port}: {trouble.why}"
            raise Trouble(why, trouble.way_out, lasting=trouble.lasting) from None

    def _open(self, hop: _Hop, sock: Any) -> paramiko.Transport:
        client = paramiko.SSHClient()
        self._clients.append(client)
        load_known_hosts(client, self._way["known_hosts"] or hop.found.get("userknownhostsfile"))
        client.set_missing_host_key_policy(policy_for(self._way))
        seconds = self._way["timeout"]
        try:
            client.connect(
                hop.host,
                hop.port,
                hop.username,
                key_filename=list(hop.keys),  # type: ignore[arg-type]  # several will do
                allow_agent=self._way["agent"],
                look_for_keys=not hop.keys,
                timeout=seconds,
                banner_timeout=seconds,
                auth_timeout=seconds,
                sock=sock,
                password=hop.password,
                passphrase=hop.passphrase,
            )
        except paramiko.BadHostKeyException as error:
            raise changed(error, hop.host, hop.port, self._way["known_hosts"]) from None
        transport = client.get_transport()
        assert transport is not None
        if isinstance(transport.sock, socket.socket):  # small frames do not wait for each other
            transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return transport


@dataclass(frozen=True, slots=True)
class _Hop:
    """One connection of the way. found: what the user's own configuration of ssh says."""

    found: Mapping[str, Any]
    host: str
    port: int
    username: str
    keys: tuple[str, ...]
    password: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)

    @classmethod
    def named(cls, name: str, config: paramiko.SSHConfig) -> _Hop:
        """name: ``[ssh://][user@]host[:port]``; an address with colons may be in brackets."""
        username, _, place = name.removeprefix("ssh://").rpartition("@")
        alias, port = _host_and_port(place)
        found = config.lookup(alias)
        return cls(
            found,
            found["hostname"],
            int(port or found.get("port", "22")),
            username or found.get("user") or getpass.getuser(),
            tuple(key for key in found.get("identityfile", ()) if os.path.exists(key)),
        )

    def way(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The way as far as this one, of those before the last."""
        own = {"hostname": self.host, "port": self.port, "username": self.username}
        keys = {"private_key_files": self.keys, "private_keys": (), "password": None}
        return {**whole, **own, **keys}

    def with_own(self, way: Mapping[str, Any]) -> _Hop:
        """For the last one: what pydron.conf says goes first, and secrets are for it alone."""
        texts = [in_memory("private key", text) for text in way.get("private_keys", ())]
        keys = tuple(os.path.expanduser(key) for key in (*way["private_key_files"], *texts))
        return replace(
            self,
            port=way["port"] or self.port,
            username=way["username"] or self.username,
            keys=keys or self.keys,
            password=way["password"],
            passphrase=way["passphrase"],
        )


def _host_and_port(place: str) -> tuple[str, str]:
    """Raises: Trouble."""
    host, _, port = place.rpartition(":") if place.count(":") == 1 else (place, "", "")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    if port and not port.isdecimal():
        raise Trouble(f"{port!r} in {place} is no port", 'check "proxy_jump" and "hostname"')
    return host, port


def in_memory(name: str, text: str) -> str:
    """A file that is on no disk, and is there as long as this process is."""
    number = os.memfd_create(name)
    os.write(number, text.encode())
    return f"/proc/self/fd/{number}"


def _read_config(path: str) -> paramiko.SSHConfig:
    """What ssh itself reads; nothing, where there is no such file. Raises: Trouble."""
    place = os.path.expanduser(path)
    if not os.path.exists(place):
        return paramiko.SSHConfig()
    try:
        return paramiko.SSHConfig.from_path(place)
    except (OSError, paramiko.SSHException) as error:
        why = f"{place} cannot be read: {error}"
        raise Trouble(why, 'correct it, or name another file as "ssh_config"') from None
