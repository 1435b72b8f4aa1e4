"""EC2 as moto plays it, with instances that are hosts of this machine; root's business.

An instance is a network namespace with an SSH server and a ``/run`` of its own. What cloud-init
does with user-data is done there; ``shutdown`` does to it what EC2 does: end it, or only stop it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.backends.remote.network import Host
from tests.backends.rig import is_alive
from tests.backends.sshd import make_key

IMAGE = "ami-12c6146b"
SIZE = "t3.micro"
SECRET = "s3cret-accesskey-of-nobody"
_FIRST_NUMBER = 60

#: Does what cloud-init does at boot, and becomes the SSH server. {0}: folder of the instance.
_INIT = """#!/bin/sh
mount -t tmpfs tmpfs /run && mkdir /run/sshd
PATH={0}/bin:$PATH {1} {0}/boot.py
exec "$@"
"""
_BOOT = """
import json, subprocess
for command in json.load(open({0!r}))["bootcmd"]:
    subprocess.run(command, check=True)
"""
#: Counts how often the watch looks at the lease.
_FLOCK = """#!/bin/sh
echo >> {0}/looks
exec {1} "$@"
"""
_SHUTDOWN = """#!/bin/sh
echo {0} > {1}
sleep 1000
"""


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        pass


class Machine:
    """What runs for one instance."""

    def __init__(
        self, instance: Any, number: int, folder: Path, shutdowns: Path, forgets: set[str]
    ) -> None:
        """forgets: keys of the user-data that it does not heed."""
        self.told = json.loads(instance.user_data.decode().partition("\n")[2])
        self._prepare(instance.id, folder, shutdowns)
        if "bootcmd" in forgets:
            (folder / "told").write_text('{"bootcmd": []}')
        if "ssh_keys" in forgets:
            (folder / "host_key").unlink()
            (folder / "host_key.pub").unlink()
        self.host = Host(number, folder, (str(folder / "init"),))

    def _prepare(self, name: str, folder: Path, shutdowns: Path) -> None:
        (folder / "bin").mkdir(parents=True)
        keys = self.told["ssh_keys"]
        (folder / "host_key").write_text(keys["ed25519_private"])
        (folder / "host_key").chmod(0o600)
        (folder / "host_key.pub").write_text(f"{keys['ed25519_public']} host\n")
        (folder / "user_key").touch()
        (folder / "user_key.pub").write_text("\n".join(self.told["ssh_authorized_keys"]))
        (folder / "told").write_text(json.dumps(self.told))
        (folder / "boot.py").write_text(_BOOT.format(str(folder / "told")))
        _script(folder / "bin" / "flock", _FLOCK.format(folder, shutil.which("flock")))
        _script(folder / "bin" / "shutdown", _SHUTDOWN.format(name, shutdowns))
        _script(folder / "init", _INIT.format(folder, sys.executable))


class Ec2:
    """One region. Actions can be answered otherwise, or kept waiting, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._region = ec2_backends["123456789012"]["us-east-1"]
        self._lock = threading.Lock()
        self._once_lock = threading.Lock()
        self._done: dict[str, tuple[str, bytes]] = {}
        self._numbers = iter(range(_FIRST_NUMBER, 250))
        self.machines: dict[str, Machine] = {}
        self.refusals: dict[str, tuple[str, str]] = {}
        self.asked: list[str] = []
        self.held: dict[str, threading.Event] = {}
        self.reached: dict[str, threading.Event] = {}
        self.dropped: dict[str, threading.Event] = {}
        self.be_well()
        self.user_key = make_key(folder / "user_key")
        self._shutdowns = folder / "shutdowns"
        os.mkfifo(self._shutdowns)
        self._pipe = os.open(self._shutdowns, os.O_RDWR)
        self._server = make_server("127.0.0.1", 0, self._serve, True, request_handler=_Quiet)
        for work in (self._server.serve_forever, self._watch):
            threading.Thread(target=work, daemon=True).start()

    def be_well(self) -> None:
        """Machines can be reached, and do what they are told."""
        self.boots = True
        self.unreachable: set[str] = set()
        self.forgets: set[str] = set()
        self.silent: dict[str, int] = {}

    @property
    def access(self) -> dict[str, Any]:
        return {
            "provider": "ec2",
            "region": "us-east-1",
            "driver_options": {"secure": False, "host": "127.0.0.1", "port": self._server.port},
        }

    @property
    def keys(self) -> dict[str, Any]:
        """For pydron.conf."""
        return {
            **self.access,
            "accesskeyid": "AKIAIOSFODNN7EXAMPLE",
            "accesskey": SECRET,
            "imageid": IMAGE,
            "sizeid": SIZE,
            "username": "root",
            "private_key_files": [str(self.user_key)],
            "agent": False,
            "ssh_config": str(self._folder / "no-ssh-config"),
            "python": sys.executable,
        }

    @property
    def instances(self) -> dict[str, str]:
        """All there are and were, with their states."""
        found = [i for r in self._region.reservations.values() for i in r.instances]
        return {one.id: one._state.name for one in found}

    @property
    def alive(self) -> list[str]:
        return [name for name, state in self.instances.items() if state != "terminated"]

    def tags(self, instance: str) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in self._region.get_instance(instance).get_tags()}

    def hold(self, action: str) -> threading.Event:
        """Its answers wait from now on; what is returned is set when the first one does."""
        self.held[action] = threading.Event()
        self.reached[action] = threading.Event()
        return self.reached[action]

    def drop(self, action: str) -> threading.Event:
        """What is asked for is not done, and the answer waits; else as `hold`."""
        self.dropped[action] = threading.Event()
        self.reached[action] = threading.Event()
        return self.reached[action]

    def release(self) -> None:
        for event in (*self.held.values(), *self.dropped.values()):
            event.set()
        self.held.clear()
        self.dropped.clear()

    def looks_of(self, instance: str) -> int:
        """How often its watch has looked at the lease."""
        looks = self._folder / instance / "looks"
        return len(looks.read_bytes()) if looks.exists() else 0

    def conf(self, name: str, **keys: Any) -> Path:
        """A pydron.conf with such a worker."""
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(json.dumps({"workers": [{"type": "cloud", **keys}]}))
        return path

    def end(self, instance: str) -> None:
        """As if the provider took it back."""
        self._region.terminate_instances([instance])
        self._clear()

    def clear(self) -> None:
        """No instance is there any more, and nothing is special."""
        self.release()
        self.refusals.clear()
        self.asked.clear()
        self._done.clear()
        self.be_well()
        for name in self.alive:
            self._region.terminate_instances([name])
        self._clear()
        self._region.reservations.clear()

    def close(self) -> None:
        self.clear()
        self._server.shutdown()
        os.write(self._pipe, b"\n")
        self._watching.join()
        os.close(self._pipe)

    # --- what the server does ---

    def _serve(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        asked = parse_qs(environ["QUERY_STRING"])
        action = asked["Action"][0]
        self.asked.append(action)
        if (event := self.dropped.get(action)) is not None:
            self.reached[action].set()
            event.wait()
            status, body = "503 Service Unavailable", _refusal("Unavailable", "try again")
        elif action in self.refusals:
            status, body = "400 Bad Request", _refusal(*self.refusals[action])
        else:
            status, body = self._once(asked, environ)
        if action in ("RunInstances", "TerminateInstances"):
            self._follow()
        if (event := self.held.get(action)) is not None:
            self.reached[action].set()
            event.wait()
        if self.silent.get(action, 0):
            self.silent[action] -= 1
            status, body = "504 Gateway Timeout", b"<html>nothing came</html>"
        start(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
        return iter([body])

    def _once(self, asked: dict[str, list[str]], environ: dict[str, Any]) -> tuple[str, bytes]:
        """What has the same token is done once, which moto does not know."""
        token = asked.get("ClientToken", [""])[0]
        if not token:
            return self._ask_moto(environ)
        with self._once_lock:
            if token not in self._done:
                self._done[token] = self._ask_moto(environ)
            return self._done[token]

    def _ask_moto(self, environ: dict[str, Any]) -> tuple[str, bytes]:
        found = ""

        def start(status: str, *_: Any) -> Callable[[bytes], Any]:
            nonlocal found
            found = status
            return lambda data: None

        body = b"".join(self._moto(environ, start))
        if (code := re.search(rb"<Code>(.*?)</Code>\s*<Message>(.*?)</Message>", body, re.S)) and (
            b"<Errors>" in body or b"<Error>" in body
        ):
            return found, _refusal(code[1].decode(), code[2].decode())
        return found, body.replace(b'/2016-11-15"', b'/2016-11-15/"')  # as EC2 itself has it

    def _follow(self) -> None:
        """Instances that are new get a machine, those that are gone lose it."""
        with self._lock:
            for name in self.alive:
                if self.boots and name not in self.machines:
                    instance = self._region.get_instance(name)
                    number = next(self._numbers)
                    machine = Machine(
                        instance, number, self._folder / name, self._shutdowns, self.forgets
                    )
                    self.machines[name] = machine
                    if self.tags(name)["pydron:slot"] in self.unreachable:
                        machine.host.server.stop()
                    instance.nics[0].public_ip = machine.host.address
        self._clear()

    def _clear(self) -> None:
        with self._lock:
            for name in [name for name in self.machines if name not in self.alive]:
                self.machines.pop(name).host.remove()

    def _watch(self) -> None:
        """What shuts itself down is ended or stopped, as was said when it was created."""
        self._watching = threading.current_thread()
        with open(self._shutdowns, encoding="utf-8") as shutdowns:
            while name := shutdowns.readline().strip():
                instance = self._region.get_instance(name)
                if instance.instance_initiated_shutdown_behavior == "terminate":
                    self._region.terminate_instances([name])
                else:
                    self._region.stop_instances([name])
                self._clear()


def _refusal(code: str, message: str) -> bytes:
    """As EC2 says it."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return f"<Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>".encode()


def _script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def helpers_of(program: int, kind: str = "") -> set[int]:
    """The keeper and the relays of a program."""
    running = filter(str.isdecimal, os.listdir("/proc"))
    return {int(pid) for pid in running if _serves(pid, program, kind) and is_alive(int(pid))}


def _serves(pid: str, program: int, kind: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    modules = (b"pydron_ng.backends.clouds.keeper", b"pydron_ng.backends.remote.relay")
    ours = tuple(one for one in modules if one.endswith(kind.encode()))
    return any(one in words for one in ours) and str(program).encode() in words
