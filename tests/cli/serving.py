"""``pydron web`` as a process of its own, and plain requests to it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.scripts import TIMEOUT_SECONDS, environment


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Server:
    """port: that it listens on, of 127.0.0.1. token: empty if it has none."""

    pid: int
    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, path: str, method: str = "GET", body: object = None, **headers: str) -> Answered:
        """headers: with _ for -. Of events only the first one is read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, said)
            answer = connection.getresponse()
            is_stream = answer.headers.get_content_type() == "text/event-stream"
            text = answer.readline() if is_stream else answer.read()
            return Answered(answer.status, dict(answer.headers), text.decode())
        finally:
            connection.close()

    def event(self, **headers: str) -> dict[str, Any]:
        answered = self.ask("/events", **headers)
        assert answered.status == 200, answered
        found: dict[str, Any] = json.loads(answered.text.removeprefix("data: "))
        return found


@contextmanager
def serving(folder: Path, run: Path, *options: str, token: bool = False) -> Iterator[Server]:
    """token: whether there is a file with one, which is made."""
    file = folder / "token"
    if token:
        options = (*options, "--token-file", str(file))
    process = subprocess.Popen(
        [sys.executable, "-m", "pydron_ng", "web", "--port", "0", *options],
        env=environment(folder, {}) | {"PYDRON_RUN_DIR": str(run)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = line.rpartition(":")[2].partition("/")[0]
        assert port.isdecimal(), line + process.communicate()[0]
        yield Server(process.pid, int(port), file.read_text().strip() if token else "")
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert rest == "", rest
