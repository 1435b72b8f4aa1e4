"""``pydron web``: who may read, who may end something, and who is turned away."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pydron_ng.cli import main
from tests import scripts
from tests.backends.rig import wait_until
from tests.cli.serving import Server, serving
from tests.watched import Programs

ELSEWHERE = ("--host", "0.0.0.0")


@pytest.fixture
def reading(tmp_path: Path, run_folder: Path) -> Iterator[Server]:
    """For this machine, without a token."""
    with serving(tmp_path, run_folder) as server:
        yield server


@pytest.fixture
def ending(tmp_path: Path, run_folder: Path) -> Iterator[Server]:
    """For this machine, with one."""
    with serving(tmp_path, run_folder, token=True) as server:
        yield server


def test_the_page_and_all_that_it_takes_come_from_here(reading: Server) -> None:
    for path in ("/", "/page.css", "/page.js", "/icon.svg"):
        answered = reading.ask(path)
        assert answered.status == 200
        assert "default-src 'none'" in answered.headers["content-security-policy"]
        assert "https://" not in answered.text
        assert answered.text.count("http://") == answered.text.count("http://www.w3.org/2000/svg")


def test_programs_are_told_as_status_does(programs: Programs, reading: Server) -> None:
    program = programs.start()
    program.until(running=2)
    event = reading.event()
    [told] = event["programs"]
    assert (told["pid"], told["pools"][0]["running"]) == (program.pid, 2)
    assert (event["can_be_ended"], event["may_end"]) == (False, False)


def test_without_a_token_nothing_can_be_ended(programs: Programs, reading: Server) -> None:
    program = programs.start()
    program.until(running=2)
    wanted = {"pid": program.pid, "what": "worker", "id": "1.0"}
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert reading.ask("/end", "POST", wanted, **headers).status == 401
    program.until(running=2)


@pytest.mark.parametrize("what", ["task", "worker"])
def test_who_has_the_token_ends_a_task_or_a_worker(
    programs: Programs, ending: Server, what: str
) -> None:
    program = programs.start()
    worker = program.until(running=2).pools[0].status.workers[0]
    number = worker.info.id if what == "worker" else worker.tasks[0].task
    wanted = {"pid": program.pid, "what": what, "id": f"1.{number}"}
    assert ending.ask("/end", "POST", wanted).status == 401
    assert ending.ask("/end", "POST", wanted, Authorization="Bearer wrong").status == 401
    assert ending.event(**ending.bearer)["may_end"] is True
    answered = ending.ask("/end", "POST", wanted, **ending.bearer)
    assert (answered.status, f"{what} 1.{number} is ended" in answered.text) == (200, True)
    program.go()
    assert program.end()[1].count("released") == 2


@pytest.mark.parametrize(
    "body, status",
    [
        (b"", 400),
        (b"[]", 400),
        (b"{" * 5000, 400),
        ({"pid": 1, "what": "program", "id": "1.0"}, 400),
        ({"pid": 1, "what": "task", "id": "../1"}, 400),
        ({"pid": 1, "what": "task", "id": "1.0", "more": 1}, 400),
        ({"pid": 1, "what": "task", "id": "1.0"}, 409),
    ],
)
def test_what_makes_no_sense_is_refused(ending: Server, body: object, status: int) -> None:
    assert ending.ask("/end", "POST", body, **ending.bearer).status == status


def test_it_is_ended_by_no_other_method(ending: Server) -> None:
    assert ending.ask("/end", **ending.bearer).status == 405


@pytest.mark.parametrize("name", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example"])
def test_a_name_that_leads_here_from_elsewhere_shows_nothing(reading: Server, name: str) -> None:
    host = name.format(port=reading.port)
    for path in ("/", "/events"):
        assert reading.ask(path, Host=host).status == 421


@pytest.mark.parametrize("name", ["localhost", "localhost:{port}", "[::1]:{port}"])
def test_its_own_names_are_known(reading: Server, name: str) -> None:
    assert reading.ask("/", Host=name.format(port=reading.port)).status == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://["]
)
def test_other_pages_may_not_ask(ending: Server, origin: str) -> None:
    wanted = {"pid": 1, "what": "task", "id": "1.0"}
    answered = ending.ask("/end", "POST", wanted, Origin=origin, **ending.bearer)
    assert answered.status == 421
    assert not [name for name in answered.headers if name.startswith("access-control")]


def test_from_elsewhere_reading_takes_the_token(tmp_path: Path, run_folder: Path) -> None:
    with serving(tmp_path, run_folder, *ELSEWHERE, token=True) as server:
        assert server.ask("/", Host="this.machine").status == 200
        assert server.ask("/events", Host="this.machine").status == 401
        assert server.ask("/events", Authorization="Bearer wrong").status == 401
        assert server.event(Host="this.machine", **server.bearer)["may_end"] is True


def test_from_elsewhere_there_is_nothing_without_a_token() -> None:
    done = CliRunner().invoke(main, ["web", *ELSEWHERE])
    assert done.exit_code == 1
    assert "there is no token" in done.output


def test_a_token_is_made_that_nobody_else_can_read(ending: Server, tmp_path: Path) -> None:
    assert len(ending.token) >= 40
    assert (tmp_path / "token").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text, mode, why",
    [("0123456789abcdef", 0o644, "others can read"), ("short", 0o600, "holds no token")],
)
def test_a_file_that_is_no_secret_is_refused(
    tmp_path: Path, text: str, mode: int, why: str
) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    file.chmod(mode)
    done = CliRunner().invoke(main, ["web", "--token-file", str(file)])
    assert done.exit_code == 1
    assert why in done.output


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = CliRunner().invoke(main, ["web", "--port", str(taken.getsockname()[1])])
    assert done.exit_code == 1
    assert "cannot listen on 127.0.0.1" in done.output


def test_it_is_said_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(main, ["web"])
    assert done.exit_code == 1
    assert "pip install pydron_ng[web]" in done.output


def test_a_viewer_who_leaves_is_not_served_any_more(reading: Server) -> None:
    """Its connection is closed by both sides."""
    with socket.create_connection(("127.0.0.1", reading.port)) as stream:
        stream.sendall(f"GET /events HTTP/1.1\r\nHost: localhost:{reading.port}\r\n\r\n".encode())
        assert b"text/event-stream" in stream.recv(4096)
        own = stream.getsockname()[1]
    wait_until(lambda: _is_closed(own))


def _is_closed(port: int) -> bool:
    """No end of it is established, as the system knows it."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return not any(f":{port:04X}" in row[2] and row[3] == "01" for row in rows)


def test_an_interrupt_ends_it_while_somebody_watches(tmp_path: Path, run_folder: Path) -> None:
    with serving(tmp_path, run_folder) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as stream:
            stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b"text/event-stream" in stream.recv(4096)
            os.kill(server.pid, signal.SIGINT)
            while stream.recv(4096):
                pass
        assert scripts.has_ended(server.pid)


def test_nothing_of_it_is_loaded_by_a_program_with_a_pool(tmp_path: Path) -> None:
    source = """
        import sys
        from pydron_ng import Pool
        with Pool(1) as pool:
            print(pool.submit(abs, -1).result())
        print({"starlette", "uvicorn", "psutil"}.intersection(sys.modules))
    """
    script = scripts.write(tmp_path, source)
    assert scripts.run(tmp_path, str(script)).out == "1\nset()\n"
