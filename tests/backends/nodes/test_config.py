"""What pydron.conf may say of nodes, and what is said to mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pydron_ng.backends import node
from pydron_ng.backends.nodes.address import Address, address_from
from pydron_ng.backends.nodes.private import make_token, token_in
from pydron_ng.errors import ConfigError

FINGERPRINT = f"SHA256:{'a' * 43}"


def config(**keys: Any) -> node.Config:
    return msgspec.convert({"type": "node", "token_file": "token", **keys}, node.Config)


@pytest.mark.parametrize(
    "short, name, cores",
    [
        ("node1", "node://node1", None),
        ("node1/8", "node://node1", 8),
        ("node://node1:80/8", "node://node1:80", 8),
        ("10.0.0.7:80", "node://10.0.0.7:80", None),
        ("[fe80::1]/2", "node://[fe80::1]", 2),
        ("node://[fe80::1]:80", "node://[fe80::1]:80", None),
    ],
)
def test_hosts_may_be_short(short: str, name: str, cores: int | None) -> None:
    [place] = node.places(config(hosts=[short]))
    assert (place.name, place.cores) == (name, cores)
    assert place.address.port == (80 if ":80" in short else 7733)


@pytest.mark.parametrize(
    "keys, why",
    [
        ({}, 'either "hosts" or "listen"'),
        ({"hosts": ["a"], "listen": "b"}, 'either "hosts" or "listen"'),
        ({"hosts": ["a", "b"], "fingerprint": FINGERPRINT}, "that of one certificate"),
        ({"hosts": ["a"], "fingerprint": "SHA256:short"}, "matching regex"),
        ({"hosts": ["me@a"]}, "matching regex"),
        ({"hosts": ["a:0"]}, "there is no port 0"),
        ({"hosts": ["a:99999"]}, "ports are from 1 to 65535"),
        ({"hosts": ["a"], "certificate": "c"}, '"certificate" is for "listen"'),
        ({"listen": "a", "ca_file": "c"}, '"fingerprint" and "ca_file" are for "hosts"'),
        ({"listen": "a:b:c"}, "is not HOST:PORT"),
        ({"listen": "a", "token_file": ""}, "length >= 1"),
    ],
)
def test_mistakes_are_told(keys: dict[str, Any], why: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        config(**keys)
    assert why in str(raised.value)


def test_a_token_that_cannot_be_used_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "token"
    with pytest.raises(ConfigError, match="token cannot be read: No such file"):
        node.create(config(hosts=["a"], token_file=str(path)), "performer")
    make_token(str(path))
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read or write"):
        node.create(config(hosts=["a"], token_file=str(path)), "performer")


def test_the_token_is_shown_nowhere(tmp_path: Path) -> None:
    path = str(tmp_path / "token")
    make_token(path)
    fleet, _ = node.create(config(hosts=["a"], token_file=path), "performer")
    token = token_in(path).decode()
    assert token not in repr([host.plan for host in fleet._hosts])
    assert token.encode() in fleet._hosts[0].plan.order("performer", {}, 0)  # what it would be


def test_an_address_reads_as_it_is_written() -> None:
    for text in ("node1:80", "[::1]:80", "10.0.0.7:7733"):
        assert str(address_from(text)) == text
    assert address_from("node1") == Address("node1", 7733)


def test_each_node_is_looked_at_as_a_program_would_use_it() -> None:
    [first, second] = node.stations(config(hosts=["a/8", "b"], cores=2))
    assert (first.name, first.config.hosts, first.config.cores) == ("node://a", ("a:7733",), 8)
    assert (second.config.hosts, second.config.cores) == (("b:7733",), 2)
    [those] = node.stations(config(listen="0.0.0.0"))
    assert those.name == "nodes that dial 0.0.0.0:7733"
