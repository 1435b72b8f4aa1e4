"""What an instance is told for its first boot: the key by which it is known, and its lease.

cloud-init, which all common images have, does it before anybody can log in. The lease is a lock on
a file: as long as an agent holds it, the instance lives. An agent ends by itself when it does not
hear from the program any more. Whatever else goes wrong, nobody holds the lock.
"""

from __future__ import annotations

import json
import math
from typing import NamedTuple

#: Whoever uses the instance holds a lock on it.
LEASE = "/run/pydron/lease"
#: What a command is put behind that holds it. The wait is for the watch itself, which looks; what
#: is not there is told by env as a shell tells it.
TAKING = f"flock -w 2 -E 75 -F {LEASE} env"
#: What flock says when somebody else holds it.
BUSY = 75

#: That long, in s, the watch sleeps between two looks at the lock.
_PAUSE_SECONDS = 5.0

#: A lock that cannot be looked at counts as not held. Who only looks shares it with others who do.
_WATCH = """\
echo -1000 > /proc/self/oom_score_adj
left={first} age=0
while [ $left -gt 0 ] && [ $age -lt {life} ]; do
  sleep {pause}
  age=$((age + 1))
  flock -s -n -E {busy} {file} true
  if [ $? -eq {busy} ]; then left={lease}; else left=$((left - 1)); fi
done
while :; do shutdown -h now || poweroff -f; sleep 30; done
"""


class Seconds(NamedTuple):
    """So long the instance lives: until somebody comes; unused; at most."""

    start: float
    lease: float
    life: float


class HostKey(NamedTuple):
    """A pair of keys, as OpenSSH writes them."""

    private: str
    public: str


def new_host_key() -> HostKey:
    """One that nobody else has."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    plain = form.NoEncryption()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.OpenSSH, plain)
    public = key.public_key().public_bytes(form.Encoding.OpenSSH, form.PublicFormat.OpenSSH)
    return HostKey(private.decode(), public.decode())


def user_data(key: HostKey, authorized: str, seconds: Seconds, *, root: bool = False) -> str:
    """The text. authorized: the public key that is let in. root: whether as root, too."""
    watch = _watch(seconds)
    begin = f"mkdir -p $(dirname {LEASE}) && touch {LEASE} && chmod 644 {LEASE}"
    document = {
        "bootcmd": [
            ["sh", "-c", begin],
            ["sh", "-c", 'setsid sh -c "$1" < /dev/null > /dev/null 2>&1 &', "sh", watch],
        ],
        "ssh_deletekeys": True,
        "ssh_keys": {"ed25519_private": key.private, "ed25519_public": key.public},
        "ssh_authorized_keys": [authorized],
        **({"disable_root": False} if root else {}),
    }
    return f"#cloud-config\n{json.dumps(document)}\n"  # YAML takes JSON


def _watch(seconds: Seconds) -> str:
    pause = min(_PAUSE_SECONDS, seconds.lease / 4)
    return _WATCH.format(
        first=math.ceil(max(seconds.start, seconds.lease) / pause),
        lease=math.ceil(seconds.lease / pause),
        life=math.ceil(seconds.life / pause),
        pause=f"{pause:g}",
        busy=BUSY,
        file=LEASE,
    )
