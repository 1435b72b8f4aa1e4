"""Whoever does not know the token gets nothing out of a node, nor out of a program."""

from __future__ import annotations

import logging
import secrets
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pydron_ng.backends.nodes import reception
from pydron_ng.backends.nodes.address import Address, listener_at
from pydron_ng.backends.nodes.certificate import certificate_beside, certificate_in
from pydron_ng.backends.nodes.greeting import _HELLO, _MAGIC, _VERSION, Role
from pydron_ng.backends.nodes.private import make_token
from tests.backends.nodes.peers import all_from, impostor, open_tls, passing_on, poison
from tests.backends.nodes.running import Node
from tests.backends.rig import Rig, wait_until


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[..., str]:
    """What a program is told of a node that it cannot use."""

    def why(**keys: Any) -> str:
        rig = Rig("node", 1, **keys)
        rig.backend.start(1, rig, rig.loop)
        rig.until(lambda: bool(rig.failures or rig.alive))
        rig.close()
        assert not rig.alive
        [record] = [r for r in caplog.records if r.name == "pydron_ng"]
        assert record.levelno == logging.WARNING
        caplog.clear()
        return record.getMessage()

    return why


@pytest.fixture
def other_token(tmp_path: Path) -> str:
    path = str(tmp_path / "other")
    make_token(path)
    return path


def hello(role: Role = Role.PROGRAM, version: int = _VERSION) -> bytes:
    return _HELLO.pack(_MAGIC, version, role, secrets.token_bytes(32))


def dial(node: Node, *said: bytes) -> bytes:
    """All that the node answers to that, by TLS, and then hangs up."""
    with open_tls(node.port) as connection:
        with suppress(OSError):  # it hangs up in the middle
            for one in said:
                connection.sendall(one)
        return all_from(connection)


# --- at the node ---


def test_a_wrong_token_is_told_on_both_sides(node: Node, told: Any, other_token: str) -> None:
    text = told(hosts=node.keys["hosts"], token_file=other_token)
    assert "it does not know this token, or somebody is in between" in text
    assert "try: copy the file with the token anew" in text
    node.until_said("refused: it does not know the token")
    assert not node.consoles


def test_who_has_no_token_gets_no_proof_out_of_a_node(node: Node) -> None:
    answer = dial(node, hello(), bytes(32))
    assert answer[: len(_MAGIC)] == _MAGIC
    assert answer[_HELLO.size :] == bytes(33)  # no, and nothing else


def test_who_sends_back_what_a_node_says_is_refused(node: Node) -> None:
    with open_tls(node.port) as connection:
        theirs = connection.recv(_HELLO.size)
        connection.sendall(theirs)
        assert all_from(connection) == b""
    node.until_said("refused: it is a node, too")


def test_bytes_without_tls_are_refused(node: Node) -> None:
    with socket.create_connection(("127.0.0.1", node.port)) as connection:
        connection.sendall(hello() + bytes(32))
        assert _MAGIC not in all_from(connection)
    node.until_said("refused: TLS did not begin: ")


def test_an_older_tls_is_refused(node: Node) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", node.port)) as connection:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection)
    node.until_said("refused: TLS did not begin: unsupported protocol")


def test_garbage_is_refused(node: Node) -> None:
    assert dial(node, b"GET / HTTP/1.1\r\n" * 100)[_HELLO.size :] == b""
    node.until_said("refused: it does not speak as pydron does")


def test_another_version_is_refused(node: Node) -> None:
    dial(node, hello(version=9))
    node.until_said("refused: it speaks version 9 of how nodes and programs greet, not 1")


def test_a_pickle_that_comes_first_is_not_read(node: Node, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    dial(node, poison(trap))
    dial(node, hello(), poison(trap))
    node.until_said("refused: it does not know the token", times=1)
    assert not trap.exists()
    assert not node.consoles


def test_who_hangs_up_is_forgotten(node: Node) -> None:
    open_tls(node.port).close()
    node.until_said("refused: it hung up before it had said who it is")


def test_those_who_say_nothing_keep_nobody_waiting(node: Node) -> None:
    silent = [socket.create_connection(("127.0.0.1", node.port)) for _ in range(20)]
    silent += [open_tls(node.port) for _ in range(20)]
    rig = Rig("node", 1, **node.keys).start()
    assert rig.call(b"echo", b"served") == (b"served",)
    rig.close()
    for connection in silent:
        connection.close()


def test_those_who_say_nothing_are_refused_after_a_while(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reception, "GREETING_SECONDS", 0.2)
    notes: list[str] = []
    listener = listener_at(Address("127.0.0.1", 0))
    own = certificate_in(certificate_beside(str(tmp_path / "own")))
    host = reception.Reception(listener, own, b"token", Role.NODE, nobody_came, notes.append)
    silent = [socket.create_connection(host.address), socket.create_connection(host.address)]
    serving = threading.Thread(target=host.run)
    serving.start()
    assert [connection.recv(1) for connection in silent] == [b"", b""]
    wait_until(lambda: len(notes) == 2)
    assert {note.partition(": ")[2] for note in notes} == {
        "refused: it did not say who it is within 0.2 s"
    }
    host.stop()
    serving.join()
    for connection in silent:
        connection.close()


def nobody_came(name: str, line: object) -> None:
    raise AssertionError(name)


# --- at the program ---


def test_a_node_that_sends_a_pickle_is_not_read(
    told: Any, other_token: str, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"

    def behave(connection: ssl.SSLSocket) -> None:
        connection.sendall(poison(trap))
        all_from(connection)

    with impostor(tmp_path / "impostor", behave) as port:
        text = told(hosts=[f"127.0.0.1:{port}"], token_file=other_token)
    assert "it does not speak as pydron does" in text
    assert not trap.exists()


def test_who_pretends_to_know_the_token_is_found_out(
    told: Any, other_token: str, tmp_path: Path
) -> None:
    trap = tmp_path / "sprung"

    def behave(connection: ssl.SSLSocket) -> None:
        connection.sendall(hello(Role.NODE) + b"\1" + bytes(32) + poison(trap))
        all_from(connection)

    with impostor(tmp_path / "impostor", behave) as port:
        text = told(hosts=[f"127.0.0.1:{port}"], token_file=other_token)
    assert "who answers does not know the token, and pretends to" in text
    assert not trap.exists()


def test_who_sits_in_between_can_pass_nothing_on(node: Node, told: Any, tmp_path: Path) -> None:
    before = node.said.count("it does not know the token")
    with impostor(tmp_path / "impostor", passing_on(node.port)) as port:
        text = told(**{**node.keys, "hosts": [f"127.0.0.1:{port}"]})
    assert "it does not know this token, or somebody is in between" in text
    node.until_said("refused: it does not know the token", times=before + 1)
    assert not node.consoles


def test_who_sits_in_between_has_another_fingerprint(node: Node, told: Any, tmp_path: Path) -> None:
    with impostor(tmp_path / "impostor", passing_on(node.port)) as port:
        keys = {**node.keys, "hosts": [f"127.0.0.1:{port}"]}
        text = told(**keys, fingerprint=node.fingerprint)
    assert "its certificate is another one: SHA256:" in text
    assert f"not {node.fingerprint}" in text


def test_who_listens_there_and_is_no_node(told: Any, other_token: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        rig = Rig("node", 1, hosts=[f"127.0.0.1:{port}"], token_file=other_token)
        rig.backend.start(1, rig, rig.loop)
        connection, _ = listener.accept()
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        rig.until(lambda: bool(rig.failures))
        assert "it does not speak TLS as nodes do" in rig.failures[0][1]
        connection.close()
        rig.close()


def test_nobody_listens_there(told: Any, other_token: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    text = told(hosts=[f"127.0.0.1:{port}"], token_file=other_token)
    assert f"nobody listens at 127.0.0.1:{port}" in text


def test_who_says_nothing_there(told: Any, other_token: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        text = told(hosts=[f"127.0.0.1:{port}"], token_file=other_token, timeout_seconds=0.3)
    assert "it did not say who it is within 0.3 s" in text
