"""Ways to a host by SSH: who is let in, which hosts are believed, aliases and jumps."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pydron_ng.backends import registry
from pydron_ng.backends.ssh import Config, create, places
from pydron_ng.config import from_dict
from pydron_ng.errors import ConfigError
from tests.backends.rig import Rig
from tests.backends.sshd import Server, make_key

PASSWORD = "s3cret-and-nobody-else's"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, server: Server) -> Any:
    """What the user is told of a host that is reached with these keys."""

    def why(**keys: Any) -> str:
        rig = Rig("ssh", 1, **{**server.keys, "python": sys.executable, **keys})
        rig.backend.start(1, rig, rig.loop)
        rig.until(lambda: bool(rig.failures or rig.alive))
        rig.close()
        assert rig.failures
        text = next(r.getMessage() for r in caplog.records if r.name == "pydron_ng")
        caplog.clear()
        return text

    return why


def reaches(**keys: Any) -> bool:
    rig = Rig("ssh", 1, **{"python": sys.executable, **keys}).start()
    answer = rig.call(b"echo", b"here")
    rig.close()
    return answer == (b"here",)


# --- which host it is ---


@pytest.mark.parametrize("transport", ["paramiko", "openssh"])
def test_a_host_that_is_not_known_is_refused(
    told: Any, server: Server, tmp_path: Path, transport: str
) -> None:
    known = tmp_path / "known_hosts"
    text = told(known_hosts=str(known), transport=transport)
    if transport == "openssh":
        assert "Host key verification failed." in text
        return
    assert "its host key is not known: ssh-ed25519 SHA256:" in text
    command = f"ssh-keyscan -p {server.port} 127.0.0.1 >> {known}"
    assert text.endswith(f"try: if it is the right one, run: {command}")
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    assert reaches(**{**server.keys, "known_hosts": str(known)})


def test_a_host_whose_key_has_changed_is_refused(told: Any, server: Server, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text()
    known.write_text(f"{server.name} {other}")
    for host_key in ("strict", "accept-new"):
        text = told(known_hosts=str(known), host_key=host_key)
        assert "its host key has changed: it was ssh-ed25519 SHA256:" in text
        assert f"ssh-keygen -f {known} -R '{server.name}'" in text


def test_a_new_host_is_written_down_where_that_is_wanted(server: Server, tmp_path: Path) -> None:
    known = tmp_path / "ssh" / "known_hosts"
    assert reaches(**{**server.keys, "known_hosts": str(known), "host_key": "accept-new"})
    assert known.read_text() == f"{server.name} {server.host_key}\n"
    assert reaches(**{**server.keys, "known_hosts": str(known)})


def test_lines_that_cannot_be_read_are_passed_over(server: Server, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    garbled = "# comment\n\nhost\nhost ssh-ed25519 AAAA!\n@revoked x ssh-rsa AAAA\n"
    known.write_text(f"{garbled}{server.name} {server.host_key}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=False, capture_output=True)
    assert reaches(**{**server.keys, "known_hosts": str(known)})


# --- who is let in ---


def test_a_key_that_is_not_known_there(told: Any, tmp_path: Path) -> None:
    key = make_key(tmp_path / "key")
    text = told(private_key_files=[str(key)], username="root")
    assert f"it does not let root in; tried: {key}" in text
    assert 'check "username"' in text


def test_a_key_that_is_not_there(told: Any) -> None:
    text = told(private_key_files=["/nowhere/key"])
    assert "there is no /nowhere/key" in text


def test_a_key_with_a_passphrase(
    told: Any, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_bytes(server.user_key.read_bytes())
    key.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", PASSWORD, "-f", str(key)], check=True)
    text = told(private_key_files=[str(key)])
    assert "a private key is encrypted" in text
    monkeypatch.setenv("THE_PASSPHRASE", PASSWORD)
    keys = {**server.keys, "private_key_files": [str(key)], "passphrase_env": "THE_PASSPHRASE"}
    assert reaches(**keys)


def test_a_file_that_is_no_key(told: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nonsense")
    text = told(private_key_files=[str(tmp_path / "key")])
    assert "private_key_files" in text


def test_a_password_that_is_refused_is_shown_nowhere(
    told: Any, caplog: pytest.LogCaptureFixture, server: Server
) -> None:
    keys = {**server.keys, "private_key_files": [], "password": PASSWORD}
    rig = Rig("ssh", 1, **keys)
    rig.backend.start(1, rig, rig.loop)
    lines = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True).stdout
    rig.until(lambda: bool(rig.failures))
    rig.close()
    assert "tried: the password" in rig.failures[0][1]
    config = msgspec.convert({"type": "ssh", "cores": 1, **keys}, Config)
    shown = [caplog.text, rig.failures[0][1], repr(config), repr(rig.backend.__dict__), lines]
    shown.append(repr(config.__rich_repr__()))
    assert not [text for text in shown if PASSWORD in text]


@pytest.fixture
def password_user(tmp_path: Path) -> Iterator[str]:
    """A user of this machine who logs in by a password."""
    assert os.getuid() == 0, "only root can make users"
    name = "pydrontest"
    command = ["useradd", "-o", "-u", "0", "-g", "0", "-M", "-d", "/", "-s", "/bin/sh", name]
    subprocess.run(command, check=True)  # root by another name: it may run our interpreter
    try:
        text = f"{name}:{PASSWORD}"
        subprocess.run(["chpasswd"], input=text, text=True, check=True)
        yield name
    finally:
        subprocess.run(["userdel", "-f", name], check=False, capture_output=True)


def test_a_password_lets_in(
    password_user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(tmp_path / "sshd", password=True)
    monkeypatch.setenv("THE_PASSWORD", PASSWORD)
    keys = {**server.keys, "private_key_files": [], "username": password_user}
    try:
        assert reaches(**keys, password_env="THE_PASSWORD")
    finally:
        server.stop()


def test_a_variable_that_is_not_set_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THE_PASSWORD", raising=False)
    with pytest.raises(ConfigError, match="THE_PASSWORD, which is to hold a secret"):
        create(Config(hostname="node1", password_env="THE_PASSWORD"), "")


# --- whether it is there ---


def test_nobody_listens(told: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    text = told(port=port)
    assert f"it cannot be reached: 127.0.0.1 port {port}: Connection refused" in text
    assert f"try: by hand: ssh -p {port} 127.0.0.1" in text


def test_no_such_name(told: Any) -> None:
    assert "its name cannot be resolved" in told(hostname="no-such-host.invalid")


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_what_listens_is_no_ssh_server(told: Any, greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)
                while connection.recv(1000):
                    pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        text = told(port=listener.getsockname()[1], timeout_seconds=0.5)
        assert "is no SSH server, or a slow one" in text
        thread.join()


# --- how it is named ---


def test_an_alias_of_the_users_own_configuration(server: Server, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        f"Host there\n HostName 127.0.0.1\n Port {server.port}\n User {getpass.getuser()}\n"
        f" IdentityFile {server.user_key}\n UserKnownHostsFile {server.known_hosts}\n"
    )
    for transport in ("paramiko", "openssh"):
        assert reaches(hosts=["there"], ssh_config=str(config), agent=False, transport=transport)


@pytest.mark.parametrize("transport", ["paramiko", "openssh"])
def test_a_host_behind_another_one(server: Server, tmp_path: Path, transport: str) -> None:
    behind = Server(tmp_path / "behind")
    behind.known_hosts.write_text(behind.known_hosts.read_text() + server.known_hosts.read_text())
    config = tmp_path / "config"
    config.write_text(
        f"Host jump\n HostName 127.0.0.1\n Port {server.port}\n IdentityFile {server.user_key}\n"
        f" UserKnownHostsFile {behind.known_hosts}\n"
    )
    keys = {**behind.keys, "ssh_config": str(config), "proxy_jump": "jump"}
    try:
        assert reaches(**keys, transport=transport)
    finally:
        behind.stop()


@pytest.mark.parametrize(
    "keys, what",
    [
        ({}, "does not let"),
        ({"known_hosts": "/nowhere"}, "its host key is not known"),
    ],
)
def test_what_is_wrong_on_the_way_is_told_of_that_place(
    told: Any, server: Server, tmp_path: Path, keys: dict[str, Any], what: str
) -> None:
    behind = Server(tmp_path / "behind")
    lines = behind.known_hosts.read_text() + server.known_hosts.read_text()
    behind.known_hosts.write_text(lines)
    wrong, config = make_key(tmp_path / "wrong"), tmp_path / "config"
    config.write_text(f"Host 127.0.0.1\n IdentityFile {wrong}\n")
    jump = f"somebody@127.0.0.1:{server.port}"
    try:
        text = told(**{**behind.keys, "ssh_config": str(config), "proxy_jump": jump, **keys})
    finally:
        behind.stop()
    assert f"on the way, at {jump}: " in text
    assert what in text
    assert str(behind.user_key) not in text


def test_a_port_on_the_way_that_is_none_is_told(told: Any) -> None:
    assert "'x' in node:x is no port\n  try: check" in told(proxy_jump="me@node:x")


@pytest.mark.parametrize(
    "is_known, what",
    [
        (False, 'log in by hand once, or say "host_key": "accept-new"'),
        (True, 'check "username", "private_key_files" and the agent'),
    ],
)
def test_what_ssh_itself_refuses_is_told_with_a_way_out(
    told: Any, server: Server, tmp_path: Path, is_known: bool, what: str
) -> None:
    known = str(server.known_hosts) if is_known else "/nowhere"
    keys = {"private_key_files": [str(make_key(tmp_path / "other"))], "known_hosts": known}
    text = told(**keys, transport="openssh")
    assert "ssh gave up: " in text
    assert what in text


def test_an_address_with_colons(tmp_path: Path) -> None:
    six = Server(tmp_path / "six", address="::1")
    six.known_hosts.write_text(f"[::1]:{six.port} {six.host_key}\n")
    keys = {key: value for key, value in six.keys.items() if key not in ("hostname", "port")}
    try:
        for transport in ("paramiko", "openssh"):
            assert reaches(**keys, hosts=[f"[::1]:{six.port}"], transport=transport)
            assert reaches(**keys, hostname="::1", port=six.port, transport=transport)
    finally:
        six.stop()


def test_the_short_form_of_hosts() -> None:
    hosts = ("ssh://me@node1:2222/8", "node2/4", "you@node3", "me@[fe80::1]:23/1", "[::1]")
    config = Config(hosts=hosts, username="all", port=22)
    assert [tuple(place) for place in places(config)] == [
        ("node1", 2222, "me", 8),
        ("node2", 22, "all", 4),
        ("node3", 22, "you", None),
        ("fe80::1", 23, "me", 1),
        ("::1", 22, "all", None),
    ]
    assert places(config)[3].name == "ssh://me@[fe80::1]:23"
    assert create(config, "")[1] == 15


@pytest.mark.parametrize(
    "keys, what",
    [
        ({}, 'either "hostname" or "hosts"'),
        ({"hostname": "a", "hosts": ["b"]}, 'either "hostname" or "hosts"'),
        ({"hostname": "a", "password": "p", "password_env": "P"}, "are both there"),
        ({"hostname": "a", "password": "p", "transport": "openssh"}, 'needs "transport"'),
        ({"hosts": ["http://a"]}, 'expected a text such as "me@node1:22/8", not "http://a"'),
        ({"hosts": ["::1"]}, 'expected a text such as "me@node1:22/8"'),
        ({"hosts": ["a:65536"]}, "a: ports are from 1 to 65535"),
        ({"hosts": ["a:0"]}, "a: ports are from 1 to 65535"),
        ({"hosts": ["me:12345@a"]}, 'a password is to be in "password_env"'),
        ({"hostname": "a", "port": 65536}, "expected a whole number from 1 to 65535 or null"),
        ({"hostname": "a", "silence_seconds": 0}, "expected a number above 0, not 0"),
        ({"hostname": "a", "python": ""}, "expected a text that is not empty"),
        ({"hostname": "a", "requirements": ["numpy >= x y"]}, "is none that pip takes"),
        ({"hostname": "a", "password": 12345}, "expected a text"),
    ],
)
def test_mistakes_in_the_configuration(keys: dict[str, Any], what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_dict({"workers": [{"type": "ssh", **keys}]}, registry.model(), "c")
    assert what in str(caught.value)
    assert "12345" not in str(caught.value)


def test_a_private_key_may_be_a_text(told: Any, server: Server, tmp_path: Path) -> None:
    texts = {"private_key_files": [], "private_keys": [server.user_key.read_text()]}
    assert reaches(**{**server.keys, **texts})
    other = make_key(tmp_path / "other").read_text()
    assert 'tried: "private_keys"\n' in told(private_key_files=[], private_keys=[other])
