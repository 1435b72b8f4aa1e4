"""Those whom nobody should let in: they speak TLS, and whatever they like in it."""

from __future__ import annotations

import os
import pickle
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydron_ng.backends.nodes.certificate import certificate_beside, certificate_in, trusting


def open_tls(port: int) -> ssl.SSLSocket:
    """A connection to somebody here, whoever that is."""
    return trusting("").wrap_socket(socket.create_connection(("127.0.0.1", port)))


def all_from(connection: socket.socket) -> bytes:
    """To its end."""
    said = b""
    try:
        while more := connection.recv(1 << 16):
            said += more
    except OSError:
        return said
    return said


class Touching:
    """Who unpickles it makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self._path),)


def poison(path: Path) -> bytes:
    """A pickle that leaves something there; long enough to be taken for anything."""
    return pickle.dumps((Touching(path), bytes(1 << 16)))


@contextmanager
def impostor(folder: Path, behave: Callable[[ssl.SSLSocket], object]) -> Iterator[int]:
    """Listens with a certificate of its own, on that port, and behaves so to each who comes."""
    folder.mkdir(exist_ok=True)
    context = certificate_in(certificate_beside(str(folder / "impostor"))).context
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def attend(connection: socket.socket) -> None:
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    behave(tls)
            except OSError:
                connection.close()

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=attend, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def passing_on(port: int) -> Callable[[ssl.SSLSocket], None]:
    """Sits between a client and who listens at the port: reads all, and passes it on."""

    def carry(source: ssl.SSLSocket, target: ssl.SSLSocket) -> None:
        try:
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def behave(client: ssl.SSLSocket) -> None:
        with open_tls(port) as there:
            back = threading.Thread(target=carry, args=(there, client), daemon=True)
            back.start()
            carry(client, there)
            back.join()

    return behave
