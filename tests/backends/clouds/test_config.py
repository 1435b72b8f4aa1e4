"""What pydron.conf says about rented machines: keys of the first Pydron, secrets, mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pydron_ng.backends import cloud, registry
from pydron_ng.config import from_dict, load
from pydron_ng.errors import ConfigError
from tests.backends.sshd import make_key

MODEL = registry.model()
SECRET = "s3cret"

#: As the first Pydron had it, all of its keys included.
OLD: dict[str, Any] = {
    "type": "cloud",
    "provider": "ec2_us_west_oregon",
    "accesskeyid": "AKIA",
    "accesskey": SECRET,
    "imageid": "ami-1",
    "sizeid": "t1.micro",
    "publickey": "ssh-rsa AAAA me",
    "privatekey": f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}",
    "private_keys": [f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}2"],
    "private_key_files": ["/keys/id_rsa"],
    "username": "ubuntu",
    "tmp_dir": "/scratch",
    "data_ports": "1000-1010",
    "preconnect": True,
    "cores": 2,
    "count": 3,
}


def worker(**keys: Any) -> Any:
    [found] = from_dict({"workers": [{**OLD, **keys}]}, MODEL, "test").workers
    return found


def mistake(**keys: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        cloud.create(worker(**keys), "tests.backends.performers:Obedient")
    return str(caught.value)


def test_keys_of_the_first_pydron_mean_what_they_meant(tmp_path: Path) -> None:
    path = tmp_path / "pydron.conf"
    path.touch(0o600)
    path.write_text(json.dumps({"workers": [OLD], "scheduler": "trivial", "data_ports": "1-9"}))
    [found] = load(path, MODEL).workers
    fleet, workers = cloud.create(found, "tests.backends.performers:Obedient")
    assert workers == 3 * 2
    assert cloud.access(found).place == "ec2 us-west-2"
    order, way = fleet._order, fleet._hosts[1].plan.way
    assert (order.image, order.size, order.authorized) == ("ami-1", "t1.micro", "ssh-rsa AAAA me")
    assert way["slot"] == 1
    assert way["ssh"]["private_keys"] == [OLD["privatekey"], *OLD["private_keys"]]
    assert way["ssh"]["private_key_files"] == ["/keys/id_rsa"]
    assert fleet._hosts[1].plan.tmp_dir == "/scratch"


def test_secrets_are_in_no_repr() -> None:
    found = worker()
    fleet, _ = cloud.create(found, "tests.backends.performers:Obedient")
    for one in (found, fleet._order, fleet._hosts[0].plan, cloud.access(found)):
        assert SECRET not in repr(one)
    from rich.pretty import pretty_repr

    assert SECRET not in pretty_repr(found)


@pytest.mark.parametrize("key", ["accesskey", "privatekey"])
def test_secrets_are_in_no_message(key: str) -> None:
    assert SECRET not in mistake(**{key: [SECRET]})
    assert SECRET not in mistake(private_keys=[[SECRET]])


def test_credentials_come_from_the_variables_that_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_KEY", "key")
    monkeypatch.setenv("MY_SECRET", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of others")
    named = {"accesskeyid": "", "accesskey": ""}
    found = cloud.access(worker(**named, accesskeyid_env="MY_KEY", accesskey_env="MY_SECRET"))
    assert (found.key, found.secret, found.token) == ("key", SECRET, "")


def test_credentials_of_ec2_come_from_the_usual_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": SECRET}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    found = cloud.access(worker(accesskeyid="", accesskey=""))
    assert (found.key, found.secret, found.token) == ("key", SECRET, "token")


@pytest.mark.parametrize(
    "keys, why",
    [
        ({"accesskey_env": "X"}, '"accesskey" and "accesskey_env" are both there'),
        ({"count": 3, "max_instances": 2}, '"count" is more than "max_instances"'),
        ({"options": {"ex_userdata": "x"}}, '"options" cannot hold ex_userdata'),
        ({"accesskey": "", "accesskey_env": "NO_SUCH"}, "the variable NO_SUCH"),
        ({"publickey": "/nowhere"}, '"publickey" of "cloud": /nowhere cannot be read: No such'),
        ({"project": "a b"}, "$.workers[0].project"),
        ({"imageid": ""}, "$.workers[0].imageid"),
        ({"keep_minutes": -1}, "$.workers[0].keep_minutes"),
        ({"contu": 3}, 'did you mean "count"?'),
    ],
)
def test_mistakes_are_told(keys: dict[str, Any], why: str) -> None:
    assert why in mistake(**keys)


def test_a_worker_without_any_key_is_a_mistake() -> None:
    none = {"publickey": "", "privatekey": "", "private_keys": [], "private_key_files": []}
    assert '"cloud" needs a "publickey"' in mistake(**none)


@pytest.mark.parametrize("kind", ["file", "text", "file without its public half"])
def test_the_public_key_is_found_where_only_the_private_one_is_given(
    tmp_path: Path, kind: str
) -> None:
    key = make_key(tmp_path / "key")
    public = key.with_suffix(".pub").read_text()
    if kind != "file":
        key.with_suffix(".pub").unlink()
    given = key.read_text() if kind == "text" else str(key)
    found = worker(publickey="", privatekey=given, private_keys=[], private_key_files=[])
    fleet, _ = cloud.create(found, "tests.backends.performers:Obedient")
    assert fleet._order.authorized.split()[:2] == public.split()[:2]


def test_the_public_half_of_an_encrypted_key_needs_its_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    command = ["ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "sesame", "-f", str(path)]
    subprocess.run(command, check=True)
    public = path.with_suffix(".pub").read_text()
    path.with_suffix(".pub").unlink()
    alone = {"publickey": "", "privatekey": str(path), "private_keys": [], "private_key_files": []}
    assert 'cannot be read; check it, and "passphrase_env"' in mistake(**alone)
    monkeypatch.setenv("PASSPHRASE", "sesame")
    found = worker(**alone, passphrase_env="PASSPHRASE")
    fleet, _ = cloud.create(found, "tests.backends.performers:Obedient")
    assert fleet._order.authorized.split()[:2] == public.split()[:2]


def test_libcloud_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys; from pydron_ng.backends import registry; registry.model(); "
        "print('libcloud' in sys.modules, 'cryptography' in sys.modules)"
    )
    root = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert done.stdout.split() == ["False", "False"]
