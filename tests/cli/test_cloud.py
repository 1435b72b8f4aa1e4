"""``pydron cloud``: finds and ends rented instances, from wherever there are credentials."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pydron_ng.backends.clouds.account import Access, Account
from pydron_ng.backends.clouds.label import Label
from pydron_ng.cli import main
from tests.backends.clouds.ec2 import IMAGE, SECRET, SIZE, Ec2

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ec2]:
    ec2 = Ec2(tmp_path_factory.mktemp("ec2"))
    yield ec2
    ec2.close()


@pytest.fixture
def ec2(region: Ec2) -> Iterator[Ec2]:
    region.boots = False  # nobody goes there
    yield region
    region.clear()


def make(ec2: Ec2, session: str, hours: float) -> str:
    """An instance that ends after so many hours from now."""
    account = Account(Access(**ec2.access, key="key", secret=SECRET))
    ends = datetime.now(UTC) + timedelta(hours=hours)
    label = Label("project", session, 0, ends, "ssh-ed25519 A", "kind")
    return account.create(account.choose(SIZE, IMAGE, {}), label, "", session).id


def make_other(ec2: Ec2) -> str:
    """An instance that is somebody else's."""
    account = Account(Access(**ec2.access, key="key", secret=SECRET))
    chosen = account.choose(SIZE, IMAGE, {})
    name: str = account._driver.create_node("other", chosen.size, chosen.image).id
    return name


def pydron(ec2: Ec2, *words: str, **keys: Any) -> Result:
    conf = ec2.conf("pydron.conf", **{**ec2.keys, **keys})
    return CliRunner().invoke(main, ["cloud", *words, "--config", str(conf)])


def test_list_shows_all_that_carry_the_label_and_nothing_else(ec2: Ec2) -> None:
    first, second = make(ec2, "monday", 3), make(ec2, "tuesday", -2)
    make_other(ec2)
    done = pydron(ec2, "list")
    assert done.exit_code == 0
    assert "2 instances that pydron has rented" in done.output
    for text in (first, second, "monday", "tuesday", "project", SIZE, "in 3:00 h", "2:00 h ago"):
        assert text in done.output


def test_list_shows_that_there_are_none(ec2: Ec2) -> None:
    make(ec2, "monday", 3)
    assert pydron(ec2, "reap", "--all").exit_code == 0
    assert pydron(ec2, "list").output == "0 instances that pydron has rented\n"


def test_reap_ends_those_past_their_time(ec2: Ec2) -> None:
    first, second, other = make(ec2, "monday", 3), make(ec2, "tuesday", -2), make_other(ec2)
    done = pydron(ec2, "reap", "--expired")
    assert "1 ended" in done.output
    assert second in done.output
    assert sorted(ec2.alive) == sorted([first, other])


def test_reap_ends_those_of_one_session(ec2: Ec2) -> None:
    first, second = make(ec2, "monday", 3), make(ec2, "tuesday", -2)
    assert pydron(ec2, "reap", "--session", "monday").exit_code == 0
    assert ec2.alive == [second]
    assert ec2.instances[first] == "terminated"


def test_reap_ends_all_of_ours(ec2: Ec2) -> None:
    make(ec2, "monday", 3)
    make(ec2, "tuesday", -2)
    other = make_other(ec2)
    assert pydron(ec2, "reap", "--all").exit_code == 0
    assert ec2.alive == [other]


def test_a_dry_run_ends_nothing(ec2: Ec2) -> None:
    first = make(ec2, "monday", -3)
    done = pydron(ec2, "reap", "--all", "--dry-run")
    assert "1 would be ended" in done.output
    assert first in done.output
    assert ec2.alive == [first]


@pytest.mark.parametrize("words", [(), ("--all", "--expired"), ("--all", "--session", "monday")])
def test_reap_wants_to_know_which_ones(ec2: Ec2, words: tuple[str, ...]) -> None:
    make(ec2, "monday", -3)
    done = pydron(ec2, "reap", *words)
    assert done.exit_code == 2
    assert "say which ones: --expired, --session NAME or --all" in done.output
    assert ec2.alive


def test_an_instance_that_cannot_be_ended_is_told(ec2: Ec2) -> None:
    first = make(ec2, "monday", -3)
    ec2.refusals["TerminateInstances"] = "UnauthorizedOperation", "not you"
    done = pydron(ec2, "reap", "--all")
    assert done.exit_code == 1
    assert f"ec2 us-east-1 {first}: these credentials do not permit it" in done.output
    assert "0 instances ended" in done.output


def test_without_credentials_it_is_said_how_to_give_them(
    ec2: Ec2, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    done = pydron(ec2, "list", accesskeyid="", accesskey="")
    assert done.exit_code == 1
    assert done.output.startswith("Error: there are no credentials for ec2 us-east-1\n  try: give")
    assert "Traceback" not in done.output


def test_a_variable_that_is_not_set_is_named(ec2: Ec2) -> None:
    done = pydron(ec2, "list", accesskey="", accesskey_env="NO_SUCH_VARIABLE")
    assert done.exit_code == 2
    assert "the variable NO_SUCH_VARIABLE" in done.output


def test_without_a_cloud_worker_it_is_said_how_to_name_a_place(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pydron_ng", "cloud", "list"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "no cloud worker is enabled in pydron.conf" in done.stderr


def test_a_place_that_is_named_needs_no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    done = CliRunner().invoke(main, ["cloud", "list", "--provider", "ec2_eu_west"])
    assert "there are no credentials for ec2 eu-west-1" in done.output


def test_a_place_that_is_named_is_asked_whatever_is_wrong_with_the_configuration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("PYDRON_CONF", "/nowhere")
    done = CliRunner().invoke(main, ["cloud", "reap", "--all", "--provider", "ec2_eu_west"])
    assert "Without a configuration: $PYDRON_CONF: /nowhere: no such file\n" in done.stderr
    assert "there are no credentials for ec2 eu-west-1" in done.stderr
    done = CliRunner().invoke(main, ["cloud", "reap", "--all"])
    assert done.exit_code == 2
    assert done.stderr.endswith("cannot be used\n$PYDRON_CONF: /nowhere: no such file\n")
