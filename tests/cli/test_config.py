"""``pydron config show``: which file counts, what each key comes to, and who says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pydron_ng.backends import cores
from pydron_ng.cli import main

SEVERAL: dict[str, Any] = {
    "// why": "a comment",
    "workers": [
        {"type": "multicore"},
        {"type": "ssh", "hosts": ["node/4"], "enabled": False, "password_env": "NO_SUCH_VARIABLE"},
        {
            "type": "cloud",
            "provider": "ec2",
            "imageid": "ami",
            "sizeid": "small",
            "username": "me",
            "accesskey": "secret-1",
            "options": {"ex_token": "secret-2", "ex_name": "shown"},
        },
    ],
    "window": 10,
}
Show = Callable[..., Result]


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Run it in an empty directory that is home, too, or with this pydron.conf."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PYDRON", "PYDRON_CONF", "PYDRON_WORKERS"):
        monkeypatch.delenv(name, raising=False)

    def run(content: Any = None, *options: str) -> Result:
        if content is not None:
            path = tmp_path / "pydron.conf"
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            path.chmod(0o600)
        return CliRunner().invoke(main, ["config", "show", *options])

    return run


def told(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_places_are_told_in_their_order_with_the_one_that_counts(
    show: Show, tmp_path: Path
) -> None:
    found = told(show({}, "--json"))
    assert found["file"] == str(tmp_path / "pydron.conf")
    assert [(p["place"], p["path"], p["exists"]) for p in found["searched"][:3]] == [
        ("$PYDRON_CONF", None, False),
        ("working directory", str(tmp_path / "pydron.conf"), True),
        ("home directory", str(tmp_path / "home" / "pydron.conf"), False),
    ]
    lines = show({}).stdout.splitlines()
    assert lines[1].split() == ["$PYDRON_CONF", "not", "set"]
    assert lines[2].endswith("this one ") or lines[2].rstrip().endswith("this one")


def test_a_file_that_comes_later_is_not_the_one(show: Show, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "pydron.conf").write_text("{}")
    home = next(line for line in show({}).stdout.splitlines() if "home directory" in line)
    assert home.rstrip().endswith("comes later")


def test_each_key_is_told_with_its_origin(show: Show) -> None:
    found = told(show(SEVERAL, "--json"))
    assert found["keys"]["window"] == {"value": 10, "from": "file"}
    assert found["keys"]["inline"] == {"value": "auto", "from": "default"}
    first, second, third = found["workers"]
    assert (first["type"], second["type"], third["type"]) == ("multicore", "ssh", "cloud")
    assert first["keys"]["cores"] == {"value": "auto", "from": "default"}
    assert second["keys"]["hosts"] == {"value": ["node/4"], "from": "file"}
    assert [worker["used"] for worker in found["workers"]] == [True, False, True]


def test_people_see_what_is_behind_the_values(show: Show) -> None:
    text = show(SEVERAL).stdout
    assert 'workers[1] not used: "enabled" is false\n' in text
    [line] = [line for line in text.splitlines() if "password_env" in line]
    assert line.split() == ["password_env", '"NO_SUCH_VARIABLE"', "file", "is", "not", "set"]
    first = next(line for line in text.splitlines() if " cores " in line)
    assert first.split() == ["cores", '"auto"', "default", str(cores.available()), "here"]


def test_no_secret_is_shown(show: Show) -> None:
    for options in ((), ("--json",)):
        text = show(SEVERAL, *options).output
        assert "secret-" not in text
        assert "(not shown)" in text
        assert "shown" in text.replace("(not shown)", "")


def test_without_a_file_it_is_all_cores(show: Show) -> None:
    found = told(show(None, "--json"))
    assert found["file"] is None
    [worker] = found["workers"]
    assert worker["keys"]["type"] == {"value": "multicore", "from": "default"}
    assert "configuration: none, so all cores here\n" in show(None).stdout


def test_workers_of_a_variable_replace_those_of_the_file(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDRON_WORKERS", "threads:3")
    *own, other = told(show(SEVERAL, "--json"))["workers"]
    assert not any(worker["used"] for worker in own)
    assert other["used"]
    assert other["keys"]["cores"] == {"value": 3, "from": "$PYDRON_WORKERS"}
    assert "workers[0] not used: $PYDRON_WORKERS has others\n" in show(SEVERAL).stdout


def test_what_is_switched_off_is_told_first(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON", "off")
    assert show({}).stdout.startswith("switched off: PYDRON=off")
    assert told(show({}, "--json"))["variables"]["PYDRON"] == "off"


def test_all_mistakes_are_told_with_status_2(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    done = show({"windw": 3, "workers": [{"type": "threads", "coers": 1}]})
    assert done.exit_code == 2
    assert "$.windw: unknown key" in done.stderr
    assert "$.workers[0].coers: unknown key" in done.stderr
    assert not done.stdout
    monkeypatch.setenv("PYDRON_WORKERS", "-1")
    assert "$PYDRON_WORKERS: -1: expected how many" in show({}).stderr
    monkeypatch.setenv("PYDRON_CONF", "nowhere.conf")
    assert "$PYDRON_CONF: nowhere.conf: no such file" in show({}).stderr


def test_another_file_is_shown_by_itself(
    show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYDRON_WORKERS", "7")
    (tmp_path / "other.conf").write_text('{"workers": [{"type": "threads", "cores": 5}]}')
    found = told(show({}, "--json", "--config", "other.conf"))
    assert (found["file"], found["searched"]) == ("other.conf", [])
    [worker] = found["workers"]
    assert worker["keys"]["cores"] == {"value": 5, "from": "file"}


@pytest.mark.parametrize(
    "words", [("doctor",), ("cloud", "list"), ("config", "show"), ("run", "x.py")]
)
def test_a_broken_configuration_ends_every_command_with_status_2(
    show: Show, tmp_path: Path, words: tuple[str, ...]
) -> None:
    show("{")
    (tmp_path / "x.py").touch()
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "this configuration cannot be used\n" in done.stderr
    assert "pydron.conf: 1:2: not JSON" in done.stderr
