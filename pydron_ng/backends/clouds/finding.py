"""The relay's side: from a slot to an instance that lets in."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from typing import Any

from pydron_ng.backends.clouds.user_data import BUSY, LEASE, TAKING
from pydron_ng.backends.remote.by_paramiko import ByParamiko, in_memory
from pydron_ng.backends.remote.trouble import Trouble

_PROBE_SECONDS = 20.0
#: So long, in s, between two attempts to log in while it starts.
_PAUSE_SECONDS = 1.0
#: What will not get better, such as a login that is refused, may while it starts; but not for long.
_PATIENCE_SECONDS = 60.0

_PROBE = f"flock -s -w 2 -E {BUSY} {LEASE} echo free 2>&1 || echo status $?"


def found(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan once it is known where the instance is: by paramiko, holding the lease.

    Raises: Trouble.
    """
    way, refused = plan["way"], ""
    while True:
        asked = {"slot": way["slot"], "turn": way["turn"], "refused": refused}
        answer = _ask(way["desk"], asked)
        ssh = _ssh_way(way["ssh"], answer)
        try:
            _await_login(ssh, answer["seconds"])
        except Trouble as trouble:
            if not answer["kept"]:
                raise _about(answer, trouble) from None
            refused = answer["id"]
            continue
        return {**plan, "by": "paramiko", "way": ssh, "through": TAKING}


def _ask(desk: str, asked: dict[str, Any]) -> dict[str, Any]:
    """What the keeper says. Raises: Trouble."""
    with socket.socket(socket.AF_UNIX) as keeper:
        try:
            keeper.connect(f"\0{desk}")
            with keeper.makefile("rwb") as talk:
                talk.write(json.dumps(asked).encode() + b"\n")
                talk.flush()
                line = talk.readline()
        except OSError:
            line = b""
    if not line:
        raise Trouble("the keeper of instances ended", "", lasting=False)
    answer: dict[str, Any] = json.loads(line)
    if "trouble" in answer:
        raise Trouble(**answer["trouble"])
    return answer


def _await_login(way: Mapping[str, Any], seconds: float) -> None:
    """Until it lets in, and its lease can be taken. seconds: of its start; 0: it should at once.

    Raises: Trouble.
    """
    begin = time.monotonic()
    patience = min(seconds, _PATIENCE_SECONDS)
    stubborn_since: float | None = None
    while True:
        try:
            _probe(way)
        except Trouble as trouble:
            now = time.monotonic()
            stubborn_since = (stubborn_since or now) if trouble.lasting else None
            is_late = now - begin > seconds
            if is_late or (stubborn_since is not None and now - stubborn_since > patience):
                lasting = trouble.lasting or seconds > 0
                raise Trouble(trouble.why, trouble.way_out, lasting=lasting) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _probe(way: Mapping[str, Any]) -> None:
    """Raises: Trouble."""
    answer = ByParamiko(way, _PROBE).everything(_PROBE_SECONDS).strip()
    if answer.endswith("free"):
        return
    if answer.endswith(f"status {BUSY}"):
        raise Trouble("somebody else uses it", "see: pydron cloud list", lasting=False)
    raise Trouble(
        f"no lease is in force there: {answer or 'flock said nothing'}",
        "take an image that has cloud-init and flock",
    )


def _about(answer: Mapping[str, Any], trouble: Trouble) -> Trouble:
    """Which instance it was, and what may be the matter with those."""
    why = f"{answer['id']} at {answer['hostname']}: {trouble.why}"
    way_out = trouble.way_out
    if "host key" in trouble.why:
        way_out = "see pydron cloud list: it is not the one that was created, or not as it was told"
    elif not trouble.why.startswith(("no lease", "somebody")) and answer["seconds"]:
        way_out = (
            'see whether its firewall lets SSH in ("options": {"ex_security_groups": [...]}), and '
            'whether "username" is that of the image and the image has cloud-init'
        )
    return Trouble(why, way_out, lasting=trouble.lasting)


def _ssh_way(ssh: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """How it is reached, and by which host key it is known."""
    port = ssh["port"] or 22
    name = answer["hostname"] if port == 22 else f"[{answer['hostname']}]:{port}"  # noqa: PLR2004
    known = in_memory("known hosts", f"{name} {answer['host_key']}\n")
    return {
        **ssh,
        "hostname": answer["hostname"],
        "known_hosts": f"~/.ssh/known_hosts {known}" if ssh["proxy_jump"] else known,
        "host_key": "strict",
    }
