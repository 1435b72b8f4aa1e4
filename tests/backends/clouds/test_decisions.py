"""What is decided about instances, without any: how many, which one, what they are told."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pydron_ng.backends.clouds.account import Instance, State
from pydron_ng.backends.clouds.label import MARK, Label
from pydron_ng.backends.clouds.stock import Limits, Stock
from pydron_ng.backends.clouds.user_data import HostKey, Seconds, new_host_key, user_data
from pydron_ng.backends.remote.trouble import Trouble

NOW = datetime.now(UTC)


def one(
    name: str,
    slot: int = 0,
    session: str = "mine",
    project: str = "project",
    state: State = "running",
    **label: Any,
) -> Instance:
    told = {"expires": NOW + timedelta(hours=1), "host_key": "key", "kind": "kind", **label}
    return Instance(name, Label(project, session, slot, **told), state, "", "", NOW, "size")


def stock(**limits: Any) -> Stock:
    return Stock("project", "mine", "kind", Limits(**limits))


# --- labels ---


def test_a_label_is_read_as_it_was_written() -> None:
    label = Label("project", "mine", 3, NOW.replace(microsecond=0), "ssh-ed25519 AAAA", "kind")
    assert Label.read({**label.tags, "Name": label.name, "other": "tag"}) == label


@pytest.mark.parametrize("rest", [{}, {"pydron:slot": "x", "pydron:expires": "tomorrow"}])
def test_a_label_that_somebody_has_damaged_is_still_ours(rest: dict[str, str]) -> None:
    assert Label.read({MARK: "mine", **rest}) == Label("", "mine", -1, None, "", "")


def test_what_carries_no_label_is_not_ours() -> None:
    assert Label.read({"Name": "pydron-project-mine-0"}) is None


# --- limits ---


def test_what_is_being_created_counts() -> None:
    mine = stock(instances=2)
    mine.permit(0, [], None)
    mine.permit(1, [], None)
    with pytest.raises(Trouble, match="is reached"):
        mine.permit(2, [], None)


def test_what_is_shown_while_it_is_being_created_counts_once() -> None:
    mine = stock(instances=2)
    mine.permit(0, [], None)
    mine.permit(1, [one("a", 0)], None)


def test_what_was_not_created_does_not_count() -> None:
    mine = stock(instances=1)
    mine.permit(0, [], None)
    mine.made(0, None)
    mine.permit(0, [], None)


def test_what_was_created_counts_before_the_provider_shows_it_and_until_it_ends() -> None:
    mine = stock(instances=1)
    mine.permit(0, [], None)
    mine.made(0, one("a"))
    with pytest.raises(Trouble):
        mine.permit(1, [], None)
    mine.ended(one("a"))
    mine.permit(1, [], None)


def test_other_sessions_of_the_project_count_and_other_projects_do_not() -> None:
    there = [one("a", session="other"), one("b", project="else"), one("c", state="ended")]
    stock(instances=2).permit(0, there, None)
    with pytest.raises(Trouble):
        stock(instances=1).permit(0, there, None)


def test_what_is_stopped_counts_as_it_may_cost() -> None:
    with pytest.raises(Trouble):
        stock(instances=1).permit(0, [one("a", session="other", state="stopped")], None)


def test_the_users_price_goes_before_the_providers() -> None:
    stock(cost=1.0, price=0.5).permit(0, [one("a", session="other")], 100.0)
    with pytest.raises(Trouble, match="2 instances of the project project at 0.6 each"):
        stock(cost=1.0, price=0.6).permit(0, [one("a", session="other")], 0.01)


def test_a_limit_without_a_price_permits_nothing() -> None:
    with pytest.raises(Trouble, match="nobody knows what an instance costs"):
        stock(cost=1.0).permit(0, [], None)


# --- kept ones ---


@pytest.mark.parametrize(
    "other",
    [
        one("a", session="other", kind="of another kind"),
        one("a", session="other", project="else"),
        one("a", session="other", state="stopped"),
        one("a", session="other", host_key=""),
        one("a", session="other", expires=NOW + timedelta(minutes=1)),
        one("a", session="other", expires=None),
    ],
)
def test_what_will_not_do_is_not_taken(other: Instance) -> None:
    mine = stock()
    mine.see([other])
    assert mine.take_kept(0) is None


def test_a_kept_one_serves_one_slot_and_not_again_when_it_was_refused() -> None:
    mine = stock()
    mine.see([one("a", session="other"), one("b", session="other")])
    first, second = mine.take_kept(0), mine.take_kept(1)
    assert first is not None
    assert second is not None
    assert {first.id, second.id} == {"a", "b"}
    mine.refuse(0, first.id)
    assert mine.of(0) is None
    assert mine.take_kept(0) is None
    assert mine.worth_keeping == set()
    mine.given(second)
    assert mine.worth_keeping == {second.id}


def test_a_second_keeper_finds_the_sessions_own() -> None:
    mine = stock()
    mine.see([one("a", 0), one("b", 1, state="ended"), one("c", 0, session="other")])
    found = mine.of(0)
    assert found is not None
    assert found.id == "a"
    assert mine.of(1) is None


# --- what an instance is told ---


def told(**more: Any) -> dict[str, Any]:
    text = user_data(HostKey("private", "public"), "ssh-rsa me", Seconds(60, 20, 3600), **more)
    first, _, rest = text.partition("\n")
    assert first == "#cloud-config"
    document: dict[str, Any] = json.loads(rest)
    return document


def test_an_instance_is_told_its_key_and_whom_to_let_in() -> None:
    document = told()
    assert document["ssh_keys"] == {"ed25519_private": "private", "ed25519_public": "public"}
    assert document["ssh_authorized_keys"] == ["ssh-rsa me"]
    assert "disable_root" not in document
    assert told(root=True)["disable_root"] is False


def test_all_that_an_instance_is_told_fits_where_ec2_takes_it() -> None:
    text = user_data(new_host_key(), "ssh-rsa " + "A" * 740, Seconds(300, 600, 86400))
    assert len(text) < 4096


def test_the_pair_of_a_host_key_belongs_together(tmp_path: Path) -> None:
    key = new_host_key()
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(key.private)
    shown = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(path)], capture_output=True, text=True, check=True
    )
    assert shown.stdout.split()[:2] == key.public.split()


def watch(tmp_path: Path, flock: str, seconds: Seconds) -> int:
    """How often the watch looks until it shuts down, where sleep takes no time."""
    looks = tmp_path / "looks"
    for name, text in {
        "flock": f"echo >> {looks}; {flock}",
        "sleep": "",
        "shutdown": "kill $PPID",
        "setsid": 'shift; exec sh "$@"',
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    document = json.loads(user_data(HostKey("", ""), "", seconds).partition("\n")[2])
    script = document["bootcmd"][1][-1].replace("echo -1000 > /proc/self/oom_score_adj", "")
    subprocess.run(
        ["sh", "-c", script], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False, timeout=30
    )
    return looks.read_bytes().count(b"\n")


def test_the_watch_counts_from_the_start_until_somebody_comes(tmp_path: Path) -> None:
    assert watch(tmp_path, "exit 0", Seconds(60, 20, 3600)) == 12


def test_the_watch_counts_anew_when_somebody_has_been_there(tmp_path: Path) -> None:
    there = f'test "$(wc -l < {tmp_path}/looks)" -eq 7 && exit 75; exit 0'
    assert watch(tmp_path, there, Seconds(60, 20, 3600)) == 7 + 4


def test_the_watch_ends_at_the_hour_whoever_is_there(tmp_path: Path) -> None:
    assert watch(tmp_path, "exit 75", Seconds(60, 20, 100)) == 20


@pytest.mark.parametrize("status", [1, 66, 127])
def test_a_lock_that_cannot_be_looked_at_counts_as_not_held(tmp_path: Path, status: int) -> None:
    assert watch(tmp_path, f"exit {status}", Seconds(20, 20, 3600)) == 4
