"""pydron.conf: where it is looked for, what is believed, and how its mistakes are told."""

from __future__ import annotations

import json
import logging
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest

from pydron_ng import config
from pydron_ng.config.schema import json_schema
from pydron_ng.errors import ConfigError

Cores = Annotated[int, msgspec.Meta(ge=1)] | Literal["auto"]


class Threads(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="threads",
):
    enabled: bool = True
    cores: Cores = "auto"


class Multicore(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="multicore",
):
    enabled: bool = True
    cores: Cores = "auto"
    blas_threads: Literal["keep"] | None = None


class Remote(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="remote",
):
    hostname: str
    enabled: bool = True
    keys: tuple[str, ...] = ()
    environment: dict[str, str] = {}

    def __post_init__(self) -> None:
        if self.hostname == "localhost" and self.keys:
            raise ValueError("keys are for other hosts")


MODEL = Threads | Multicore | Remote

Write = Callable[[object], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a pydron.conf into the working directory; there is no other one."""
    monkeypatch.delenv("PYDRON_CONF", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def writer(content: object) -> Path:
        path = tmp_path / "here" / "pydron.conf"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(0o600)
        return path

    return writer


def mistakes_of(content: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.from_dict(content, MODEL, "c")
    return str(caught.value).splitlines()


def test_workers_come_back_as_their_models() -> None:
    found = config.from_dict(
        {"workers": [{"type": "multicore", "cores": 4}, {"type": "threads"}]}, MODEL, "c"
    )
    assert found.workers == (Multicore(cores=4), Threads(cores="auto"))
    assert found.inline == "auto"


def test_no_file_means_all_local_cores(write: Write) -> None:
    assert config.load(config.find(), MODEL).workers == (Multicore(cores="auto"),)


def test_a_file_without_workers_means_all_local_cores() -> None:
    found = config.from_dict({"inline": False}, MODEL, "c")
    assert (found.workers, found.inline) == ((Multicore(),), False)


def test_a_disabled_worker_is_checked_and_left_out() -> None:
    remote = {"type": "remote", "hostname": "h", "enabled": False}
    found = config.from_dict({"workers": [remote, {"type": "threads"}]}, MODEL, "c")
    assert found.workers == (Threads(),)
    del remote["hostname"]
    assert mistakes_of({"workers": [remote]}) == [
        'c: $.workers[0]: "hostname" is missing: expected a text'
    ]


def test_keys_that_begin_with_two_slashes_are_comments_everywhere() -> None:
    commented = {
        "// why": [1, {"type": 3}],
        "workers": [
            {"//": 1, "type": "remote", "hostname": "h", "environment": {"//x": 1, "A": "b"}}
        ],
    }
    (worker,) = config.from_dict(commented, MODEL, "c").workers
    assert worker == Remote(hostname="h", environment={"A": "b"})


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    wrong = {
        "inlin": 1,
        "inline": "Auto",
        "workers": [
            {"type": "threads", "coers": 3},
            {"type": "multicor"},
            {"cores": 3},
            5,
            {"type": "remote", "hostname": 3, "keys": [1, "a", 2], "environment": {"A": 1}},
            {"type": "multicore", "cores": "4", "enabled": "no"},
            {"type": "threads", "cores": 0},
        ],
    }
    kinds = '"threads", "multicore" or "remote"'
    cores = 'expected a whole number of at least 1 or "auto"'
    assert mistakes_of(wrong) == [
        'c: $.inlin: unknown key: expected "cache", "functional", "inline", "monitor", "pure", '
        '"value_types", "window" or "workers"; did you mean "inline"?',
        'c: $.workers[0].coers: unknown key: expected "cores", "enabled" or "type"; '
        'did you mean "cores"?',
        f'c: $.workers[1].type: expected {kinds}, not "multicor"; did you mean "multicore"?',
        f'c: $.workers[2]: "type" is missing: expected {kinds}',
        "c: $.workers[3]: expected an object, not 5",
        "c: $.workers[4].hostname: expected a text, not 3",
        "c: $.workers[4].keys[0]: expected a text, not 1",
        "c: $.workers[4].keys[2]: expected a text, not 2",
        "c: $.workers[4].environment.A: expected a text, not 1",
        'c: $.workers[5].enabled: expected true or false, not "no"',
        f'c: $.workers[5].cores: {cores}, not "4"',
        f"c: $.workers[6].cores: {cores}, not 0",
        'c: $.inline: expected false or "auto", not "Auto"; did you mean "auto"?',
    ]


def test_a_name_of_a_library_is_shown_by_an_example() -> None:
    assert mistakes_of({"functional": ["numpy.linalg.svd"]}) == [
        'c: $.functional[0]: expected a text such as "numpy.linalg:svd", not "numpy.linalg.svd"'
    ]


def test_what_a_model_checks_by_itself_is_told_too() -> None:
    wrong = {"workers": [{"type": "remote", "hostname": "localhost", "keys": ["k"]}]}
    assert mistakes_of(wrong) == ["c: $.workers[0]: keys are for other hosts"]


@pytest.mark.parametrize("content", [[], 3, None, "workers"])
def test_a_document_that_is_no_object_is_a_mistake(content: object) -> None:
    assert mistakes_of(content) == [f"c: $: expected an object, not {json.dumps(content)}"]


def test_a_configuration_in_which_nothing_could_run_is_a_mistake() -> None:
    (mistake,) = mistakes_of({"workers": []})
    assert mistake.startswith("c: $.workers: no worker is enabled")


def test_inline_true_is_a_mistake_because_nothing_would_be_parallel() -> None:
    assert mistakes_of({"inline": True}) == ['c: $.inline: expected false or "auto", not true']


def test_the_window_is_a_number_of_calls_from_1() -> None:
    assert (
        config.from_dict({}, MODEL, "c").window
        == config.from_dict({"window": 1024}, MODEL, "c").window
    )
    assert config.from_dict({"window": 1}, MODEL, "c").window == 1
    assert mistakes_of({"window": 0}) == [
        "c: $.window: expected a whole number of at least 1, not 0"
    ]


def test_keys_of_older_versions_are_ignored_with_a_note(caplog: pytest.LogCaptureFixture) -> None:
    old = {
        "scheduler": "trivial",
        "data_ports": 0,
        "workers": [{"type": "multicore", "cores": 2, "data_ports": 0, "preconnect": False}],
    }
    with caplog.at_level(logging.INFO, logger="pydron_ng"):
        assert config.from_dict(old, MODEL, "c").workers == (Multicore(cores=2),)
    assert [record.getMessage().split()[0] for record in caplog.records] == [
        "$.scheduler",
        "$.data_ports",
        "$.workers[0].data_ports",
        "$.workers[0].preconnect",
    ]


def test_a_key_of_older_versions_in_another_place_is_a_mistake() -> None:
    (mistake,) = mistakes_of({"workers": [{"type": "threads", "scheduler": "trivial"}]})
    assert mistake.startswith("c: $.workers[0].scheduler: unknown key")


def test_an_error_survives_pickling_with_all_its_mistakes() -> None:
    with pytest.raises(ConfigError) as caught:
        config.from_dict({"a": 1, "b": 2}, MODEL, "c")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.args == caught.value.args
    assert len(copy.args) == 2


def test_a_syntax_error_names_line_and_column_and_shows_the_line(write: Write) -> None:
    path = write('{"workers": [\n  {"type": "threads",}\n]}')
    with pytest.raises(ConfigError) as caught:
        config.load(path, MODEL)
    first, line, caret = str(caught.value).splitlines()
    assert re.fullmatch(rf"{re.escape(str(path))}: 2:\d+: not JSON: .*", first)
    assert line == '    2 |   {"type": "threads",}'
    assert line[caret.index("^")] in ",}"


def test_a_comment_line_is_answered_with_how_to_comment(write: Write) -> None:
    with pytest.raises(ConfigError, match="a comment is a key that begins with //"):
        config.load(write('{\n  // four cores\n  "inline": false}'), MODEL)


@pytest.mark.parametrize("text", ["", "\n\n", "[" * 100_000, "{\n"])
def test_a_broken_file_is_a_config_error(write: Write, text: str) -> None:
    with pytest.raises(ConfigError):
        config.load(write(text), MODEL)


def test_a_file_that_is_not_utf_8_is_a_config_error(write: Write) -> None:
    path = write("")
    path.write_bytes(b'{"inline": "\xff"}')
    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(path, MODEL)


def test_a_byte_order_mark_is_no_mistake(write: Write) -> None:
    path = write("")
    path.write_bytes(b'\xef\xbb\xbf{"inline": false}')
    assert config.load(path, MODEL).inline is False


def test_a_key_that_is_there_twice_is_a_mistake(write: Write) -> None:
    path = write('{"workers": [{"type": "threads", "cores": 2, "cores": 4, "//": 1, "//": 2}]}')
    with pytest.raises(ConfigError) as caught:
        config.load(path, MODEL)
    assert str(caught.value) == (
        f"{path}: $.workers[0].cores: this key is there more than once in one object"
    )


def test_the_places_are_searched_in_their_order(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, home = tmp_path / "named.conf", tmp_path / "home" / "pydron.conf"
    named.write_text("{}")
    home.write_text("{}")
    here = write({})
    monkeypatch.setenv("PYDRON_CONF", str(named))
    assert config.find() == named
    monkeypatch.delenv("PYDRON_CONF")
    assert config.find() == here
    here.unlink()
    assert config.find() == home


def test_a_missing_file_that_the_environment_names_is_an_error(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write({})
    monkeypatch.setenv("PYDRON_CONF", "nowhere.conf")
    with pytest.raises(ConfigError, match=r"\$PYDRON_CONF: nowhere.conf: no such file"):
        config.find()


@pytest.mark.parametrize(
    "asked, worker",
    [
        ("4", Multicore(cores=4)),
        ("auto", Multicore()),
        ("multicore:2", Multicore(cores=2)),
        ("threads:8", Threads(cores=8)),
    ],
)
def test_workers_that_a_variable_asks_for_replace_those_of_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch, asked: str, worker: Any
) -> None:
    path = write({"workers": [{"type": "threads"}, {"type": "multicore"}], "window": 7})
    monkeypatch.setenv("PYDRON_WORKERS", asked)
    found = config.in_force(MODEL)
    assert (found.workers, found.window) == ((worker,), 7)
    assert found.source == f"{path}; workers: $PYDRON_WORKERS"


@pytest.mark.parametrize("asked", ["", None])
def test_without_such_a_variable_the_file_counts(
    write: Write, monkeypatch: pytest.MonkeyPatch, asked: str | None
) -> None:
    path = write({"workers": [{"type": "threads"}]})
    monkeypatch.delenv("PYDRON_WORKERS", raising=False)
    if asked is not None:
        monkeypatch.setenv("PYDRON_WORKERS", asked)
    assert config.in_force(MODEL) == config.load(path, MODEL)


@pytest.mark.parametrize("asked", ["0", "-1", "four", "ssh:3", "threads", "4 "])
def test_what_such_a_variable_cannot_say_is_told(
    write: Write, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    write({})
    monkeypatch.setenv("PYDRON_WORKERS", asked)
    with pytest.raises(ConfigError, match=rf"\$PYDRON_WORKERS: {asked}: expected how many"):
        config.in_force(MODEL)


@pytest.mark.parametrize("mode", [0o602, 0o666, 0o646])
def test_a_file_in_the_working_directory_that_others_may_write_is_refused(
    write: Write, mode: int
) -> None:
    path = write({})
    path.chmod(mode)
    with pytest.raises(ConfigError, match="refused: others may write it"):
        config.load(config.find(), MODEL)


def test_a_file_that_a_group_of_several_may_write_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import grp

    path = write({})
    path.chmod(0o660)
    group = grp.struct_group(("staff", "x", os.getgid(), ["somebody"]))
    monkeypatch.setattr(grp, "getgrgid", lambda _: group)
    with pytest.raises(ConfigError, match="chmod go-w"):
        config.load(path, MODEL)


def test_a_file_of_another_user_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write({})
    owner = path.stat().st_uid
    if owner == 0:
        owner = 65534
        os.chown(path, owner, -1)
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        config.load(path, MODEL)


def test_a_file_outside_of_the_working_directory_is_the_users_own_choice(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write({"inline": False})
    path.chmod(0o666)
    monkeypatch.chdir("/")
    assert config.load(path, MODEL).inline is False


def test_the_schema_takes_comments_and_the_example() -> None:
    schema = json_schema(MODEL)
    definitions = schema["$defs"]
    assert set(definitions) == {"Document", "Threads", "Multicore", "Remote"}
    assert all("^//" in each["patternProperties"] for each in definitions.values())


def test_an_editors_schema_key_is_no_mistake() -> None:
    found = config.from_dict({"$schema": "docs/pydron.conf.schema.json"}, MODEL, "c")
    assert found.workers == (Multicore(),)


def test_a_good_configuration_costs_no_import_of_what_tells_mistakes(write: Write) -> None:
    write({"workers": [{"type": "threads"}]})
    code = (
        "import sys; from tests.test_config import MODEL, config; "
        "config.load(config.find(), MODEL); "
        "print(sorted({'difflib', 'pydron_ng.config.validate'} & set(sys.modules)))"
    )
    assert _python(code) == "[]"


def _python(code: str) -> str:
    root = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command: list[Any] = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_secret_in_a_line_that_is_no_json_is_not_shown(write: Write) -> None:
    path = write('{"workers": [{"password": "s3cret\\"too" "port": 1}]}')
    with pytest.raises(ConfigError) as caught:
        config.load(path, MODEL)
    assert "s3cret" not in str(caught.value)
    assert '"password": "***********" "port"' in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"workers": [{"Password": "s3cret" "port": 1}]}',
        "{'workers': [{'password': 's3cret'}]}",
        "{workers: [{password: s3cret and more}]}",
        '{"private_key": "s3cret", "port" 1}',
        '{"private_keys": ["-----BEGIN", "s3cret" "port"]}',
        '{"private_keys": [\n  "-----BEGIN\\ns3cret"\n  "s3cret"\n]}',
    ],
)
def test_a_secret_is_not_shown_however_its_key_is_written(write: Write, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(text), MODEL)
    assert "not JSON" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("mode, warned", [(0o600, False), (0o640, True), (0o604, True)])
def test_a_secret_that_others_can_read_is_warned_of(
    write: Write, caplog: pytest.LogCaptureFixture, mode: int, warned: bool
) -> None:
    path = write({"workers": [{"type": "threads"}], "// old": {"password": "s3cret"}})
    path.chmod(mode)
    config.load(path, MODEL)
    assert ("chmod 600" in caplog.text) is warned
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        r'{"workers": [{"privatekey": "C:\Users\me\s3cret", "x": 1}]}',
        '{"workers": [{"privatekey": "-----BEGIN s3cret\nMII", "x": 1}]}',
        r'{"workers": [{"private_keys": ["-----BEGIN\ s3cret", ""]}]}',
    ],
)
def test_backslashes_and_new_lines_in_keys_are_told_how_to_be_written(
    write: Write, text: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(text), MODEL)
    assert "s3cret" not in str(caught.value)
    assert str(caught.value).endswith(
        r'a backslash is written as two, "C:\\keys\\id_rsa", and a new line as \n: '
        r'"-----BEGIN PRIVATE KEY-----\nMII..."'
    )
