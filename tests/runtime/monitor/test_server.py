"""The program does not notice that it can be asked."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from pydron_ng import Pool
from pydron_ng.runtime.monitor import folder
from pydron_ng.runtime.monitor.asking import Gone, ask, look
from pydron_ng.runtime.monitor.messages import Look, Told
from tests.backends.rig import descriptors
from tests.pool import work
from tests.watched import HOLDING, Programs, sockets

SCHEDULED = """
    import sys
    from pathlib import Path
    from pydron_ng import functional, schedule
    from tests.pool import work

    @functional
    def hold_for_the_monitor(folder):
        return work.hold(folder / "begun", folder / "go")

    @schedule
    def watched_survey(folder):
        return [hold_for_the_monitor(folder) for _ in range(3)]

    print(watched_survey(Path(sys.argv[1])))
"""
ALL = {"workers": [{"type": "multicore", "cores": 2}], "inline": False, "monitor": "all"}
OFF = {"workers": [{"type": "multicore", "cores": 2}], "monitor": "off"}


@pytest.fixture(autouse=True)
def _others(run_folder: Path) -> None:
    """Other tests may have pools."""
    OTHERS[:] = threading.enumerate()


OTHERS: list[threading.Thread] = []


def ours() -> list[str]:
    new = [thread.name for thread in threading.enumerate() if thread not in OTHERS]
    return [name for name in new if "monitor" in name]


def me() -> Told:
    told = ask(os.getpid(), Look())
    assert isinstance(told, Told)
    return told


def test_nothing_is_there_before_the_first_task_and_after_the_last_pool(run_folder: Path) -> None:
    before = descriptors()
    with Pool(1) as pool, Pool(1) as other:
        assert ours() == []
        assert pool.submit(work.double, 1).result() == 2
        assert other.submit(work.double, 1).result() == 2
        assert len(me().pools) == 2
        assert len(ours()) == 1
        other.shutdown()
        assert len(me().pools) == 1
    assert ours() == sockets(run_folder) == []
    assert descriptors() == before


def test_a_pool_that_is_used_again_is_told_once(run_folder: Path) -> None:
    with Pool(1) as pool:
        for _ in range(3):
            assert pool.submit(work.double, 1).result() == 2
            work.wait_until(lambda: pool._delivery._is_waiting)
            pool._delivery.rest()
            pool._delivery.resume()
        assert len(me().pools) == 1


def test_a_fork_has_no_thread_of_it_and_the_parent_is_still_there(run_folder: Path) -> None:
    with Pool(1) as pool:
        assert pool.submit(work.double, 1).result() == 2
        out, into = os.pipe()
        child = os.fork()
        if not child:
            seen = f"{ours()} {os.getpid() in folder.sockets()}"
            os.write(into, seen.encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(out, 1000) == b"[] False"
        os.close(out)
        os.close(into)
        assert len(me().pools) == 1


def test_the_child_can_be_asked_about_a_pool_of_its_own(run_folder: Path) -> None:
    with Pool(1) as pool:
        assert pool.submit(work.double, 1).result() == 2
        out, into = os.pipe()
        child = os.fork()
        if not child:
            with Pool(1) as own:
                found = own.submit(work.double, 2).result(), len(me().pools), sockets(run_folder)
            os.write(into, f"{found[:2]} {len(found[2])}".encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(out, 1000) == b"(4, 1) 2"
        os.close(out)
        os.close(into)


def test_a_program_may_close_all_descriptors_that_it_finds(programs: Programs) -> None:
    """Then nobody can ask it any more, and what it opens since is its own."""
    source = """
        import os
        from pydron_ng import Pool
        from tests.pool import work

        pool = Pool(1)
        print(pool.submit(work.double, 1).result())
        os.closerange(3, 1000)
        files = [open(os.devnull) for _ in range(50)]
        pool.shutdown()
        print([file.read() for file in files] == [""] * 50, [file.close() for file in files][0])
    """
    program = programs.start(source)
    assert program.end() == (0, "2\nTrue None\n")


def test_one_who_does_not_wait_for_the_answer_does_not_end_the_program(programs: Programs) -> None:
    source = HOLDING.replace(
        "folder =", "import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL); folder ="
    )
    program = programs.start(source)
    program.until(running=2)
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(folder.sockets()[program.pid])
            stream.sendall(b'{"type": "look"}\n')
    program.until(running=2)
    program.go()
    assert program.end() == (0, "released\n" * 3)


@pytest.mark.parametrize("line", [b"\n", b"{}\n", b'{"type": "jump"}\n', b"\xff\xfe\n"])
def test_nonsense_is_refused(run_folder: Path, line: bytes) -> None:
    with Pool(1) as pool:
        assert pool.submit(work.double, 1).result() == 2
        with socket.socket(socket.AF_UNIX) as stream:
            stream.connect(folder.own_path())
            stream.sendall(line)
            assert b'"refused"' in stream.recv(1000)
        assert len(me().pools) == 1


def test_it_can_be_switched_off(run_folder: Path) -> None:
    config = {"workers": [{"type": "threads", "cores": 1}], "monitor": "off"}
    with Pool(config=config) as pool:
        assert pool.submit(work.double, 1).result() == 2
        assert ours() == []
        assert os.listdir(run_folder) == []


def test_scheduled_functions_are_told_only_if_that_is_asked_for(programs: Programs) -> None:
    program = programs.start(SCHEDULED, configuration=ALL)
    told = program.until(running=2)
    assert [pool.kind for pool in told.pools] == ["@schedule"]
    program.go()
    assert program.end() == (0, "['released', 'released', 'released']\n")
    assert sockets(programs.run) == []
    quiet = programs.start(SCHEDULED)
    work.wait_until(lambda: work.lines(quiet.folder / "begun"))
    with pytest.raises(Gone):
        quiet.told()
    quiet.go()
    assert quiet.end() == (0, "['released', 'released', 'released']\n")


def test_a_program_goes_on_by_itself_when_the_workers_of_schedule_are_ended(
    programs: Programs,
) -> None:
    from pydron_ng.runtime.monitor.messages import Done, End

    program = programs.start(SCHEDULED, configuration=ALL)
    program.until(running=2)
    assert isinstance(ask(program.pid, End()), Done)
    program.go()
    assert program.end() == (0, "['released', 'released', 'released']\n")


@pytest.mark.parametrize("way", ["others may read it", "a file"])
def test_a_directory_that_others_could_have_made_is_not_used(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    place = run_folder / "run"
    monkeypatch.setenv(folder.VARIABLE, str(place))
    if way == "a file":
        place.touch()
    else:
        place.mkdir(mode=0o755)
    with Pool(1) as pool:
        assert pool.submit(work.double, 1).result() == 2
        assert ours() == []
    with pytest.raises(PermissionError, match="only you may use"):
        look()


def test_a_socket_that_was_left_by_a_process_of_that_number_is_replaced(run_folder: Path) -> None:
    for name in (f"{os.getpid()}.sock", f"{os.getpid()}.sock.new"):
        (run_folder / name).touch()
    with Pool(1) as pool:
        assert pool.submit(work.double, 1).result() == 2
        assert len(me().pools) == 1
    assert sockets(run_folder) == []
